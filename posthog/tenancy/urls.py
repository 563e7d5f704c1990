from django.urls import path

from posthog.tenancy import api

routes = [
    path("_preflight", api.Preflight.as_view()),
    path("_preflight/", api.Preflight.as_view()),
    path("api/setup/", api.Setup.as_view()),
    path("api/login/", api.Login.as_view()),
    path("api/logout/", api.Logout.as_view()),
    path("api/users/@me/", api.Me.as_view()),
    path("api/projects/", api.Projects.as_view({"get": "list", "post": "create"})),
    path("api/personal_api_keys/", api.PersonalKeys.as_view({"get": "list", "post": "create"})),
    path("api/personal_api_keys/<uuid:pk>/", api.PersonalKeys.as_view({"delete": "destroy"})),
]
project_routes = [
    path("", api.ProjectDetail.as_view()),
    path("reset_token/", api.ResetToken.as_view()),
    path("members/", api.Members.as_view()),
]
