from django.urls import path, register_converter

from posthog.conversations import api, api_events
from posthog.conversations.identity import session_text


class ConversationId:
    """Any text, line breaks included. Applications ask with the session's id that they sent, which may be stored in another form."""

    regex = r"[\s\S]+"

    def to_python(self, value: str) -> str:
        return session_text(value)

    def to_url(self, value: str) -> str:
        return value


register_converter(ConversationId, "conversation")

project_routes = [
    path("conversations/", api.Conversations.as_view()),
    path("conversations/<conversation:conversation_id>/", api.OneConversation.as_view()),
    path("events/", api_events.Events.as_view()),
    path("events/<uuid:event_uuid>/", api_events.OneEvent.as_view()),
]
