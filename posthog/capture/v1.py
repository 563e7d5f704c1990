"""Capture protocol v1: the token and the time of sending come in headers, and the answer says of each event what became of it."""

from functools import partial
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse

from posthog.capture import endpoints
from posthog.capture.endpoints import Endpoint
from posthog.capture.entries import RefusedEvent
from posthog.capture.envelope import Envelope, check_number
from posthog.capture.events import BAD_PROPERTIES, Event, Refusal
from posthog.capture.intake import accept, client_ip, measured
from posthog.common.ids import parse_uuid
from posthog.common.sdk.answers import JSON_TYPE, Refused, invalid_header, invalid_payload, json_response, missing_headers, unsupported_type
from posthog.common.sdk.body import decode
from posthog.common.sdk.routes import outcome
from posthog.common.sdk.tokens import bearer
from posthog.common.time import parse_timestamp

_SDK_INFO, _ATTEMPT = "PostHog-Sdk-Info", "PostHog-Attempt"
_REQUEST_ID, _SENT_AT = "PostHog-Request-Id", "PostHog-Request-Timestamp"
_SDK_INFO_LENGTH = 200  # characters; it is written onto every event
# What v0 has as properties stands here beside them, under names of its own.
_FIELDS = {"session_id": "$session_id", "window_id": "$window_id"}
_FLAGS = {
    "process_person_profile": "$process_person_profile",
    "disable_skew_correction": "$ignore_sent_at",
    "cookieless_mode": "$cookieless_mode",
}
_OPTIONS = {**_FLAGS, "product_tour_id": "$product_tour_id"}
# Codes of refusals that have another name here.
_TAGS = {
    "missing_api_key": "missing_authorization",
    "invalid_api_key": "invalid_api_token",
    "invalid_payload": "request_parsing_error",
    "no_data": "request_parsing_error",
    "request_too_large": "payload_too_large",
    "unsupported_media_type": "unsupported_content_type",
    "server_error": "service_unavailable",
    "error": "internal_error",
}
_ERROR_URI = "https://posthog.com/docs/api"


def v1_view(request: HttpRequest) -> HttpResponse:
    """POST /i/v1/analytics/events."""
    response = outcome(partial(measured, endpoints.V1, work=_take), request, _error, methods=("POST",))
    if parse_uuid(request.headers.get(_REQUEST_ID, "")):
        response.headers[_REQUEST_ID] = request.headers[_REQUEST_ID]
    return response


def _take(endpoint: Endpoint, request: HttpRequest) -> HttpResponse:
    token = bearer(request)
    _check_headers(request)
    body = decode(request, {}, endpoint.body_bytes)
    batch = _batch(body)
    events = [_event(event, _library(request)) for event in batch]
    envelope = Envelope(token, events, _sent_at(request), body.get("historical_migration") is True)
    return _results(batch, accept(endpoint, envelope, client_ip(request, {})))


def _check_headers(request: HttpRequest) -> None:
    missing = [name for name in (_SDK_INFO, _ATTEMPT, _REQUEST_ID, _SENT_AT) if not request.headers.get(name)]
    if missing:
        raise missing_headers(missing)
    if (request.content_type or "").lower() != JSON_TYPE:
        raise unsupported_type(request.content_type or "", JSON_TYPE)
    if parse_uuid(request.headers[_REQUEST_ID]) is None:
        raise invalid_header(_REQUEST_ID, "a UUID")


def _sent_at(request: HttpRequest) -> str:
    moment = parse_timestamp(request.headers[_SENT_AT])
    if moment is None:
        raise invalid_header(_SENT_AT, "an RFC 3339 time")
    return moment.isoformat()


def _batch(body: Any) -> list[Event]:
    """The events as sent. Each needs a uuid, by which the answer names it."""
    batch = body.get("batch") if isinstance(body, dict) else None
    if not isinstance(batch, list):
        raise invalid_payload('failed to parse request: expected an object with a list "batch"')
    check_number(batch)
    for index, event in enumerate(batch):
        if not isinstance(event, dict) or not isinstance(event.get("uuid"), str) or not event["uuid"]:
            raise invalid_payload(f"failed to parse request: batch[{index}] must be an object with a uuid")
    return batch


def _library(request: HttpRequest) -> Event:
    name, _, version = request.headers[_SDK_INFO][:_SDK_INFO_LENGTH].rpartition("/")
    return {"$lib": name, "$lib_version": version} if name and version else {}


def _event(raw: Event, library: Event) -> Event | Refusal:
    """The event as v0 has it."""
    options, properties = raw.get("options"), raw.get("properties")
    options, properties = {} if options is None else options, {} if properties is None else properties
    if not isinstance(properties, dict):
        return BAD_PROPERTIES
    if not isinstance(options, dict):
        return Refusal("invalid_options", "invalid event could not be processed: options must be an object")
    for name in _FLAGS:
        if not isinstance(options.get(name), bool | None):
            return Refusal("invalid_options", f"invalid event could not be processed: options.{name} must be true or false")
    return {**raw, "properties": {**library, **properties, **_renamed(raw, _FIELDS), **_renamed(options, _OPTIONS)}}


def _renamed(fields: Event, names: dict[str, str]) -> Event:
    return {name: fields[given] for given, name in names.items() if fields.get(given) is not None}


def _results(batch: list[Event], refused: list[RefusedEvent]) -> HttpResponse:
    results: dict[str, dict[str, str]] = {event["uuid"]: {"result": "ok"} for event in batch}
    for index, _, refusal in refused:
        results[batch[index]["uuid"]] = {"result": "drop", "details": refusal.reason}
    return json_response(orjson.dumps({"results": results}))


def _error(request: HttpRequest, refusal: Refused) -> HttpResponse:
    told = {"error": _TAGS.get(refusal.code, refusal.code), "error_description": refusal.detail, "error_uri": _ERROR_URI}
    return json_response(orjson.dumps(told), refusal.status)
