"""The Celery application. Messages are reminders only: what must not be lost stands in the event log or in a table."""

from celery import Celery

app = Celery("posthog")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
