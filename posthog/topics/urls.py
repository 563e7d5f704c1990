from django.urls import path

from posthog.topics import api

project_routes = [
    path("topics/", api.Topics.as_view()),
    path("topics/fit/", api.Fit.as_view()),
    path("topics/<int:topic_id>/", api.OneTopic.as_view()),
    path("topics/<int:topic_id>/merge/", api.MergeTopic.as_view()),
]
