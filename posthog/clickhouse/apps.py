from django.apps import AppConfig


class ClickHouseConfig(AppConfig):
    name = "posthog.clickhouse"
    label = "clickhouse"
