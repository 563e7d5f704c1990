"""The Celery application. Messages are reminders only: what must not be lost stands in the event log or in a table."""

import logging
import os
from typing import Any

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "posthog.settings")
app = Celery("posthog")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

logger = logging.getLogger(__name__)


def remind(task: str, *args: Any, queue: str = "default", expires: float = 10) -> None:
    """Ask for the task to be run. Never raises: a reminder that gets lost is repeated by the worker's clock."""
    try:
        app.send_task(task, args=args, queue=queue, expires=expires, ignore_result=True, retry=False)
    except Exception as error:  # the broker's client raises many kinds; none may fail a request whose change is stored
        logger.warning("reminder of %s%r was not sent: %s", task, args, error)
