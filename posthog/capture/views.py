"""The capture endpoints of protocol v0. A success is answered only after the log has confirmed that the events are on disk."""

from functools import partial

import orjson
from django.http import HttpRequest, HttpResponse

from posthog.capture import endpoints, metrics
from posthog.capture.endpoints import Endpoint
from posthog.capture.entries import RefusedEvent
from posthog.capture.envelope import open_envelope
from posthog.capture.intake import accept, append, client_ip, head_of, measured, project_of
from posthog.common import limits
from posthog.common.sdk import body
from posthog.common.sdk.answers import invalid_payload, json_response
from posthog.eventlog import log
from posthog.eventlog.payload import pack

_DONE = b'{"status":1}'


def capture(endpoint: Endpoint, request: HttpRequest) -> HttpResponse:
    """Take a request's events into the log."""
    return measured(endpoint, request, _take)


def recordings(endpoint: Endpoint, request: HttpRequest) -> HttpResponse:
    """Session recordings are answered with success, counted and not kept."""
    return measured(endpoint, request, _drop)


def _take(endpoint: Endpoint, request: HttpRequest) -> HttpResponse:
    query = body.query_of(request)
    envelope = open_envelope(body.decode(request, query, endpoint.body_bytes), query)
    refused = accept(endpoint, envelope, client_ip(request, query))
    if len(refused) == len(envelope.events):
        raise invalid_payload(refused[0][2].text)
    return success(query, refused)


def _drop(endpoint: Endpoint, request: HttpRequest) -> HttpResponse:
    """The ledger of outcomes learns the number through the log, so that nothing answered with success is unaccounted for."""
    query = body.query_of(request)
    envelope = open_envelope(body.decode(request, query, endpoint.body_bytes), query)
    project = project_of(envelope.token)
    metrics.DROPPED.labels("recordings_not_kept").inc(len(envelope.events))
    if project is not None:
        dropped = {"recordings_not_kept": len(envelope.events)}
        entry = {**head_of(project, envelope, endpoint, None), "events": [], "dropped": dropped}
        append([(log.partition_of(envelope.token, ""), pack(entry))])
    return success(query, [])


def success(query: dict[str, str], refused: list[RefusedEvent]) -> HttpResponse:
    """`{"status": 1}`, with the refused events where there are some; 204 for beacons, whose answer nobody reads."""
    if query.get("beacon") == "1":
        return HttpResponse(status=204)
    if not refused:
        return json_response(_DONE)
    listed = [{"index": index, "uuid": uuid, "reason": refusal.reason} for index, uuid, refusal in refused]
    return json_response(orjson.dumps({"status": 1, "refused": listed[: limits.REFUSALS_LISTED]}))


events_view = partial(capture, endpoints.EVENTS)
batch_view = partial(capture, endpoints.BATCH)
capture_view = partial(capture, endpoints.CAPTURE)
engage_view = partial(capture, endpoints.ENGAGE)
ai_batch_view = partial(capture, endpoints.AI_BATCH)
recordings_view = partial(recordings, endpoints.RECORDINGS)
