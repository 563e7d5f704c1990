"""Rows that the store lost after it had confirmed them come back from the log."""

import threading

import pytest

from posthog.clickhouse import client
from posthog.common import redis
from posthog.ingestion import ledger, repair
from posthog.ingestion.tests.conftest import FakeModel, Pipeline, event, task
from posthog.people.models import Person

pytestmark = pytest.mark.django_db


def lose(condition: str) -> None:
    client.execute(f"ALTER TABLE events DELETE WHERE {condition}", settings={"mutations_sync": 2})


def test_lost_rows_come_back_and_nothing_else_changes(pipeline: Pipeline, model: FakeModel) -> None:
    pipeline.accept(event("lost", S_set={"plan": "free"}), task("Where is my refund?", "Thank you for asking."))
    pipeline.run()
    pipeline.accept(event("kept", S_set={"plan": "team"}), event("$performance_event"))
    pipeline.run()
    before = pipeline.events("event, conversation_id, labels.user_emotion")
    assert repair.repair(0, threading.Event()) == 0
    lose("event != 'kept'")
    assert repair.repair(0, threading.Event()) == 2
    assert pipeline.events("event, conversation_id, labels.user_emotion") == before
    assert Person.objects.get().properties["plan"] == "team"
    assert pipeline.rows("SELECT count() FROM turns FINAL WHERE team_id = {team}") == [(2,)]
    assert ledger.read().dropped == {"performance_event": 1}
    assert repair.repair(0, threading.Event()) == 0


def test_a_newly_started_machine_repairs_once(pipeline: Pipeline) -> None:
    redis.client().delete("ingestion:boot")
    pipeline.accept(event(), event())
    pipeline.run()
    lose("1")
    assert repair.after_restart(threading.Event()) == 2
    lose("1")
    assert repair.after_restart(threading.Event()) == 0
    redis.client().set("ingestion:boot", "of the machine before")
    assert repair.after_restart(threading.Event()) == 2
    assert len(pipeline.events()) == 2
