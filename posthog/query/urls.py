from django.urls import path

from posthog.query import api

project_routes = [
    path("query/", api.RunQuery.as_view()),
    path("query/upgrade/", api.UpgradeQuery.as_view()),
    path("query/<str:name>/", api.NamedQuery.as_view()),
]
