"""A label that the card turns off and the operator turns on: stored messages and repeats of them get it too, and lose it again."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from posthog.classifiers import card, service
from posthog.classifiers.service import Text
from posthog.ingestion import relabel
from posthog.ingestion.relabel import Relabelling
from posthog.ingestion.tests.conftest import Pipeline, task

pytestmark = pytest.mark.django_db
MODEL = Path(service.__file__).with_name("model")
THANKS = "Thank you so much, that was very kind of you!"


@pytest.fixture
def off(tmp_path: Path) -> Iterator[str]:
    """What the real model says of the thanks, turned off by a card of its own."""
    said = str(service.classify([Text("user", THANKS)])[0].values["emotion"].value)
    for name in (card.MODEL, card.TOKENIZER):
        (tmp_path / name).symlink_to(MODEL / name)
    content = json.loads((MODEL / card.CARD).read_text())
    next(family for family in content["families"] if family["name"] == "emotion")["off"] = [said]
    (tmp_path / card.CARD).write_text(json.dumps(content))
    service.use_folder(tmp_path)
    yield said
    service.use_folder(MODEL)
    service.turn_on(())


def say(pipeline: Pipeline) -> None:
    pipeline.accept(task(THANKS, "", "mara"))
    pipeline.run()


def has(pipeline: Pipeline, label: str) -> list[bool]:
    return [emotion == label for emotion in pipeline.events("labels.user_emotion")]


def test_history_and_repeats_get_it_and_lose_it(pipeline: Pipeline, off: str) -> None:
    say(pipeline)
    assert has(pipeline, off) == [False]
    assert relabel.outdated() == []
    service.turn_on([off])
    [found] = relabel.outdated()
    assert (found.messages, found.turns) == (1, 1)
    assert Relabelling().run()
    say(pipeline)
    assert has(pipeline, off) == [True, True]
    service.turn_on(())
    assert Relabelling().run()
    say(pipeline)
    assert has(pipeline, off) == [False] * 3
