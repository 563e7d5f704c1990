"""Traces by OTLP over HTTP."""

from functools import partial

from django.http import HttpRequest, HttpResponse

from posthog.capture import endpoints
from posthog.capture.endpoints import Endpoint
from posthog.capture.envelope import Envelope, check_number
from posthog.capture.intake import accept, measured
from posthog.capture.otel import spans, wire
from posthog.common.sdk.answers import invalid_payload
from posthog.common.sdk.routes import outcome
from posthog.common.sdk.tokens import bearer


def otel_view(request: HttpRequest) -> HttpResponse:
    """POST /i/v0/ai/otel."""
    return outcome(partial(measured, endpoints.OTEL, work=_take), request, wire.refusal, methods=("POST",))


def _take(endpoint: Endpoint, request: HttpRequest) -> HttpResponse:
    """An export without spans is a success. The exporter's address is not kept: it is a server's, and says nothing of the person."""
    token = bearer(request)
    events = spans.events_of(wire.read(request, endpoint.body_bytes))
    if events:
        check_number(events)
    refused = accept(endpoint, Envelope(token, events, sent_at=None, historical=False), ip=None)
    if refused and len(refused) == len(events):
        raise invalid_payload(refused[0][2].reason)
    return wire.success(request, [refusal.reason for _, _, refusal in refused])
