"""Tells the ingestion workers that a partition has something to read.

A nudge carries no data and may be lost: the worker's own tick finds the entries a second later.
"""

import logging
import threading
import time

from posthog.common import limits
from posthog.common.celery import app

TASK = "posthog.ingestion.tasks.ingest_partition"
QUEUE = "ingestion"

logger = logging.getLogger(__name__)
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
    try:
        app.send_task(TASK, args=(partition,), queue=QUEUE, expires=limits.NUDGE_EXPIRES_SECONDS, ignore_result=True, retry=False)
    except Exception as error:  # the broker's client raises many kinds; none may fail a request whose events are stored
        logger.warning("nudge for partition %d was not sent: %s", partition, error)
