from django.apps import AppConfig


class ConversationsConfig(AppConfig):
    name = "posthog.conversations"
    label = "conversations"
