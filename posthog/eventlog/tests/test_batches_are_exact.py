"""One reader per partition; a batch is handed out unchanged until it is acknowledged, then trimmed by age."""

import json
import threading
import zlib
from collections.abc import Callable

import pytest

from posthog.common import limits
from posthog.common.redis import client
from posthog.eventlog import keys, log
from posthog.eventlog.payload import pack, unpack
from posthog.eventlog.reader import Batch, PartitionReader
from posthog.eventlog.tests.conftest import entry
from tests.product import wait_until

Append = Callable[..., list[str]]


def reader(lease_seconds: float = 30.0) -> PartitionReader:
    made = PartitionReader(0, lease_seconds=lease_seconds)
    assert wait_until(made.acquire, 5, 0.01)
    return made


def texts(batch: Batch | None) -> list[str]:
    assert batch is not None
    return [event["uuid"] for entry in batch.entries for event in unpack(entry.payload)["events"]]


def test_a_new_reader_gets_the_batch_of_the_one_that_died(append: Append) -> None:
    append("a", "b", "c")
    died = reader(lease_seconds=0.2)
    first = died.read(max_events=2, flush_ms=1)
    append("d")
    second = reader().read(max_events=100, flush_ms=1)
    assert first
    assert second
    assert texts(first) == ["a", "b"]
    assert second.entries == first.entries
    assert (first.attempt, second.attempt) == (1, 2)
    assert second.token_for("events") == first.token_for("events")
    assert second.token_for("turns") != first.token_for("events")


def test_a_reader_that_lost_its_lease_can_do_nothing(append: Append) -> None:
    append("a", "b")
    slow = reader(lease_seconds=0.2)
    batch = slow.read(max_events=1, flush_ms=1)
    other = reader()
    assert batch
    assert slow.ack(batch) is False
    assert slow.renew() is False
    assert slow.read(flush_ms=1) is None
    slow.release()
    same = other.read(flush_ms=1)
    assert texts(same) == ["a"]
    assert same
    assert other.ack(same)
    assert texts(other.read(flush_ms=1)) == ["b"]


def test_a_partition_has_one_reader_at_a_time(empty_log: None) -> None:
    first, second = PartitionReader(0), PartitionReader(0)
    assert first.acquire()
    assert not second.acquire()
    assert PartitionReader(1).acquire()
    first.release()
    assert second.acquire()


def test_a_lease_is_kept_by_renewing(append: Append) -> None:
    holder = reader(lease_seconds=0.3)
    other = PartitionReader(0)
    assert not wait_until(lambda: not holder.renew() or other.acquire(), 1.0, 0.05)


def test_a_batch_is_cut_at_events_entries_and_bytes(append: Append, monkeypatch: pytest.MonkeyPatch) -> None:
    log.append([entry("a", "b"), entry("c"), entry("d"), entry("e")])
    one = reader()
    batch = one.read(max_events=3, flush_ms=1)
    assert texts(batch) == ["a", "b", "c"]
    assert batch
    assert one.ack(batch)
    monkeypatch.setattr(limits, "BATCH_BYTES_MAX", 1)
    assert texts(one.read(flush_ms=1)) == ["d"]


def test_a_batch_waits_for_company_no_longer_than_the_flush_time(append: Append) -> None:
    one = reader()
    late = threading.Timer(0.1, append, ("late",))
    append("early")
    late.start()
    assert texts(one.read(max_events=2, flush_ms=10_000)) == ["early", "late"]
    late.join()


def test_nothing_to_read_is_none(empty_log: None) -> None:
    assert reader().read(flush_ms=20) is None


def test_acknowledged_entries_are_kept_for_a_while_and_then_trimmed(append: Append, monkeypatch: pytest.MonkeyPatch) -> None:
    one = reader()
    old = append("old 1", "old 2")
    batch = one.read(flush_ms=1)
    assert batch
    assert one.ack(batch)
    assert [kept.id for kept in one.acknowledged()] == old
    monkeypatch.setattr(limits, "ACKNOWLEDGED_KEPT_SECONDS", 0.05)
    monkeypatch.setattr(limits, "ACKNOWLEDGED_MARK_SECONDS", 0.01)
    seen = [batch]

    def trimmed() -> bool:
        append("new")
        batch = one.read(flush_ms=1)
        assert batch
        assert one.ack(batch)
        seen.append(batch)
        return not client().xrange(keys.stream(0), old[0], old[0])

    assert wait_until(trimmed, 10, 0.02)
    assert one.acknowledged()
    unread = append("unread 1", "unread 2")
    assert [entry_id.decode() for entry_id, _ in client().xrange(keys.stream(0), unread[0])] == unread


def test_unread_entries_are_never_trimmed(append: Append, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ACKNOWLEDGED_KEPT_SECONDS", 0)
    monkeypatch.setattr(limits, "ACKNOWLEDGED_MARK_SECONDS", 0.001)
    append(*(f"message {number}" for number in range(50)))
    one, seen = reader(), []
    while batch := one.read(max_events=7, flush_ms=1):
        seen += texts(batch)
        assert one.ack(batch)
    assert seen == [f"message {number}" for number in range(50)]


def test_depth_tells_what_waits(append: Append) -> None:
    assert log.depth()["entries"] == 0
    append("a", "b", "c")
    assert log.depth()["entries"] == 3
    one = reader()
    batch = one.read(max_events=2, flush_ms=1)
    depth = log.depth()
    assert (depth["entries"], depth["pending"]) == (3, 2)
    assert depth["bytes"] > 0
    assert wait_until(lambda: log.depth()["oldest_age_seconds"] > 0, 5)
    assert batch
    one.ack(batch)
    assert (log.depth()["entries"], log.depth()["pending"]) == (1, 0)


def test_a_user_has_one_partition() -> None:
    of = [log.partition_of("phc_token", f"user-{number}") for number in range(200)]
    assert of == [log.partition_of("phc_token", f"user-{number}") for number in range(200)]
    assert set(of) == {0, 1}
    assert log.partition_of("phc_token", "lone surrogate \ud800") in (0, 1)


def test_one_nudge_per_second_reaches_the_workers_while_nobody_reads(append: Append, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("posthog.eventlog.nudge._last", {})
    client().delete("ingestion")
    append(*"abcdef")
    append(*"ghijkl")
    assert client().llen("ingestion") == 1
    message = json.loads(client().lindex("ingestion", 0))
    assert message["headers"]["task"] == "posthog.ingestion.tasks.ingest_partition"
    assert message["headers"]["expires"]


def test_no_nudge_while_a_reader_holds_the_partition(append: Append, monkeypatch: pytest.MonkeyPatch) -> None:
    reader()
    monkeypatch.setattr("posthog.eventlog.nudge._last", {})
    client().delete("ingestion")
    append("a")
    assert client().llen("ingestion") == 0


def test_bytes_that_are_no_entry_are_told_apart() -> None:
    assert unpack(pack({"project_id": 1, "events": [{"uuid": "ü\u0000"}]}))["events"] == [{"uuid": "ü\u0000"}]
    for wrong in (b"", b"\x00\x00\x00\x01garbage", b"\x00\x00\x00\x01" + zlib.compress(b"[]"), zlib.compress(b'{"v": 99}')):
        with pytest.raises(ValueError, match="log entry"):
            unpack(wrong)
