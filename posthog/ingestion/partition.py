"""Reading one partition of the log: hold its lease, take batch after batch through the stages, acknowledge.

A batch that fails because a part of the system is away stays pending and is taken up again. A worker that dies leaves a mark: the batch at
which one died is taken up event by event, each named in Valkey before it is touched, so that an event which kills its worker again
is given up alone. A heartbeat renews the lease while work goes on, so a killed worker's partition is free within seconds.
"""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from django.db import close_old_connections

from posthog.common import limits
from posthog.common.time import utc_now
from posthog.eventlog.errors import LogError
from posthog.eventlog.reader import Batch, PartitionReader
from posthog.ingestion import backlog, care, ledger, relabel, stages
from posthog.ingestion.events import Work
from posthog.ingestion.failpoints import fail_point
from posthog.ingestion.isolation import TRANSIENT
from posthog.ingestion.metrics import BATCH_SECONDS, LAG_SECONDS, RETRIES

logger = logging.getLogger(__name__)
_HEARTBEATS_PER_LEASE = 4


class LeaseLostError(RuntimeError):
    """Another worker has the partition now; whatever this one wrote under its tokens counts once."""


class Heartbeat:
    """Renews a reader's lease from a thread of its own, as long as its work reports progress."""

    def __init__(self, reader: PartitionReader) -> None:
        self._reader = reader
        self._stopped = threading.Event()
        self._progress_at = time.monotonic()
        self.lost = False

    def progress(self) -> None:
        """Called by the work between its steps. Raises LeaseLostError."""
        self._progress_at = time.monotonic()
        if self.lost or self._reader.is_overdue:
            raise LeaseLostError

    @contextmanager
    def running(self) -> Iterator["Heartbeat"]:
        thread = threading.Thread(target=self._run, name=f"lease-{self._reader.partition}", daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._stopped.set()
            thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(limits.PARTITION_LEASE_SECONDS / _HEARTBEATS_PER_LEASE):
            if time.monotonic() - self._progress_at > limits.PARTITION_STALL_SECONDS:
                logger.error("partition %d: no progress; its lease is given up", self._reader.partition)
                self.lost = True
                return
            try:
                self.lost = not self._reader.renew()
            except LogError as error:
                logger.warning("partition %d: the lease could not be renewed: %s", self._reader.partition, error)
            if self.lost:
                return


def consume(partition: int, stopping: threading.Event, *, idle_seconds: float = limits.PARTITION_IDLE_SECONDS) -> int:
    """Read the partition until nothing came for idle_seconds, the run is long, or stopping is set. Returns the batches acknowledged.

    Returns at once when another worker holds the lease.
    """
    reader = PartitionReader(partition, lease_seconds=limits.PARTITION_LEASE_SECONDS)
    if not reader.acquire():
        return 0
    try:
        with Heartbeat(reader).running() as heartbeat:
            return _consume(reader, heartbeat, stopping, idle_seconds)
    except LeaseLostError:
        logger.warning("partition %d: another worker took over", partition)
        return 0
    finally:
        reader.release()


def _consume(reader: PartitionReader, heartbeat: Heartbeat, stopping: threading.Event, idle_seconds: float) -> int:
    done = failures = 0
    started = idle_since = time.monotonic()
    while not stopping.is_set() and time.monotonic() - started < limits.PARTITION_RUN_SECONDS:
        heartbeat.progress()
        try:
            batch = reader.read()
            if batch is not None:
                ingest(batch, reader, heartbeat)
                done, idle_since = done + 1, time.monotonic()
            failures = 0
        except LeaseLostError:
            raise
        except Exception as error:  # a defect, too, must not end the reading: the batch stays pending and the log tells
            failures += 1
            idle_since = time.monotonic()
            _wait(stopping, failures, reader.partition, error)
            continue
        if time.monotonic() - idle_since >= idle_seconds:
            break
    return done


def ingest(batch: Batch, reader: PartitionReader, heartbeat: Heartbeat) -> None:
    """One batch through the stages, and its acknowledgement. Raises TRANSIENT errors and LeaseLostError; then it stays pending."""
    close_old_connections()
    with BATCH_SECONDS.time(), care.watched(batch) as watch:
        work = stages.process(batch, watch, heartbeat.progress)
    if work.unlabelled or work.is_retry:  # a first attempt may have died before it could say so
        backlog.note_left()
    if work.outdated or work.is_retry:
        relabel.note_outdated()
    fail_point("before acknowledgement")
    if not reader.ack(batch):
        raise LeaseLostError
    care.forget(batch)
    ledger.count_metrics(work)
    _measure_lag(batch.partition, work)


def _wait(stopping: threading.Event, failures: int, partition: int, error: BaseException) -> None:
    RETRIES.labels(type(error).__name__).inc()
    seconds = min(0.25 * 2 ** min(failures, 10), limits.RETRY_SECONDS_MAX)
    logger.warning("partition %d: batch waits %.1f s: %s", partition, seconds, error, exc_info=not isinstance(error, TRANSIENT))
    stopping.wait(seconds)


def _measure_lag(partition: int, work: Work) -> None:
    newest = max((event.created_at for event in work.events), default=datetime.min.replace(tzinfo=UTC))
    if work.events:
        LAG_SECONDS.labels(str(partition)).set(max(0.0, (utc_now() - newest).total_seconds()))
