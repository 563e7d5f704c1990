"""Reminder of work on own labels. The work itself needs rooms above this one: posthog.ingestion.tasks.own_labels does it."""

from posthog.common import celery


def remind() -> None:
    """A label has changed. Never raises."""
    celery.remind("posthog.ingestion.tasks.own_labels")
