"""The URL map. Each room lists its own routes; this file only says where they hang."""

import importlib
from pathlib import Path

from django.urls import URLPattern, URLResolver, include, path, re_path
from drf_spectacular.views import SpectacularAPIView

from posthog.capture import urls as capture
from posthog.flags import urls as flags
from posthog.rest import errors
from posthog.tenancy import urls as tenancy
from posthog.web import shell

Route = URLPattern | URLResolver
project_routes: list[Route] = [*tenancy.project_routes]
for room in ["query", "insights", "conversations", "people", "definitions", "flags"]:
    if (Path(__file__).parent.parent / room / "urls.py").exists() and (Path(__file__).parent.parent / "hogql/parser.py").exists():
        project_routes += importlib.import_module(f"posthog.{room}.urls").project_routes
urlpatterns: list[Route] = [
    path("api/schema/", SpectacularAPIView.as_view()),
    *tenancy.routes,
    *capture.routes,
    *flags.routes,
    path("api/projects/<str:project_id>/", include(project_routes)),
    path("api/environments/<str:project_id>/", include(project_routes)),
    re_path(r"^(?:api|static)/.*$", errors.not_found),
    re_path(r"^(?P<path>.*)$", shell.shell),
]
handler404 = errors.not_found
handler500 = errors.server_error
