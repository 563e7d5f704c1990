from django.urls import path

from posthog.conversations import api, api_events

project_routes = [
    path("conversations/", api.Conversations.as_view()),
    path("conversations", api.Conversations.as_view()),
    path("conversations/<path:conversation_id>/", api.OneConversation.as_view()),
    path("conversations/<path:conversation_id>", api.OneConversation.as_view()),
    path("events/", api_events.Events.as_view()),
    path("events", api_events.Events.as_view()),
    path("events/<uuid:event_uuid>/", api_events.OneEvent.as_view()),
    path("events/<uuid:event_uuid>", api_events.OneEvent.as_view()),
]
