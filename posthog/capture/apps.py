from django.apps import AppConfig


class CaptureConfig(AppConfig):
    name = "posthog.capture"
    label = "capture"

    def ready(self) -> None:
        from posthog.capture.urls import views  # the views need models, which exist from here on
        from posthog.common.sdk.routes import register

        register(views)
