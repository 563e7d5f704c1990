"""Background work. A task is only a reminder: what is to be done stands in the log and in the store."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from celery import signals
from django.conf import settings
from django.db import close_old_connections

from posthog.common.celery import app, remind
from posthog.ingestion import backlog, model_state, own_label_jobs, partition, relabel, repair, topic_jobs
from posthog.ingestion.isolation import TRANSIENT
from posthog.ingestion.ticker import Ticker

_stopping = threading.Event()
_on_labels = threading.Lock()
_on_topics = threading.Lock()
_on_own_labels = threading.Lock()


@signals.worker_ready.connect
def _tick(**_: Any) -> None:
    relabel.note_start()
    Ticker(_stopping).start()
    # The supervisor waits for this line.
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    repair_store.apply_async(queue="default")


@signals.worker_shutting_down.connect
def _stop(**_: Any) -> None:
    """The loops end after the batch at hand, so that the worker stops in order."""
    _stopping.set()


@app.task(name="posthog.ingestion.tasks.ingest_partition")
def ingest_partition(number: int) -> int:
    """Read a partition of the log while it has events. Returns at once when another worker does."""
    try:
        return partition.consume(number, _stopping)
    finally:
        close_old_connections()


@app.task(
    name="posthog.ingestion.tasks.repair_store",
    queue="default",
    autoretry_for=(*TRANSIENT, partition.LeaseLostError),
    retry_backoff=1,
    retry_backoff_max=30,
    max_retries=None,
)
def repair_store() -> int:
    """Once after each start of the machine: store again what a power cut took. What is away then is tried again until it is there."""
    try:
        return repair.after_restart(_stopping)
    finally:
        close_old_connections()


@app.task(name="posthog.ingestion.tasks.label_backlog", queue="default")
def label_backlog() -> int:
    """Label what went in without labels, for a while; then what has labels of another model. Returns the messages and turns done.

    While more is waiting it asks for itself again: the clock's next reminder may be ten seconds away.
    """
    if not settings.LABELS_ENABLED:
        return 0
    with _one_at_a_time(_on_labels) as free:
        if not free:
            return 0
        model_state.note()
        done = backlog.catch_up(_stopping)
        more = bool(done) and backlog.is_due()
        if settings.RELABEL_AUTOMATICALLY and not _stopping.is_set():
            done += relabel.go_on(_stopping)
        relabel.measure()
    if more and not _stopping.is_set():
        remind("posthog.ingestion.tasks.label_backlog")
    return done


@app.task(name="posthog.ingestion.tasks.topics", queue="default")
def topics() -> int:
    """Find topics where they are due, and give stored messages the labels of topics that have changed."""
    with _one_at_a_time(_on_topics) as free:
        return topic_jobs.work(_stopping) if free else 0


@app.task(name="posthog.ingestion.tasks.own_labels", queue="default")
def own_labels() -> int:
    """Train own labels again for a new model, and give stored messages those that have changed."""
    with _one_at_a_time(_on_own_labels) as free:
        return own_label_jobs.work(_stopping) if free else 0


@contextmanager
def _one_at_a_time(lock: threading.Lock) -> Iterator[bool]:
    """Whether the lock was free: then it is held within the block."""
    free = lock.acquire(blocking=False)
    try:
        yield free
    finally:
        if free:
            lock.release()
        close_old_connections()
