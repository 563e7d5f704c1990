from django.urls import path

from posthog.insights.api import Insights

project_routes = [
    path("insights/", Insights.as_view({"get": "list", "post": "create"})),
    path("insights/<str:pk>/", Insights.as_view({"get": "retrieve", "patch": "partial_update"})),
    path("insights/<str:pk>/viewed/", Insights.as_view({"post": "viewed"})),
]
