from django.apps import AppConfig


class QueryConfig(AppConfig):
    name = "posthog.query"
    label = "query"
