from django.urls import path

from posthog.definitions import api

project_routes = [
    path("event_definitions/", api.EventDefinitions.as_view()),
    path("event_definitions/<uuid:definition_id>/", api.OneEventDefinition.as_view()),
    path("property_definitions/", api.PropertyDefinitions.as_view()),
    path("property_definitions/<uuid:definition_id>/", api.OnePropertyDefinition.as_view()),
    path("events/values/", api.EventValues.as_view()),
]
