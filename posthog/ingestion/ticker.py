"""The worker's own clock: a thread that asks for what is due. See docs/decisions/0004-worker-ticks.md.

It finds partitions whose nudge was lost, starts the catch-up of labels and the work on topics and own labels,
and leaves the worker's sign of life.
"""

import logging
import threading
import time

from posthog.common.celery import app
from posthog.common.redis import client
from posthog.eventlog import log
from posthog.eventlog.nudge import nudge

HEARTBEAT_KEY = "worker:heartbeat"
TICK_SECONDS = 1.0
BACKLOG_EVERY_TICKS = 10

logger = logging.getLogger(__name__)


class Ticker:
    """Ticks from start() until `stopping` is set."""

    def __init__(self, stopping: threading.Event) -> None:
        self._stopping = stopping
        self._ticks = 0

    def start(self) -> None:
        threading.Thread(target=self._run, name="ticker", daemon=True).start()

    def tick(self) -> None:
        client().set(HEARTBEAT_KEY, time.time())
        for partition in log.unread():
            nudge(partition)
        if self._ticks % BACKLOG_EVERY_TICKS == 0:
            for name in ("label_backlog", "topics", "own_labels"):
                app.send_task(f"posthog.ingestion.tasks.{name}", queue="default", expires=BACKLOG_EVERY_TICKS * TICK_SECONDS)
        self._ticks += 1

    def _run(self) -> None:
        while not self._stopping.wait(TICK_SECONDS):
            try:
                self.tick()
            except Exception as error:  # the clock must outlive every part it asks
                logger.warning("tick failed: %s", error)
