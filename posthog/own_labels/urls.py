from django.urls import path

from posthog.own_labels import api

project_routes = [
    path("own_labels/", api.OwnLabels.as_view()),
    path("own_labels/preview/", api.Preview.as_view()),
    path("own_labels/<int:label_id>/", api.OneOwnLabel.as_view()),
]
