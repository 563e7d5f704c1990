from django.apps import AppConfig


class TenancyConfig(AppConfig):
    name = "posthog.tenancy"
    label = "tenancy"
