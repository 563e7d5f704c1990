"""The capture endpoints. A success is answered only after the log has confirmed that the events are on disk."""

import logging
from collections.abc import Callable
from functools import partial
from time import perf_counter
from typing import Any

import orjson
from django.conf import settings
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse

from posthog.capture import endpoints, metrics
from posthog.capture.endpoints import Endpoint
from posthog.capture.entries import Entries
from posthog.capture.envelope import Envelope, open_envelope
from posthog.common import limits
from posthog.common.sdk import body
from posthog.common.sdk.answers import Refused, invalid_payload, json_response, not_stored, unknown_token
from posthog.common.time import utc_now
from posthog.eventlog import log
from posthog.eventlog.payload import VERSION, pack
from posthog.tenancy.tokens import CachedProject, project_for_token

logger = logging.getLogger(__name__)
_DONE = b'{"status":1}'


def capture(endpoint: Endpoint, request: HttpRequest) -> HttpResponse:
    """Take a request's events into the log."""
    return _measured(endpoint, request, _take)


def recordings(endpoint: Endpoint, request: HttpRequest) -> HttpResponse:
    """Session recordings are answered with success, counted and not kept."""
    return _measured(endpoint, request, _drop)


def _measured(endpoint: Endpoint, request: HttpRequest, work: Callable[[Endpoint, HttpRequest], HttpResponse]) -> HttpResponse:
    started = perf_counter()
    status = 500
    try:
        response = work(endpoint, request)
        status = response.status_code
        return response
    except Refused as refusal:
        status = refusal.status
        raise
    finally:
        metrics.REQUESTS.labels(endpoint.name, status).inc()
        metrics.SECONDS.labels(endpoint.name).observe(perf_counter() - started)


def _take(endpoint: Endpoint, request: HttpRequest) -> HttpResponse:
    query = body.query_of(request)
    envelope = open_envelope(body.decode(request, query, endpoint.body_bytes), query)
    project = project_of(envelope.token)
    if project is None:
        metrics.DROPPED.labels("unknown_token").inc(len(envelope.events))
        return success(query)
    entries = Entries(envelope.token, head_of(project, envelope, endpoint, client_ip(request, query)), endpoint)
    payloads = entries.of(envelope.events)
    count_refused(entries)
    if not payloads:
        raise invalid_payload(entries.refused[0][2].text)
    append(payloads)
    metrics.ACCEPTED.labels(endpoint.lane).inc(entries.accepted)
    return success(query, entries)


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
    return success(query)


def project_of(token: str) -> CachedProject | None:
    """The token's project. An unknown token is refused, or None where the settings say that it is to be dropped silently."""
    try:
        project = project_for_token(token)
    except DatabaseError as error:
        logger.error("project look-up failed: %s", error)
        raise not_stored() from error
    if project is None and settings.CAPTURE_UNKNOWN_TOKEN_STATUS != 200:
        raise unknown_token()
    return project


def head_of(project: CachedProject, envelope: Envelope, endpoint: Endpoint, ip: str | None) -> dict[str, Any]:
    """An entry of the log without its events."""
    return {
        "v": VERSION,
        "project_id": project.id,
        "token": envelope.token,
        "now": utc_now().isoformat(),
        "sent_at": envelope.sent_at,
        "ip": ip,
        "historical": envelope.historical,
        "lane": endpoint.lane,
    }


def append(payloads: list[tuple[int, bytes]]) -> None:
    """Write to the log. Raises Refused with 503 and Retry-After when it is full or does not confirm."""
    try:
        log.append(payloads)
    except log.LogError as error:
        logger.error("events were refused with 503: %s", error)
        raise not_stored() from error


def client_ip(request: HttpRequest, query: dict[str, str]) -> str | None:
    """The sender's address; the proxy's word for it only where a proxy is trusted. None when the sender asks so by ip=0."""
    if query.get("ip") == "0":
        return None
    if settings.TRUST_PROXY:
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")[0].strip()
        if forwarded:
            return str(forwarded)[:45]
    return request.META.get("REMOTE_ADDR") or None


def count_refused(entries: Entries) -> None:
    for _, _, refusal in entries.refused:
        metrics.REFUSED.labels(refusal.code).inc()


def success(query: dict[str, str], entries: Entries | None = None) -> HttpResponse:
    """`{"status": 1}`, with the refused events where there are some; 204 for beacons, whose answer nobody reads."""
    if query.get("beacon") == "1":
        return HttpResponse(status=204)
    if entries is None or not entries.refused:
        return json_response(_DONE)
    listed = [
        {"index": index, "uuid": uuid, "reason": refusal.reason} for index, uuid, refusal in sorted(entries.refused, key=lambda one: one[0])
    ]
    return json_response(orjson.dumps({"status": 1, "refused": listed[: limits.REFUSALS_LISTED]}))


events_view = partial(capture, endpoints.EVENTS)
batch_view = partial(capture, endpoints.BATCH)
capture_view = partial(capture, endpoints.CAPTURE)
engage_view = partial(capture, endpoints.ENGAGE)
ai_batch_view = partial(capture, endpoints.AI_BATCH)
recordings_view = partial(recordings, endpoints.RECORDINGS)
