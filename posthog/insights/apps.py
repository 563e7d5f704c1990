from django.apps import AppConfig


class InsightsConfig(AppConfig):
    name = "posthog.insights"
    label = "insights"

    def ready(self) -> None:
        """Make the runners of this room known to the query endpoint."""
        from posthog.insights import runners  # noqa: F401
