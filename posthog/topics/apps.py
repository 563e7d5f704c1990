from django.apps import AppConfig


class TopicsConfig(AppConfig):
    name = "posthog.topics"
    label = "topics"
