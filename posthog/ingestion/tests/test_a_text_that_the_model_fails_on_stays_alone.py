"""One message that the model cannot read: it stays without labels, its neighbours and all that comes later get theirs."""

import logging
import threading
import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command

from posthog.classifiers import service
from posthog.classifiers.service import Labels, Text
from posthog.common import limits
from posthog.conversations.roles import USER
from posthog.conversations.services import StoredLabels
from posthog.ingestion import backlog, labels, relabel
from posthog.ingestion.metrics import UNREADABLE
from posthog.ingestion.tests.conftest import FakeModel, Pipeline, task
from posthog.ingestion.tests.test_each_message_is_labelled_once import without_model

pytestmark = pytest.mark.django_db
POISON = "A text of poison."
HELLO, WORSE = (1, UUID(int=1)), (1, UUID(int=2))
SAID = {HELLO: (USER, "Thank you."), WORSE: (USER, POISON)}


class Squeamish(FakeModel):
    """Fails on every pass that has the poison in it."""

    def classify(self, texts: Sequence[Text], **_: Any) -> list[Labels]:
        found = super().classify(texts)
        for text in texts:
            if "poison" in text.content:
                raise RecursionError(text.content)
        return found


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Squeamish:
    fake = Squeamish()
    monkeypatch.setattr(service, "classify", fake.classify)
    monkeypatch.setattr(service, "label_version", lambda: fake.version)
    monkeypatch.setattr(service, "available", lambda: True)
    labels.breaker.reset()
    return fake


def labelled(pipeline: Pipeline) -> list[Any]:
    return pipeline.events("labels.user_emotion, labels.`$label_version`")


def test_its_neighbours_have_their_labels_and_it_has_the_version_alone(model: Squeamish) -> None:
    found = labels.classify(SAID)
    assert found is not None
    assert (found[HELLO].labels["user_emotion"], found[HELLO].label_version) == ("joy", "v1")
    assert found[WORSE] == StoredLabels({}, "v1", "")
    assert not labels.breaker.is_open


def test_alone_or_among_its_like_it_is_not_taken_for_a_failure_of_the_model(model: Squeamish) -> None:
    others = {(1, UUID(int=number)): (USER, POISON) for number in range(3)}
    for said in ({WORSE: SAID[WORSE]}, others):
        assert labels.classify(said) == dict.fromkeys(said, StoredLabels({}, "v1", ""))
    assert not labels.breaker.is_open


def test_the_log_has_its_id_once_and_never_its_words(model: Squeamish, caplog: pytest.LogCaptureFixture) -> None:
    before = UNREADABLE._value.get()
    with caplog.at_level(logging.DEBUG):
        labels.classify(SAID)
    assert caplog.text.count(str(WORSE[1])) == 1
    assert "poison" not in caplog.text
    assert UNREADABLE._value.get() == before + 1


def test_a_model_that_fails_on_everything_is_left_alone_for_a_while(model: Squeamish, monkeypatch: pytest.MonkeyPatch) -> None:
    before = UNREADABLE._value.get()
    monkeypatch.setattr(service, "classify", lambda texts: 1 / 0)
    assert labels.classify(SAID) is None
    assert labels.breaker.is_open
    assert UNREADABLE._value.get() == before


def test_a_model_that_breaks_in_between_leaves_the_rest_for_later(model: Squeamish, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = iter([True, False])

    def breaking(texts: Sequence[Text]) -> list[Labels]:
        if len(texts) == 1 and next(whole, False):
            return model.classify(texts)
        raise RuntimeError

    monkeypatch.setattr(service, "classify", breaking)
    assert not labels.classify(SAID)
    assert labels.breaker.is_open


def test_it_takes_no_more_than_the_time_of_the_batch(model: Squeamish) -> None:
    assert labels.classify(SAID, deadline=time.monotonic()) == {}
    assert not labels.breaker.is_open


def test_events_of_the_same_and_of_later_batches_have_labels(pipeline: Pipeline, model: Squeamish) -> None:
    for text in ("Thank you, Ann.", POISON, "Thank you, Bea."):
        pipeline.accept(task("I want a refund.", ""), task(text, ""))
        pipeline.run()
    refund, thanks = ("anger", "v1"), ("joy", "v1")
    assert labelled(pipeline) == [refund, thanks, refund, (None, "v1"), refund, thanks]
    assert pipeline.rows("SELECT DISTINCT label_version FROM messages WHERE team_id = {team}") == [("v1",)]
    assert sum("poison" in text.content for text in model.read) == 2  # with the others and alone, then never again


def test_the_catch_up_goes_on_behind_it(pipeline: Pipeline, model: Squeamish, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "BACKLOG_MESSAGES", 2)
    monkeypatch.setattr(limits, "LABEL_CHUNK", 1)
    with monkeypatch.context() as ailing:
        without_model(ailing)
        pipeline.accept(task(POISON, ""), *(task(f"Thank you, user {number}.", "") for number in range(5)))
        pipeline.run()
    assert backlog.catch_up(threading.Event()) == 2 * 6
    assert labelled(pipeline) == [(None, "v1"), *[("joy", "v1")] * 5]
    assert not backlog.is_due()


def test_relabelling_comes_to_its_end(pipeline: Pipeline, model: Squeamish, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.nice", lambda _: 0)
    pipeline.accept(task(POISON, ""), *(task(f"Thank you, user {number}.", "") for number in range(5)))
    pipeline.run()
    model.version = "v2"
    call_command("relabel")
    assert labelled(pipeline) == [(None, "v2"), *[("joy", "v2")] * 5]
    assert relabel.outdated() == []
