"""Paths of the flags room: those for SDKs, answered before Django's middleware, and those for personal API keys."""

from django.urls import URLPattern, path, re_path

from posthog.common.sdk.routes import View, url_patterns
from posthog.flags import api
from posthog.flags import views as sdk

views: dict[str, View] = {
    "/flags": sdk.flags,
    "/decide": sdk.decide,
    "/array/<token>/config": sdk.config,
    "/array/<token>/config.js": sdk.config_script,
    "/api/surveys": sdk.surveys,
    "/api/early_access_features": sdk.early_access_features,
    "/api/web_experiments": sdk.web_experiments,
}
routes: list[URLPattern] = [
    *url_patterns(views),
    re_path(r"^flags/definitions/?$", api.Definitions.as_view()),
    re_path(r"^api/feature_flag/local_evaluation/?$", api.Definitions.as_view()),
]
project_routes: list[URLPattern] = [
    path("feature_flags/<str:key>/remote_config/", api.RemoteConfig.as_view()),
]
