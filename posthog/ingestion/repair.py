"""After a power cut: rows that the store had confirmed and lost with the pages that were not on disk yet.

The log keeps its entries for a while after their acknowledgement. Those whose events are missing from the store are taken through the
stages again, in order; what is there stays. People get all events from the first missing one on, so that the newest value of a property
wins again, and the store gets the rows of all of them, since those that belong to a lost event may be lost too. Rows of messages and turns
may be written a second time: their tables keep one of each. The ledger is left alone: these events are counted already.
"""

import itertools
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from posthog.common import limits, redis
from posthog.eventlog import log
from posthog.eventlog.reader import Batch, Entry, PartitionReader
from posthog.ingestion import decode, duplicates, stages
from posthog.ingestion.events import Stored, Work
from posthog.ingestion.partition import Heartbeat

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_KEY = "ingestion:boot"
_ENTRIES = 200  # taken through the stages at once


def after_restart(stopping: threading.Event) -> int:
    """Repair all partitions if the machine was started anew since the last call. Returns the events that were missing."""
    boot_id = _boot_id()
    if not boot_id or redis.client().get(_KEY) == boot_id:
        return 0
    found = sum(repair(partition, stopping) for partition in log.partitions())
    if not stopping.is_set():
        redis.client().set(_KEY, boot_id)
    return found


def repair(partition: int, stopping: threading.Event) -> int:
    """Store again what the log still has and the store has not. Returns the number of such events. Waits for the partition's lease."""
    reader = PartitionReader(partition, lease_seconds=limits.PARTITION_LEASE_SECONDS)
    while not reader.acquire():
        if stopping.wait(limits.BATCH_POLL_SECONDS):
            return 0
    try:
        with Heartbeat(reader).running() as heartbeat:
            return _repair(reader, heartbeat)
    finally:
        reader.release()


def _repair(reader: PartitionReader, heartbeat: Heartbeat) -> int:
    found = 0
    for entries in _pages(reader.acknowledged()):
        heartbeat.progress()
        # As a further attempt, of a number that never was, so that rows are also sent again where their token is known.
        attempt = time.time_ns() // 1_000_000
        work = decode.open_batch(Batch(reader.partition, entries, entries[0].id, entries[-1].id, attempt))
        for stage in (stages.derive, stages.drop, stages.skip_known):
            stage(work, heartbeat.progress)
        missing = len(work.live)
        if missing or found:
            _write_again(work, heartbeat)
        duplicates.release(work)
        found += missing
    return found


def _write_again(work: Work, heartbeat: Heartbeat) -> None:
    stored = [event for event in work.events if isinstance(event.fate, Stored)]
    for event in stored:
        event.fate = None
    stages.locate(work, heartbeat.progress)
    stages.identify(work, heartbeat.progress, repair=True)
    for event in stored:
        event.fate = Stored()
    for stage in (stages.converse, stages.label, stages.write):
        stage(work, heartbeat.progress)


def _pages(entries: Iterator[Entry]) -> Iterator[list[Entry]]:
    while page := list(itertools.islice(entries, _ENTRIES)):
        yield page


def _boot_id() -> bytes:
    try:
        return _BOOT_ID.read_bytes().strip()
    except OSError:
        return b""
