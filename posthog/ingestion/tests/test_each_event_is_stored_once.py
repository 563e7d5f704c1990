"""Whatever interrupts a batch, and however often a client sends: one row per event, and the first one wins."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from posthog.clickhouse import client
from posthog.clickhouse.errors import StoreUnavailable
from posthog.common import limits, redis
from posthog.eventlog import keys
from posthog.eventlog.reader import PartitionReader
from posthog.ingestion import ledger, stages
from posthog.ingestion.events import Work
from posthog.ingestion.failpoints import FailPointError
from posthog.ingestion.partition import Heartbeat, LeaseLostError, consume, ingest
from posthog.ingestion.tests.conftest import NOON, FakeModel, Pipeline, event, task, uuids
from posthog.people.models import Person

pytestmark = pytest.mark.django_db
POINTS = [
    "after skip_known",
    "after identify",
    "after converse",
    "after label",
    "messages written",
    "turns written",
    "people written",
    "events written",
    "after write",
    "after account",
    "before acknowledgement",
]
TABLES = ("events", "messages", "turns", "persons", "person_distinct_id_overrides", "groups")


def a_bit_of_everything(pipeline: Pipeline) -> int:
    """Requests over two months with an identify, groups, a conversation and a duplicate. Returns the distinct events."""
    [first] = pipeline.accept(event("$pageview", "browser-1", NOON - timedelta(days=40), S_set_once={"first": "/"}))
    pipeline.accept(
        event("$identify", "mara", S_anon_distinct_id="browser-1", S_set={"plan": "free"}),
        task("Where is my refund?", "Thank you for asking, it is on its way.", S_session_id="chat-1"),
        first,
        event("$groupidentify", "mara", S_group_type="company", S_group_key="fjord", S_group_set={"seats": 2}),
    )
    pipeline.accept(
        event("upgraded", "mara", NOON + timedelta(minutes=1), S_set={"plan": "team"}, S_unset=["first"], S_groups={"company": "fjord"})
    )
    return 5


def before(monkeypatch: pytest.MonkeyPatch, stage: str, step: Callable[[], object]) -> None:
    """Do step once, before the next batch comes to the stage."""
    steps = [step]

    def run(work: Work, progress: stages.Progress) -> None:
        while steps:
            steps.pop()()
        getattr(stages, stage)(work, progress)

    run.__name__ = stage
    monkeypatch.setattr(stages, "STAGES", tuple(run if one.__name__ == stage else one for one in stages.STAGES))


def contents(pipeline: Pipeline) -> dict[str, list[tuple[object, ...]]]:
    """All rows as they are, before any merge."""
    return {table: sorted(pipeline.rows(f"SELECT toString(tuple(*)) FROM {table} WHERE team_id = {{team}}")) for table in TABLES}


@pytest.mark.parametrize("point", POINTS)
def test_a_batch_that_fails_anywhere_ends_as_if_it_had_not(
    pipeline: Pipeline, model: FakeModel, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    expected = a_bit_of_everything(pipeline)
    monkeypatch.setenv("FAIL_POINTS", f"{point}=raise")
    for _ in range(2):
        with pytest.raises(FailPointError):
            pipeline.run()
    monkeypatch.delenv("FAIL_POINTS")
    pipeline.run()
    assert len(pipeline.events()) == expected
    assert pipeline.events("event, JSONExtractString(person_properties_text, 'plan')", "timestamp, log_id")[-1] == ("upgraded", "team")
    counts = {table: len(rows) for table, rows in contents(pipeline).items()}
    assert counts == {
        "events": 5,
        "messages": 2,
        "turns": 2,
        "persons": 1,
        "person_distinct_id_overrides": 1,
        "groups": 1,
    }
    assert ledger.read().dropped == {"duplicate": 1}


def test_a_batch_taken_twice_gives_the_very_same_rows(pipeline: Pipeline, model: FakeModel, monkeypatch: pytest.MonkeyPatch) -> None:
    a_bit_of_everything(pipeline)
    monkeypatch.setenv("FAIL_POINTS", "before acknowledgement=raise")
    with pytest.raises(FailPointError):
        pipeline.run()
    first = contents(pipeline)
    people = list(Person.objects.values())
    for table in TABLES:  # as if nothing had been stored, so that the second attempt writes all of it
        client.execute(f"TRUNCATE TABLE {table}")
    redis.client().delete(*redis.client().keys("conversations:*"))
    with pytest.raises(FailPointError):
        pipeline.run()
    again = contents(pipeline)
    assert again["events"] == first["events"]
    assert list(Person.objects.values()) == people
    monkeypatch.delenv("FAIL_POINTS")
    pipeline.run()


def test_a_worker_that_lost_its_lease_adds_nothing(pipeline: Pipeline, model: FakeModel) -> None:
    expected = a_bit_of_everything(pipeline)
    slow, fast = PartitionReader(0), PartitionReader(0)
    assert slow.acquire()
    batch = slow.read(flush_ms=1)
    assert batch
    redis.client().delete(keys.lease(0))
    assert fast.acquire()
    taken_over = fast.read(flush_ms=1)
    assert taken_over
    assert taken_over.attempt == 2
    ingest(taken_over, fast, Heartbeat(fast))
    with pytest.raises(LeaseLostError):
        ingest(batch, slow, Heartbeat(slow))
    fast.release()
    assert len(pipeline.events()) == expected


def test_a_worker_that_was_frozen_beyond_its_lease_changes_no_person_when_it_goes_on(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its heartbeat has not looked yet; meanwhile another worker has stored the batch and the one after it."""
    slow = PartitionReader(0)
    pipeline.accept(event("chosen", S_set={"plan": "free"}))
    assert slow.acquire()
    batch = slow.read(flush_ms=1)
    assert batch
    heartbeat, clock = Heartbeat(slow), time.monotonic

    def freeze() -> None:
        redis.client().delete(keys.lease(0))
        pipeline.run()
        pipeline.accept(event("upgraded", S_set={"plan": "team"}))
        pipeline.run()
        monkeypatch.setattr(time, "monotonic", lambda: clock() + limits.LEASE_SECONDS)

    before(monkeypatch, "locate", freeze)
    with pytest.raises(LeaseLostError):
        ingest(batch, slow, heartbeat)
    assert Person.objects.get().properties["plan"] == "team"
    assert pipeline.events() == ["chosen", "upgraded"]


def test_a_heartbeat_that_finds_the_lease_gone_stops_the_work(pipeline: Pipeline) -> None:
    with pipeline.reader() as reader:
        heartbeat = Heartbeat(reader)
        heartbeat.lost = True
        with pytest.raises(LeaseLostError):
            heartbeat.progress()


def test_events_sent_again_are_dropped_and_counted_and_the_first_wins(pipeline: Pipeline) -> None:
    first = event("message sent", plan="first")
    other = {**first, "event": "something else", "distinct_id": "noor", "properties": {"plan": "second"}}
    pipeline.accept(first, other)
    pipeline.accept(first, event("unrelated"))
    pipeline.run()
    pipeline.accept(other)
    pipeline.accept({**first, "timestamp": (NOON + timedelta(hours=20)).isoformat()})
    pipeline.run()
    assert pipeline.events("event, JSONExtractString(properties_text, 'plan')") == [("message sent", "first"), ("unrelated", "")]
    found = ledger.read(pipeline.member.project.pk)
    assert (found.received, found.visible, found.dropped) == (6, 2, {"duplicate": 4})
    assert not redis.client().keys("ingestion:{uuids}:*")


def test_the_same_uuid_in_two_workers_at_the_same_moment_is_stored_once(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ids of different users stand in different partitions. The second worker is through before the first has written."""
    [sent] = pipeline.accept(event(distinct_id="mara"))
    pipeline.accept({**sent, "distinct_id": "noor"}, event("unrelated", "noor"), partition=1)
    before(monkeypatch, "write", lambda: pipeline.run_partition(1))
    assert pipeline.run_partition(0) == 1
    assert pipeline.events("event, distinct_id") == [("message sent", "mara"), ("unrelated", "noor")]
    assert ledger.read().dropped == {"duplicate": 1}
    assert not redis.client().keys("ingestion:{uuids}:*")


def test_the_same_uuid_in_another_project_is_another_event(pipeline: Pipeline, charlie: object) -> None:
    sent = pipeline.accept(event())
    theirs = charlie.project  # type: ignore[attr-defined]
    pipeline.accept(*sent, project_id=theirs.pk, token=theirs.api_token)
    pipeline.run()
    assert client.execute("SELECT count(), uniqExact(team_id) FROM events") == [(2, 2)]


def test_one_batch_may_span_many_months(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    months = [datetime(2016 + month // 12, month % 12 + 1, 3, tzinfo=UTC) for month in range(26)]
    sent = pipeline.accept(*[event(at=at) for at in months], historical=True)
    monkeypatch.setenv("FAIL_POINTS", "after write=raise")
    with pytest.raises(FailPointError):
        pipeline.run()
    monkeypatch.delenv("FAIL_POINTS")
    pipeline.run()
    assert pipeline.events("uuid", "timestamp") == uuids(sent)
    assert pipeline.events("timestamp", "timestamp") == months


def test_events_of_one_user_keep_their_order(pipeline: Pipeline) -> None:
    for number in range(30):
        pipeline.accept(event("step", "mara", NOON + timedelta(seconds=number), S_set={"newest": number}))
    assert pipeline.run(max_events=7) > 3
    assert pipeline.events("JSONExtractInt(person_properties_text, 'newest')", "timestamp") == list(range(30))


def test_while_the_store_is_away_the_batch_waits_and_then_goes_in(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline.accept(event())
    insert, stopping = client.insert, threading.Event()
    failures = iter([StoreUnavailable(210, "connection refused")] * 3)

    def away(table: str, *args: object, **options: object) -> None:
        failure = next(failures, None)
        if failure:
            raise failure
        insert(table, *args, **options)  # type: ignore[arg-type]
        if table == "outcomes":
            stopping.set()

    monkeypatch.setattr(client, "insert", away)
    monkeypatch.setattr("posthog.common.limits.RETRY_SECONDS_MAX", 0.01)
    assert consume(0, stopping) == 1
    assert len(pipeline.events()) == 1


def test_a_defect_in_a_stage_keeps_the_batch_and_goes_on_after_the_fix(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline.accept(event())
    monkeypatch.setattr("posthog.common.limits.RETRY_SECONDS_MAX", 0.01)
    monkeypatch.setenv("FAIL_POINTS", "after locate=raise")
    stopping = threading.Event()
    threading.Timer(0.5, stopping.set).start()
    assert consume(0, stopping) == 0
    monkeypatch.delenv("FAIL_POINTS")
    assert consume(0, threading.Event(), idle_seconds=0.01) == 1
    assert len(pipeline.events()) == 1


def test_only_one_worker_reads_a_partition(pipeline: Pipeline) -> None:
    pipeline.accept(event())
    with pipeline.reader():
        assert consume(0, threading.Event()) == 0
    assert consume(0, threading.Event(), idle_seconds=0.01) == 1
