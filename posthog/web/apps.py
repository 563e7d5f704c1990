from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "posthog.web"
    label = "web"
