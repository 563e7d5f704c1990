"""Paths of the capture endpoints. Each answers with and without a trailing slash."""

from django.urls import URLPattern

from posthog.capture import views as capture
from posthog.capture.v1 import v1_view
from posthog.common.sdk.routes import View, url_patterns

views: dict[str, View] = {
    "/e": capture.events_view,
    "/i/v0/e": capture.events_view,
    "/track": capture.events_view,
    "/engage": capture.engage_view,
    "/capture": capture.capture_view,
    "/batch": capture.batch_view,
    "/i/v0/ai/batch": capture.ai_batch_view,
    "/i/v1/analytics/events": v1_view,
    "/s": capture.recordings_view,
}
routes: list[URLPattern] = url_patterns(views)
