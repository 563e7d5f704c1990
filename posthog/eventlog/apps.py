from django.apps import AppConfig


class EventlogConfig(AppConfig):
    name = "posthog.eventlog"
    label = "eventlog"
