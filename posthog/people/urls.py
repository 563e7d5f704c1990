from django.urls import path

from posthog.people import api

project_routes = [
    path("persons/", api.PersonsView.as_view()),
    path("persons/values/", api.PersonValuesView.as_view()),
    path("persons/<uuid:person_id>/", api.PersonView.as_view()),
]
