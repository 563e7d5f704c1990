"""Rows that the store lost after it had confirmed them come back from the log."""

import threading
from typing import Any

import pytest

from posthog.clickhouse import client
from posthog.clickhouse.errors import StoreUnavailable
from posthog.common import redis
from posthog.ingestion import ledger, repair, tasks
from posthog.ingestion.partition import Heartbeat, LeaseLostError, ingest
from posthog.ingestion.tests.conftest import FakeModel, Holding, Pipeline, event, task
from posthog.people.models import Person

pytestmark = pytest.mark.django_db


_OVERRIDES = "SELECT distinct_id, person_id FROM person_distinct_id_overrides FINAL WHERE team_id = {team}"
_PERSONS = "SELECT id, version, is_deleted FROM persons FINAL WHERE team_id = {team} AND NOT is_deleted"


def lose(condition: str, table: str = "events") -> None:
    client.execute(f"ALTER TABLE {table} DELETE WHERE {condition}", settings={"mutations_sync": 2})


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


def test_a_merge_that_was_lost_with_its_event_comes_back(pipeline: Pipeline, model: FakeModel) -> None:
    pipeline.accept(event("seen", "anon"))
    pipeline.run()
    pipeline.accept(event("$identify", "mara", S_anon_distinct_id="anon"))
    pipeline.run()
    before = pipeline.rows(_OVERRIDES), pipeline.rows(_PERSONS)
    assert before[0]
    lose("event = '$identify'")
    lose("1", "person_distinct_id_overrides")
    lose("version > 0", "persons")
    assert repair.repair(0, threading.Event()) == 1
    assert (pipeline.rows(_OVERRIDES), pipeline.rows(_PERSONS)) == before


def test_a_batch_that_waits_keeps_its_merge_while_others_are_repaired(
    pipeline: Pipeline, model: FakeModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline.accept(event("seen", "anon"))
    pipeline.run()
    pipeline.accept(event("$identify", "mara", S_anon_distinct_id="anon"))
    with monkeypatch.context() as without_store, Holding(0) as reader:
        without_store.setattr("posthog.ingestion.writer.write", _no_store)
        with pytest.raises(StoreUnavailable):
            ingest(reader.read(flush_ms=1), reader, Heartbeat(reader))
    lose("event = 'seen'")
    assert repair.repair(0, threading.Event()) == 1
    pipeline.run()
    person = Person.objects.get()
    assert [(name, person_id) for name, person_id in pipeline.rows(_OVERRIDES) if person_id == person.pk]


def _no_store(*_: object) -> None:
    raise StoreUnavailable(210, "gone")


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


def test_a_repair_that_finds_the_store_away_is_tried_again(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    redis.client().delete("ingestion:boot")
    pipeline.accept(event(), event())
    pipeline.run()
    lose("1")
    works, away = repair.repair, iter([StoreUnavailable(210, "gone"), LeaseLostError()])

    def away_at_first(*args: Any) -> int:
        if failure := next(away, None):
            raise failure
        return works(*args)

    monkeypatch.setattr(repair, "repair", away_at_first)
    tasks.repair_store.apply()
    assert len(pipeline.events()) == 2
    assert repair.after_restart(threading.Event()) == 0
