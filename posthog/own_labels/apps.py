from django.apps import AppConfig


class OwnLabelsConfig(AppConfig):
    name = "posthog.own_labels"
    label = "own_labels"
