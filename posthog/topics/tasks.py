"""Reminders of work on topics. The work itself needs rooms above this one: posthog.ingestion.tasks.topics does it."""

from posthog.common import celery


def remind() -> None:
    """Something about topics is to be done. Never raises."""
    celery.remind("posthog.ingestion.tasks.topics")
