from django.apps import AppConfig


class FlagsConfig(AppConfig):
    name = "posthog.flags"
    label = "flags"

    def ready(self) -> None:
        from posthog.common.sdk.routes import register
        from posthog.flags.urls import views  # the views need models, which exist from here on

        register(views)
