"""Reminder of work on own labels. The work itself needs rooms above this one: posthog.ingestion.tasks.own_labels does it."""

import logging

from posthog.common.celery import app

_TASK = "posthog.ingestion.tasks.own_labels"
_EXPIRES_SECONDS = 10

logger = logging.getLogger(__name__)


def remind() -> None:
    """A label has changed. Never raises: a reminder that gets lost is repeated by the worker's clock."""
    try:
        app.send_task(_TASK, queue="default", expires=_EXPIRES_SECONDS, ignore_result=True, retry=False)
    except Exception as error:  # the broker's client raises many kinds; none may fail a request whose change is stored
        logger.warning("reminder of own labels was not sent: %s", error)
