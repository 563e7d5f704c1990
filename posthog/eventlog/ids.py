"""Ids of the log's entries: the milliseconds at which the log took an entry, a dash, and a number among those of the same one."""

import time
from datetime import UTC, datetime


def taken_at(entry_id: str) -> datetime:
    return datetime.fromtimestamp(_seconds(entry_id), UTC)


def age_of(entry_id: bytes) -> float:
    """Seconds since the log took the entry; 0 where its clock is ahead."""
    return max(0.0, time.time() - _seconds(entry_id.decode()))


def _seconds(entry_id: str) -> float:
    return int(entry_id.partition("-")[0]) / 1000
