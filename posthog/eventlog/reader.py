"""The reading side of the log: one reader per partition at a time, one batch outstanding.

What was handed out and not acknowledged **is** the next batch: a reader that takes over after a crash receives exactly the
same entries, so the batch's tokens mean the same rows. Every step carries the fencing number of the lease and does nothing
without it.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from redis import exceptions

from posthog.common import limits
from posthog.common.redis import client
from posthog.eventlog import keys, scripts
from posthog.eventlog.errors import translated
from posthog.eventlog.ids import age_of


@dataclass(frozen=True)
class Entry:
    id: str
    payload: bytes


@dataclass(frozen=True)
class Batch:
    """Entries in order. `attempt` is 1 on the first delivery and counts every further one, whoever received it."""

    partition: int
    entries: list[Entry]
    first_id: str
    last_id: str
    attempt: int

    def token_for(self, table: str) -> str:
        """The deduplication token of this batch's rows in a table: the same after every redelivery."""
        return f"{table}:{self.partition}:{self.first_id}:{self.last_id}"


class PartitionReader:
    """Reads one partition. Not shared between threads."""

    def __init__(self, partition: int, *, lease_seconds: float = limits.LEASE_SECONDS) -> None:
        self.partition = partition
        self._lease_ms = int(lease_seconds * 1000)
        self._fence = 0
        self._ends_at = 0.0
        self._stream = keys.stream(partition)
        self._lease = keys.lease(partition)

    def acquire(self) -> bool:
        """Take the partition's lease; False while another reader holds it."""
        began = time.monotonic()
        self._fence = int(self._run(scripts.ACQUIRE, [self._lease, keys.fence(self.partition)], [self._lease_ms]))
        if self._fence:
            self._ends_at = began + self._lease_ms / 1000
            self._make_group()
        return bool(self._fence)

    def renew(self) -> bool:
        """Keep the lease for its full length from now; False when it was lost. To be called within long work."""
        began = time.monotonic()
        renewed = int(self._run(scripts.RENEW, [self._lease], [self._fence, self._lease_ms])) == 1
        if renewed:
            self._ends_at = began + self._lease_ms / 1000
        return renewed

    @property
    def is_overdue(self) -> bool:
        """Whether the lease ended by itself, as when this process was frozen; known without asking anybody."""
        return time.monotonic() >= self._ends_at

    def release(self) -> None:
        """Give the lease back; harmless when it was lost."""
        self._run(scripts.RELEASE, [self._lease], [self._fence])
        self._fence = 0

    def read(self, max_events: int = limits.BATCH_EVENTS_MAX, flush_ms: int = limits.BATCH_FLUSH_MS) -> Batch | None:
        """The outstanding batch, else a new one.

        A new batch is cut when its first entry is `flush_ms` old or `max_events` wait. None when nothing came within
        `flush_ms`, and when the lease was lost.
        """
        batch = self._batch(self._run(scripts.PENDING, self._read_keys(), self._read_args()))
        if batch is not None or not self._wait(max_events, flush_ms):
            return batch
        bounds = [max_events, limits.BATCH_BYTES_MAX, limits.BATCH_ENTRIES_MAX]
        return self._batch(self._run(scripts.TAKE, self._read_keys(), [*self._read_args(), *bounds]))

    def ack(self, batch: Batch) -> bool:
        """The batch is written: let it go, and trim what was acknowledged long ago. False when the lease was lost."""
        kept_bytes = settings.EVENT_LOG_MAX_BYTES // (2 * settings.EVENT_LOG_PARTITIONS)
        kept = [limits.ACKNOWLEDGED_KEPT_SECONDS * 1000, limits.ACKNOWLEDGED_MARK_SECONDS * 1000, kept_bytes]
        arguments = [self._fence, keys.GROUP, self._lease_ms, *kept, *(entry.id for entry in batch.entries)]
        return int(self._run(scripts.ACK, [*self._read_keys(), keys.marks(self.partition)], arguments)) == 1

    def acknowledged(self) -> Iterator[Entry]:
        """Entries that were acknowledged and are still kept, oldest first: what a store that lost rows is repaired from."""
        pending = self._call("XPENDING", self._stream, keys.GROUP)
        last = pending["min"] or self._last_delivered()
        start, end = "-", f"({last.decode()}" if pending["min"] else last.decode()
        while page := self._call("XRANGE", self._stream, start, end, "COUNT", 100):
            yield from (Entry(entry_id.decode(), fields[b"p"]) for entry_id, fields in page)
            start = f"({page[-1][0].decode()}"

    def _read_keys(self) -> list[str]:
        return [self._stream, self._lease, keys.attempts(self.partition)]

    def _read_args(self) -> list[Any]:
        return [self._fence, keys.GROUP, keys.CONSUMER]

    def _batch(self, reply: Any) -> Batch | None:
        if reply == -1 or not reply[1]:
            return None
        attempt, raw = reply
        # An entry whose payload was erased since its delivery comes without fields and is acknowledged with the rest.
        entries = [Entry(entry_id.decode(), fields[1] if fields else b"") for entry_id, fields in raw]
        return Batch(self.partition, entries, entries[0].id, entries[-1].id, int(attempt))

    def _wait(self, max_events: int, flush_ms: int) -> bool:
        """Whether there is something to take; waits for the first entry, then until the batch is old or full."""
        found = self._call("XREAD", "COUNT", 1, "BLOCK", max(1, flush_ms), "STREAMS", self._stream, self._last_delivered().decode())
        if not found:
            return False
        flush_at = time.time() + max(0.0, flush_ms / 1000 - age_of(_first_id(found)))
        while (rest := flush_at - time.time()) > 0 and self._unread() < max_events:
            time.sleep(min(rest, limits.BATCH_POLL_SECONDS))
        return True

    def _last_delivered(self) -> bytes:
        group: dict[str, Any] = self._call("XINFO GROUPS", self._stream)[0]
        return bytes(group["last-delivered-id"])

    def _unread(self) -> int:
        return int(self._call("XINFO GROUPS", self._stream)[0]["lag"] or 0)

    def _make_group(self) -> None:
        with translated():
            try:
                client().xgroup_create(self._stream, keys.GROUP, id="0", mkstream=True)
            except exceptions.ResponseError as error:
                if "BUSYGROUP" not in str(error):
                    raise

    def _call(self, *command: Any) -> Any:
        with translated():
            return client().execute_command(*command)  # type: ignore[no-untyped-call]

    def _run(self, script: str, script_keys: list[str], arguments: list[Any]) -> Any:
        with translated():
            return client().register_script(script)(keys=script_keys, args=arguments)


def _first_id(reply: Any) -> bytes:
    """The id in an XREAD reply of one stream, in the shape of protocol 2 (list) or 3 (map)."""
    entries = next(iter(reply.values())) if isinstance(reply, dict) else reply[0][1]
    entry = entries[0][0] if isinstance(entries[0], list) and isinstance(entries[0][0], tuple | list) else entries[0]
    return bytes(entry[0])
