"""The URL map. Each room lists its own routes; this file only says where they hang."""

from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.views import SpectacularAPIView

from posthog.capture import urls as capture
from posthog.conversations import urls as conversations
from posthog.definitions import urls as definitions
from posthog.flags import urls as flags
from posthog.insights import urls as insights
from posthog.own_labels import urls as own_labels
from posthog.people import urls as people
from posthog.query import urls as query
from posthog.rest import errors
from posthog.tenancy import urls as tenancy
from posthog.topics import urls as topics
from posthog.web import health, model_server, shell, slashes

Route = URLPattern | URLResolver

project_routes: list[Route] = [
    *tenancy.project_routes,
    *query.project_routes,
    *insights.project_routes,
    *conversations.project_routes,
    *topics.project_routes,
    *own_labels.project_routes,
    *flags.project_routes,
    *people.project_routes,
    *definitions.project_routes,
]

urlpatterns: list[Route] = [
    path("_health", health.health),
    path("_ready", health.ready),
    path("_liveness", health.health),
    path("_readiness", health.ready),
    path("metrics", health.metrics),
    path("api/schema/", SpectacularAPIView.as_view()),
    *model_server.routes,
    *capture.routes,
    *flags.routes,
    *tenancy.routes,
    path("api/projects/<str:project_id>/", include(project_routes)),
    path("api/environments/<str:project_id>/", include(project_routes)),
    re_path(r"(?s)^(?P<path>api/.*[^/])$", slashes.answer),
    re_path(r"^(?:api|static|i)/.*$", csrf_exempt(errors.not_found)),
    re_path(r"^(?P<path>.*)$", shell.shell),
]

handler404 = errors.not_found
handler500 = errors.server_error
