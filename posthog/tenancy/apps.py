from django.apps import AppConfig


class TenancyConfig(AppConfig):
    name = "posthog.tenancy"
    label = "tenancy"

    def ready(self) -> None:
        from posthog.tenancy import openapi  # noqa: F401 – registers itself when it is imported
