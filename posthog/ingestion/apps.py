"""From the event log to the store: the stages every event goes through."""

from django.apps import AppConfig


class IngestionConfig(AppConfig):
    name = "posthog.ingestion"
    label = "ingestion"
