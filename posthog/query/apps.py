from django.apps import AppConfig


class QueryConfig(AppConfig):
    name = "posthog.query"
    label = "query"

    def ready(self) -> None:
        """Make this room's runner known to the query endpoint."""
        from posthog.query import hogql_query  # noqa: F401
