"""After a new model version all of history gets its labels, and meanwhile every number stays what it was."""

import os
import signal
import threading
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from posthog.classifiers import service
from posthog.classifiers.service import Labels, LabelValue
from posthog.common import limits, redis
from posthog.ingestion import backlog, labels, late_turns, relabel
from posthog.ingestion.relabel import Relabelling
from posthog.ingestion.tests.conftest import FakeModel, Pipeline, in_a_worker_process, task
from posthog.ingestion.tests.test_each_message_is_labelled_once import assert_all_labelled, failing, stateless_chat
from posthog.tenancy.models import Project

pytestmark = pytest.mark.django_db
CHATS = 6


class SecondModel(FakeModel):
    """Says annoyance where the first said anger, and relief where it said joy."""

    def _labels(self, content: str) -> Labels:
        one = super()._labels(content)
        other = {"joy": "relief", "anger": "annoyance"}
        values = {name: LabelValue(other[str(said.value)], 0.8) for name, said in one.values.items()}
        return Labels("en", True, values, {"toxic": 0.02}, {}, ("toxic",))


@pytest.fixture
def history(pipeline: Pipeline, model: FakeModel) -> Pipeline:
    """Conversations of several users with labels of the first version."""
    for number in range(CHATS):
        pipeline.accept(task(f"Refund order {number}!", f"Thank you, user {number}.", f"user-{number}", S_ai_session_id=f"chat-{number}"))
    pipeline.run()
    assert_all_labelled(pipeline, CHATS)
    return pipeline


@pytest.fixture
def second(history: Pipeline, model: FakeModel, monkeypatch: pytest.MonkeyPatch) -> SecondModel:
    newer = SecondModel(version="v2")
    monkeypatch.setattr(service, "classify", newer.classify)
    monkeypatch.setattr(service, "label_version", lambda: newer.version)
    monkeypatch.setattr(service, "available", lambda: True)
    monkeypatch.setattr(limits, "RELABEL_MESSAGES", 5)
    monkeypatch.setattr(limits, "RELABEL_CHUNK", 2)
    monkeypatch.setattr(limits, "BACKLOG_MESSAGES", 5)
    relabel.note_start()
    assert backlog.catch_up(threading.Event()) == 0
    return newer


def assert_relabelled(pipeline: Pipeline, events: int) -> None:
    found = pipeline.events("labels.user_emotion, labels.agent_emotion, labels.`$label_version`, labels.user_toxic_score")
    assert found == [("annoyance", "relief", "v2", 0.02)] * events
    assert pipeline.rows("SELECT DISTINCT label_version FROM turns WHERE team_id = {team}") == [("v2",)]
    assert pipeline.rows("SELECT DISTINCT label_version FROM messages WHERE team_id = {team}") == [("v2",)]
    assert relabel.outdated() == []


def counts(pipeline: Pipeline) -> dict[str, Any]:
    """What a trend of the label shows: events and persons in all its values, turns, messages."""
    trend = "SELECT count(), uniqExact(person_id), countIf(isNotNull(labels.user_emotion)) FROM events WHERE team_id = {team}"
    by_value = (
        "SELECT sum(events), sum(persons) FROM (SELECT labels.user_emotion AS value, count() AS events, uniqExact(person_id) AS persons "
        "FROM events WHERE team_id = {team} GROUP BY value)"
    )
    rows = "SELECT count(), countIf(isNotNull(labels.user_emotion) OR isNotNull(labels.agent_emotion)) FROM %s WHERE team_id = {team}"
    return {
        "trend": pipeline.rows(trend),
        "by value": pipeline.rows(by_value),
        "turns": pipeline.rows(rows % "turns"),
        "messages": pipeline.rows(rows % "messages"),
    }


def test_no_count_changes_while_it_runs(history: Pipeline, second: SecondModel) -> None:
    before = counts(history)
    seen = []

    def look(*_: Any) -> bool:
        seen.append(counts(history))
        return True

    assert Relabelling(may_go_on=look, progress=look).run()
    assert len(seen) > CHATS
    assert all(one == before for one in seen)
    assert counts(history) == before
    assert_relabelled(history, CHATS)
    assert len(second.read) == 2 * CHATS


def test_it_goes_on_where_it_was_killed(history: Pipeline, second: SecondModel, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as dying:
        dying.setattr(late_turns, "label", failing)
        with pytest.raises(service.ModelUnavailable):
            Relabelling().run()
    assert len(second.read) == 5
    assert Relabelling().run()
    assert_relabelled(history, CHATS)
    assert len(second.read) == 2 * CHATS


@pytest.mark.parametrize(("killed_at", "done"), [((backlog, "update_messages"), 0), ((late_turns, "label"), 5)])
def test_the_command_after_a_killed_one_goes_on_and_counts_nothing_twice(
    history: Pipeline,
    second: SecondModel,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    killed_at: tuple[Any, str],
    done: int,
) -> None:
    monkeypatch.setattr("os.nice", lambda _: 0)
    before = counts(history)
    with monkeypatch.context() as dying:
        dying.setattr(*killed_at, lambda *_: os.kill(os.getpid(), signal.SIGKILL))
        assert in_a_worker_process(lambda: call_command("relabel")) == -signal.SIGKILL
    assert counts(history) == before
    pass_the_time_of_locks()
    call_command("relabel")
    assert f"{2 * CHATS - done} messages and {2 * CHATS} turns relabelled" in capsys.readouterr().out
    assert len(second.read) == 2 * CHATS - done
    assert counts(history) == before
    assert_relabelled(history, CHATS)


def pass_the_time_of_locks() -> None:
    """What a killed run holds is free after its time, which is a minute at most."""
    for name in ("ingestion:relabel:lock", "ingestion:labels:writer"):
        assert 0 < redis.client().pttl(name) <= 60_000
        redis.client().pexpire(name, 1)


def test_the_worker_does_it_by_itself_and_then_rests(history: Pipeline, second: SecondModel, monkeypatch: pytest.MonkeyPatch) -> None:
    assert relabel.go_on(threading.Event()) == 2 * 2 * CHATS
    assert_relabelled(history, CHATS)
    monkeypatch.setattr(Relabelling, "run", failing)
    assert relabel.go_on(threading.Event()) == 0


def test_a_worker_with_an_older_model_leaves_the_work_alone(history: Pipeline, second: SecondModel) -> None:
    second.version = "v1"
    assert relabel.go_on(threading.Event()) == 0


def test_a_known_message_that_is_said_again_meanwhile_ends_with_the_new_labels(history: Pipeline, second: SecondModel) -> None:
    """The cache gives the event the old labels; the batch leaves a note, so that it is relabelled as well."""
    said_again = task("Refund order 3!", "Thank you, user 3.", "someone else", S_ai_session_id="another chat")

    def say_again(messages: int, turns: int) -> None:
        if not history.rows("SELECT 1 FROM events WHERE team_id = {team} AND distinct_id = 'someone else'"):
            history.accept(said_again)
            history.run()

    Relabelling(progress=say_again).run()
    relabel.go_on(threading.Event())
    assert_relabelled(history, CHATS + 1)
    assert len(second.read) == 2 * CHATS


def test_unlabelled_messages_and_those_of_media_do_not_keep_it_busy(history: Pipeline, second: SecondModel) -> None:
    labels.breaker.trip()
    history.accept(task("Where is it?", "In Bergen."))
    history.run()
    labels.breaker.reset()
    assert relabel.go_on(threading.Event()) == 0  # the catch-up goes first
    backlog.catch_up(threading.Event())
    relabel.go_on(threading.Event())
    assert relabel.outdated() == []


def test_labels_of_the_client_stay(pipeline: Pipeline, model: FakeModel) -> None:
    pipeline.accept(task("I want a refund.", "Thank you for asking.", user_emotion="grief"))
    pipeline.run()
    model.version = "v2"
    assert Relabelling().run()
    assert pipeline.events("labels.user_emotion, labels.agent_emotion, labels.`$label_version`") == [("grief", "joy", "v2")]


def test_it_makes_room_for_ingestion(history: Pipeline, second: SecondModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relabel, "ingestion_is_behind", lambda: True)
    relabel.go_on(threading.Event())
    assert len(second.read) == 2


def test_the_command_tells_what_there_is_and_what_it_did(
    history: Pipeline, second: SecondModel, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("os.nice", lambda _: 0)
    project = Project.objects.get(pk=history.member.project.pk)
    call_command("relabel", "--dry-run", "--project", str(project.pk))
    assert f"project {project.pk}: {2 * CHATS} messages and {2 * CHATS} turns have labels of v1" in capsys.readouterr().out
    assert second.read == []
    call_command("relabel")
    assert f"{2 * CHATS} messages and {2 * CHATS} turns relabelled" in capsys.readouterr().out
    assert_relabelled(history, CHATS)
    assert not redis.client().exists("ingestion:relabel:lock")


def test_the_command_says_when_another_run_has_taken_over(history: Pipeline, second: SecondModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.nice", lambda _: 0)
    update = backlog.update_messages

    def slowly(*arguments: Any) -> None:
        update(*arguments)
        redis.client().set("ingestion:relabel:lock", "another run's")

    monkeypatch.setattr(backlog, "update_messages", slowly)
    with pytest.raises(CommandError, match="another run went on with the work"):
        call_command("relabel")
    assert redis.client().get("ingestion:relabel:lock") == b"another run's"


def test_one_project_is_relabelled_alone(history: Pipeline, second: SecondModel) -> None:
    assert Relabelling(project=history.member.project.pk + 1).run()
    assert second.read == []
    assert Relabelling(project=history.member.project.pk).run()
    assert_relabelled(history, CHATS)


def test_stateless_chats_are_read_once_per_message(pipeline: Pipeline, model: FakeModel) -> None:
    pipeline.accept(*stateless_chat()[:6])
    pipeline.run()
    model.version, model.read = "v2", []
    assert Relabelling().run()
    assert len(model.read) == 12
    assert pipeline.events("labels.`$label_version`") == ["v2"] * 6
