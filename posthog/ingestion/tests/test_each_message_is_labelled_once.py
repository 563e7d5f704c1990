"""How often the model reads, and what happens while there is none."""

import threading
from datetime import timedelta
from typing import Any

import pytest

from posthog.classifiers import service
from posthog.classifiers.service import ModelUnavailable
from posthog.clickhouse import client
from posthog.common import limits
from posthog.ingestion import backlog, labels, late_turns
from posthog.ingestion.failpoints import FailPointError
from posthog.ingestion.tests.conftest import NOON, FakeModel, Pipeline, task

pytestmark = pytest.mark.django_db
TURNS = 20


def stateless_chat() -> list[dict[str, Any]]:
    """A client that sends the whole history each time."""
    history: list[dict[str, str]] = []
    events = []
    for turn in range(TURNS):
        history.append({"role": "user", "content": f"Question {turn}: what happened to order {1_000 + turn}? I want a refund."})
        answer = f"Thank you for your patience. Order {1_000 + turn} left the warehouse on day {turn}."
        events.append(
            task("", "", at=NOON + timedelta(minutes=turn))
            | {
                "event": "$ai_generation",
                "properties": {"$ai_input": list(history), "$ai_output_choices": [{"role": "assistant", "content": answer}]},
            }
        )
        history.append({"role": "assistant", "content": answer})
    return events


@pytest.mark.parametrize("at_once", [True, False])
def test_a_chat_of_twenty_stateless_turns_costs_forty_readings(pipeline: Pipeline, model: FakeModel, at_once: bool) -> None:
    for event in stateless_chat():
        pipeline.accept(event)
        if not at_once:
            pipeline.run()
    pipeline.run()
    assert len(model.read) == 2 * TURNS == len({text.content for text in model.read})
    assert pipeline.rows("SELECT count(), uniqExact(message_id) FROM messages WHERE team_id = {team}") == [(40, 40)]
    assert pipeline.rows("SELECT uniqExact(conversation_id), count() FROM turns WHERE team_id = {team}") == [(1, 40)]
    assert pipeline.events("labels.user_emotion, labels.agent_emotion, labels.`$label_version`") == [("anger", "joy", "v1")] * TURNS


def test_texts_of_similar_length_that_wait_together_are_read_together(
    pipeline: Pipeline, model: FakeModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "LABEL_WINDOW", TURNS)
    for turn in range(TURNS):
        pipeline.accept(
            task(f"Where is order {1_000 + turn}?" + " Please look again." * (turn * 7 % TURNS), "", at=NOON + timedelta(minutes=turn))
        )
    pipeline.run()
    lengths = [len(text.content) for text in model.read]
    assert len(lengths) == TURNS
    assert lengths == sorted(lengths)


def assert_all_labelled(pipeline: Pipeline, events: int) -> None:
    assert pipeline.events("labels.user_emotion, labels.agent_emotion, labels.`$label_version`") == [("anger", "joy", "v1")] * events
    assert pipeline.rows("SELECT DISTINCT label_version FROM turns WHERE team_id = {team}") == [("v1",)]
    assert pipeline.rows("SELECT DISTINCT label_version FROM messages WHERE team_id = {team}") == [("v1",)]
    turns = "SELECT role, labels.user_emotion, labels.agent_emotion, count() FROM turns WHERE team_id = {team} GROUP BY ALL ORDER BY role"
    assert pipeline.rows(turns) == [("assistant", None, "joy", events), ("user", "anger", None, events)]


def without_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "label_version", lambda: "")


def failing(*_: Any) -> Any:
    raise ModelUnavailable("the model file is damaged")


@pytest.mark.parametrize("cause", ["no model", "model fails", "no time"])
def test_events_that_went_in_without_labels_get_them_by_themselves(
    pipeline: Pipeline, model: FakeModel, monkeypatch: pytest.MonkeyPatch, cause: str
) -> None:
    with monkeypatch.context() as ailing:
        if cause == "no model":
            without_model(ailing)
        elif cause == "model fails":
            ailing.setattr(service, "classify", failing)
        else:
            ailing.setattr(limits, "LABEL_SECONDS_PER_BATCH", -1.0)
        for event in stateless_chat()[:3]:
            pipeline.accept(event)
            pipeline.run()
        if cause != "no time":
            assert backlog.catch_up(threading.Event()) == 0
    assert pipeline.events("labels.`$label_version`") == [None] * 3
    labels.breaker.reset()
    assert backlog.catch_up(threading.Event()) == 12
    assert_all_labelled(pipeline, 3)
    assert len(model.read) == 6
    pipeline.accept(stateless_chat()[3])
    pipeline.run()
    assert len(model.read) == 8
    assert backlog.catch_up(threading.Event()) == 0


def test_a_failing_model_is_not_tried_again_at_once(pipeline: Pipeline, model: FakeModel, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []
    monkeypatch.setattr(service, "classify", lambda texts: tried.append(len(texts)) or failing())
    for event in stateless_chat()[:4]:
        pipeline.accept(event)
        pipeline.run()
    assert tried == [2]
    assert len(pipeline.events()) == 4


def test_history_that_is_imported_does_not_wait_for_labels(pipeline: Pipeline, model: FakeModel) -> None:
    pipeline.accept(*stateless_chat()[:2], historical=True)
    pipeline.run()
    assert model.read == []
    backlog.catch_up(threading.Event())
    assert_all_labelled(pipeline, 2)


def test_labels_switched_off_are_not_made(pipeline: Pipeline, model: FakeModel, settings: Any) -> None:
    settings.LABELS_ENABLED = False
    pipeline.accept(*stateless_chat()[:2])
    pipeline.run()
    assert model.read == []


def test_a_catch_up_that_dies_between_messages_and_turns_is_finished_by_the_next(
    pipeline: Pipeline, model: FakeModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as ailing:
        without_model(ailing)
        pipeline.accept(*stateless_chat()[:2])
        pipeline.run()
    with monkeypatch.context() as dying:
        dying.setattr(late_turns, "label", failing)
        with pytest.raises(ModelUnavailable):
            backlog.catch_up(threading.Event())
    backlog.catch_up(threading.Event())
    assert_all_labelled(pipeline, 2)


def test_a_catch_up_in_the_middle_of_a_write_leaves_no_event_behind(
    pipeline: Pipeline, model: FakeModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The turns are there, their events are not yet; then the worker dies before it says that labels are missing."""
    pipeline.accept(*stateless_chat()[:2])
    with monkeypatch.context() as ailing:
        without_model(ailing)
        ailing.setenv("FAIL_POINTS", "people written=raise")
        with pytest.raises(FailPointError):
            pipeline.run()
    backlog.note_left()
    backlog.catch_up(threading.Event())
    with monkeypatch.context() as ailing:
        ailing.setenv("FAIL_POINTS", "after account=raise")
        with pytest.raises(FailPointError):
            pipeline.run()
    pipeline.run()
    backlog.catch_up(threading.Event())
    assert_all_labelled(pipeline, 2)


def test_late_labels_leave_those_of_the_client(pipeline: Pipeline, model: FakeModel, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as ailing:
        without_model(ailing)
        pipeline.accept(task("I want a refund.", "Thank you for asking.", user_emotion="annoyance"))
        pipeline.run()
    backlog.catch_up(threading.Event())
    assert pipeline.events("labels.user_emotion, labels.agent_emotion") == [("annoyance", "joy")]


def test_messages_of_media_and_tools_do_not_stay_in_the_backlog(
    pipeline: Pipeline, model: FakeModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = [
        {"role": "system", "content": "You help with parcels."},
        {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}}]},
        {"role": "tool", "content": "parcel 7: in Bergen"},
    ]
    with monkeypatch.context() as ailing:
        without_model(ailing)
        pipeline.accept(
            task("", "") | {"properties": {"$ai_input": said, "$ai_output_choices": [{"role": "assistant", "content": "In Bergen."}]}}
        )
        pipeline.run()
    backlog.catch_up(threading.Event())
    left = client.execute("SELECT role, content FROM messages WHERE label_version = '' ORDER BY role")
    assert [role for role, _ in left] == ["system", "tool"]
    assert client.execute("SELECT DISTINCT role FROM turns WHERE label_version = '' ORDER BY role") == [("system",), ("tool",)]


def test_the_real_model_labels_what_goes_in(pipeline: Pipeline) -> None:
    pipeline.accept(task("This is the third time I ask. I am furious, give me my money back now!", "I am so sorry about that."))
    pipeline.run()
    [(version, language, score)] = pipeline.events("labels.`$label_version`, labels.user_language, labels.user_toxic_score")
    assert version == service.label_version() != ""
    assert language == "en"
    assert 0 <= score <= 1
