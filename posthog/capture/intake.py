"""The one way of a request's events into the log, whatever protocol they came by."""

import logging
from collections.abc import Callable
from time import perf_counter
from typing import Any

from django.conf import settings
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse

from posthog.capture import metrics
from posthog.capture.endpoints import Endpoint
from posthog.capture.entries import Entries, RefusedEvent
from posthog.capture.envelope import Envelope
from posthog.common.sdk.answers import Refused, not_stored, unknown_token
from posthog.common.time import utc_now
from posthog.eventlog import log
from posthog.eventlog.payload import VERSION
from posthog.tenancy.tokens import CachedProject, project_for_token

logger = logging.getLogger(__name__)
Work = Callable[[Endpoint, HttpRequest], HttpResponse]


def measured(endpoint: Endpoint, request: HttpRequest, work: Work) -> HttpResponse:
    """The answer of `work`, counted and timed."""
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


def accept(endpoint: Endpoint, envelope: Envelope, ip: str | None) -> list[RefusedEvent]:
    """Take the events into the log; returns those that were not taken, once all others are on disk. Raises Refused."""
    project = project_of(envelope.token)
    if project is None:
        metrics.DROPPED.labels("unknown_token").inc(len(envelope.events))
        return []
    entries = Entries(envelope.token, head_of(project, envelope, endpoint, ip), endpoint)
    payloads = entries.of(envelope.events)
    for _, _, refusal in entries.refused:
        metrics.REFUSED.labels(refusal.code).inc()
    if payloads:
        append(payloads)
        metrics.ACCEPTED.labels(endpoint.lane).inc(entries.accepted)
    return sorted(entries.refused, key=lambda one: one[0])


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
