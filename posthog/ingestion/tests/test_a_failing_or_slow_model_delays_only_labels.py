"""The real model, damaged or slow: events go in at once without labels, and get them by themselves once it is well."""

import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from posthog.classifiers import card, service
from posthog.classifiers.engine import Engine
from posthog.common import limits, redis
from posthog.ingestion import backlog, labels, tasks
from posthog.ingestion.tests.conftest import Pipeline, task

pytestmark = pytest.mark.django_db
MODEL = Path(service.__file__).with_name("model")
CHATS = 6


@pytest.fixture
def own_copy(tmp_path: Path) -> Iterator[Path]:
    """The model in a folder of its own."""
    folder = tmp_path / "model"
    shutil.copytree(MODEL, folder)
    service.use_folder(folder)
    yield folder
    service.use_folder(MODEL)


def say(pipeline: Pipeline) -> None:
    pipeline.accept(*(task(f"Question {number}: I am furious, where is it?", f"It is in box {number}.") for number in range(CHATS)))
    pipeline.run()


def slow_down(patch: pytest.MonkeyPatch) -> list[int]:
    """The model reads one text in a fifth of a second. Returns a list to which each pass adds its number of texts."""
    service.available()
    run, reads = Engine.run, []

    def slow(engine: Engine, rows: Any) -> Any:
        reads.append(len(rows))
        time.sleep(0.2)
        return run(engine, rows)

    patch.setattr(Engine, "run", slow)
    patch.setattr(limits, "LABEL_CHUNK", 1)
    return reads


def labelled(pipeline: Pipeline) -> int:
    return sum(version == service.label_version() for version in pipeline.events("labels.`$label_version`"))


def test_a_damaged_model_is_left_alone_for_a_while_and_taken_again_when_it_is_whole(pipeline: Pipeline, own_copy: Path) -> None:
    whole = (own_copy / card.MODEL).read_bytes()
    (own_copy / card.MODEL).write_bytes(whole[: len(whole) // 2])
    say(pipeline)
    assert pipeline.events("labels.`$label_version`") == [None] * CHATS
    assert labels.breaker.is_open
    assert backlog.catch_up(threading.Event()) == 0
    (own_copy / card.MODEL).write_bytes(whole)
    assert backlog.catch_up(threading.Event()) == 0  # not tried before its time
    labels.breaker.reset()
    assert backlog.catch_up(threading.Event()) == 4 * CHATS
    assert labelled(pipeline) == CHATS


def test_a_slow_model_gets_its_time_and_no_more(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as ailing:
        reads = slow_down(ailing)
        ailing.setattr(limits, "LABEL_SECONDS_PER_BATCH", 0.3)
        say(pipeline)
    assert len(pipeline.events()) == CHATS
    assert 1 <= sum(reads) <= 2  # another text is begun only while it will probably end in time
    assert not labels.breaker.is_open
    backlog.catch_up(threading.Event())
    assert labelled(pipeline) == CHATS


def test_a_long_catch_up_goes_on_without_waiting_for_the_clock(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """It gives its thread back now and then, and asks for it again while something is left."""
    reminders = lambda: redis.client().llen("default")  # noqa: E731
    with monkeypatch.context() as ailing:
        slow_down(ailing)
        ailing.setattr(limits, "LABEL_SECONDS_PER_BATCH", 0.0)
        ailing.setattr(limits, "BACKLOG_SECONDS", 0.1)
        say(pipeline)
        before = reminders()
        assert tasks.label_backlog() > 0
    assert labelled(pipeline) < CHATS
    assert reminders() == before + 1
    assert tasks.label_backlog() > 0
    assert labelled(pipeline) == CHATS
    assert reminders() == before + 1
