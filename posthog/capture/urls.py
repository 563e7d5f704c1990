"""Paths of the capture endpoints. Each answers with and without a trailing slash."""

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern

from posthog.capture import views as capture
from posthog.capture.v1 import v1_view
from posthog.common.sdk.routes import View, url_patterns


def _otel_view(request: HttpRequest) -> HttpResponse:
    """Loaded at the first request: protobuf takes 6 MB, and most installations get no spans."""
    from posthog.capture.otel.views import otel_view

    return otel_view(request)


views: dict[str, View] = {
    "/e": capture.events_view,
    "/i/v0/e": capture.events_view,
    "/track": capture.events_view,
    "/engage": capture.engage_view,
    "/capture": capture.capture_view,
    "/batch": capture.batch_view,
    "/i/v0/ai/batch": capture.ai_batch_view,
    "/i/v0/ai/otel": _otel_view,
    "/i/v0/ai/otel/v1/traces": _otel_view,  # where exporters go that are told a host for all signals
    "/i/v1/analytics/events": v1_view,
    "/s": capture.recordings_view,
}
routes: list[URLPattern] = url_patterns(views)
