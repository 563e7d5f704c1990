"""The writing side of the log. `append` returns only after Valkey has put the entries into its synced append-only file."""

import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any, TypedDict, cast
from zlib import crc32

from django.conf import settings

from posthog.common import limits
from posthog.common.redis import client
from posthog.eventlog import keys
from posthog.eventlog.connection import Command, round_trip
from posthog.eventlog.errors import LogError, LogFull, LogUnavailable, translated
from posthog.eventlog.ids import age_of
from posthog.eventlog.nudge import QUEUE, nudge, nudge_due
from posthog.eventlog.payload import count_of

__all__ = ["Depth", "LogError", "LogFull", "LogUnavailable", "append", "depth", "partition_of", "partitions", "unacknowledged"]


_PAGE = 200  # entries


class Depth(TypedDict):
    """How much waits: entries not yet acknowledged, those of them handed to a reader, memory, age of the oldest."""

    entries: int
    pending: int
    bytes: int
    oldest_age_seconds: float


def partitions() -> range:
    """The numbers of all partitions."""
    return range(int(settings.EVENT_LOG_PARTITIONS))


def partition_of(token: str, distinct_id: str) -> int:
    """The partition of a user: always the same one, so that one reader sees the user's events in order."""
    return crc32(f"{token}\0{distinct_id}".encode("utf-8", "replace")) % len(partitions())


def append(entries: Sequence[tuple[int, bytes]]) -> list[str]:
    """Append (partition, payload) pairs in one round trip; returns their ids in order.

    Raises LogFull past the memory bound and LogUnavailable when Valkey did not confirm. After an error some entries may
    have been kept all the same: the sender repeats the request, and ingestion knows its uuids.
    """
    if not entries:
        return []
    _gauge.refuse_when_full()
    leases = [partition for partition in {partition for partition, _ in entries} if nudge_due(partition)]
    measured = partitions() if _gauge.due() else range(0)
    with translated():
        replies = _send(entries, leases, measured)
    ids = replies[: len(entries)]
    if measured:
        _gauge.set(sum(size or 0 for size in replies[len(entries) + 2 * len(leases) :]))
    _nudge_unread(leases, replies[len(entries) : len(entries) + 2 * len(leases)])
    return [entry_id.decode() for entry_id in ids]


def depth() -> Depth:
    """The state of all partitions together."""
    with translated():
        states = [_partition_depth(partition) for partition in partitions()]
    return {
        "entries": sum(state["entries"] for state in states),
        "pending": sum(state["pending"] for state in states),
        "bytes": sum(state["bytes"] for state in states),
        "oldest_age_seconds": max((state["oldest_age_seconds"] for state in states), default=0.0),
    }


def unread() -> list[int]:
    """Partitions in which entries wait and that nobody reads."""
    with translated():
        return [number for number in partitions() if not client().exists(keys.lease(number)) and _partition_depth(number)["entries"]]


def unacknowledged() -> Iterator[bytes]:
    """Payloads of the entries that wait or are being written."""
    for partition in partitions():
        with translated():
            yield from _payloads(keys.stream(partition))


def _send(entries: Sequence[tuple[int, bytes]], leases: Sequence[int], measured: Sequence[int]) -> list[Any]:
    """Replies to the entries, then two for each lease, then one for each stream measured."""
    commands: list[Command] = [_xadd(partition, payload) for partition, payload in entries]
    for partition in leases:
        commands += [(b"EXISTS", keys.lease(partition).encode()), (b"LLEN", QUEUE.encode())]
    commands += [(b"MEMORY", b"USAGE", keys.stream(partition).encode()) for partition in measured]
    return round_trip(commands)


def _nudge_unread(leases: Sequence[int], replies: list[Any]) -> None:
    """Nudge the partitions that nobody reads, unless so many nudges wait that no worker can be alive to take them."""
    for partition, held, waiting in zip(leases, replies[::2], replies[1::2], strict=True):
        if not held and waiting < limits.NUDGES_WAITING_MAX:
            nudge(partition)


def _xadd(partition: int, payload: bytes) -> Command:
    return (b"XADD", keys.stream(partition).encode(), b"*", b"p", payload, b"n", b"%d" % count_of(payload))


def _payloads(stream: str) -> Iterator[bytes]:
    start = _first_unacknowledged(stream)
    while page := _range(stream, start, _PAGE):
        yield from (fields[b"p"] for _, fields in page)
        start = f"({page[-1][0].decode()}"


def _range(stream: str, start: str, count: int) -> list[tuple[bytes, dict[bytes, bytes]]]:
    return cast("list[tuple[bytes, dict[bytes, bytes]]]", client().xrange(stream, min=start, count=count))


def _first_unacknowledged(stream: str) -> str:
    """Start of a range for XRANGE. A partition's one reader acknowledges in order, so what is pending is followed by what is unread."""
    if not client().exists(stream):
        return "-"
    groups = client().xinfo_groups(stream)
    if not groups:
        return "-"
    if not groups[0]["pending"]:
        return f"({groups[0]['last-delivered-id'].decode()}"
    oldest = client().xpending(stream, keys.GROUP)["min"]
    return str(oldest.decode()) if oldest else _first_unacknowledged(stream)  # acknowledged between the two questions


def _partition_depth(partition: int) -> Depth:
    stream = keys.stream(partition)
    size = client().memory_usage(stream)
    if size is None:
        return {"entries": 0, "pending": 0, "bytes": 0, "oldest_age_seconds": 0.0}
    groups = client().xinfo_groups(stream)
    if not groups:
        return _unread_depth(stream, size)
    group = groups[0]
    lag = group["lag"] if group["lag"] is not None else _count_after(stream, group["last-delivered-id"])
    waiting = int(group["pending"]) + int(lag)
    return {
        "entries": waiting,
        "pending": int(group["pending"]),
        "bytes": int(size),
        "oldest_age_seconds": _age(stream, group) if waiting else 0.0,
    }


def _unread_depth(stream: str, size: int) -> Depth:
    return {"entries": client().xlen(stream), "pending": 0, "bytes": size, "oldest_age_seconds": _age_from(stream, "-")}


def _count_after(stream: str, last_id: bytes) -> int:
    return len(client().xrange(stream, min=f"({last_id.decode()}") or ())


def _age(stream: str, group: dict[str, Any]) -> float:
    if group["pending"]:
        oldest = client().xpending(stream, keys.GROUP)["min"]
        return age_of(oldest) if oldest else 0.0
    return _age_from(stream, f"({group['last-delivered-id'].decode()}")


def _age_from(stream: str, start: str) -> float:
    """Age of the first entry of a range; 0 when there is none."""
    found = _range(stream, start, 1)
    return age_of(found[0][0]) if found else 0.0


class _Gauge:
    """The log's size as last measured. It is measured along with appends, a few times a second at most."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._bytes = 0
        self._measured_at = float("-inf")

    def due(self) -> bool:
        """Whether the caller is to measure; says so to one caller per interval."""
        with self._lock:
            now = time.monotonic()
            if now - self._measured_at < limits.EVENT_LOG_MEASURE_SECONDS:
                return False
            self._measured_at = now
            return True

    def set(self, size: int) -> None:
        self._bytes = size

    def refuse_when_full(self) -> None:
        if self._bytes < settings.EVENT_LOG_MAX_BYTES:
            return
        if self.due():
            self._measure()
        if self._bytes >= settings.EVENT_LOG_MAX_BYTES:
            raise LogFull(f"the event log holds {self._bytes} bytes; its bound is {settings.EVENT_LOG_MAX_BYTES}")

    def _measure(self) -> None:
        with translated():
            self.set(sum(client().memory_usage(keys.stream(partition)) or 0 for partition in partitions()))


_gauge = _Gauge()
