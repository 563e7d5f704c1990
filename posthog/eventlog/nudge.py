"""Tells the ingestion workers that a partition has something to read.

A nudge carries no data and may be lost: the worker's own tick finds the entries a second later.
"""

import threading
import time

from posthog.common import celery, limits

TASK = "posthog.ingestion.tasks.ingest_partition"
QUEUE = "ingestion"

_lock = threading.Lock()
_last: dict[int, float] = {}


def nudge_due(partition: int) -> bool:
    """True at most once per interval, partition and process: the caller then looks at the lease and may nudge."""
    now = time.monotonic()
    if now - _last.get(partition, float("-inf")) < limits.NUDGE_INTERVAL_SECONDS:
        return False
    with _lock:
        if now - _last.get(partition, float("-inf")) < limits.NUDGE_INTERVAL_SECONDS:
            return False
        _last[partition] = now
        return True


def nudge(partition: int) -> None:
    """Ask for the partition to be read. Never raises."""
    celery.remind(TASK, partition, queue=QUEUE, expires=limits.NUDGE_EXPIRES_SECONDS)
