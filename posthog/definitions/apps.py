from django.apps import AppConfig


class DefinitionsConfig(AppConfig):
    name = "posthog.definitions"
    label = "definitions"

    def ready(self) -> None:
        from posthog.definitions import selectors
        from posthog.hogql import property_types

        property_types.register(selectors.property_types)
