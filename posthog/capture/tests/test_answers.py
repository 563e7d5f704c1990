"""The exact answers that SDKs and their users rely on."""

import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError
from prometheus_client import REGISTRY
from pytest_django import Settings

from posthog.capture.tests.conftest import HELLO, Sender
from posthog.common import limits
from posthog.eventlog import log

pytestmark = pytest.mark.django_db
Body = Callable[[str], Any]


def error(kind: str, code: str, detail: str) -> dict[str, str | None]:
    return {"type": kind, "code": code, "detail": detail, "attr": None}


def invalid(detail: str) -> dict[str, str | None]:
    return error("validation_error", "invalid_payload", detail)


def unauthenticated(code: str, detail: str) -> dict[str, str | None]:
    return error("authentication_error", code, detail)


NO_DATA = error(
    "validation_error", "no_data", "No data found. Make sure to use a POST request when sending the payload in the body of the request."
)
MISSING_KEY = unauthenticated("missing_api_key", "API key not provided. You can find your project API key in PostHog project settings.")
UNKNOWN_KEY = unauthenticated("invalid_api_key", "Project API key invalid. You can find your project API key in PostHog project settings.")
INCONSISTENT = unauthenticated("invalid_api_key", "batch submitted with inconsistent api_key values")

WRONG_REQUESTS: dict[str, tuple[Body, int, dict[str, str | None]]] = {
    "nothing": (lambda token: b"", 400, NO_DATA),
    "blanks": (lambda token: b"  \n", 400, NO_DATA),
    "empty form": (lambda token: b"data=", 400, NO_DATA),
    "no events": (lambda token: {"api_key": token, "batch": []}, 400, invalid("request holds no event")),
    "empty list": (lambda token: [], 400, invalid("request holds no event")),
    "a number": (lambda token: 7, 400, invalid("failed to parse request: expected an event, a list of events or an object with a batch")),
    "a batch that is none": (
        lambda token: {"api_key": token, "batch": "x"},
        400,
        invalid('failed to parse request: "batch" must be a list'),
    ),
    "no key": (lambda token: HELLO, 401, MISSING_KEY),
    "no key in a list": (lambda token: [HELLO, HELLO], 401, MISSING_KEY),
    "unknown key": (lambda token: {**HELLO, "api_key": "phc_of_nobody"}, 401, UNKNOWN_KEY),
    "two keys": (lambda token: [{**HELLO, "token": token}, {**HELLO, "token": "phc_other"}], 401, INCONSISTENT),
    "another key inside": (lambda token: {"api_key": token, "batch": [{**HELLO, "api_key": "phc_other"}]}, 401, INCONSISTENT),
    "empty key": (lambda token: {**HELLO, "api_key": " "}, 401, unauthenticated("invalid_api_key", "API key is not valid: empty")),
    "long key": (
        lambda token: {**HELLO, "api_key": "p" * 65},
        401,
        unauthenticated("invalid_api_key", "API key is not valid: too long (> 64)"),
    ),
    "foreign letters": (
        lambda token: {**HELLO, "api_key": "phc_ключ"},
        401,
        unauthenticated("invalid_api_key", "API key is not valid: not ASCII"),
    ),
    "a key that is a number": (
        lambda token: {**HELLO, "api_key": 12},
        401,
        unauthenticated("invalid_api_key", "API key is not valid: not a string"),
    ),
    "NUL in the key": (
        lambda token: {**HELLO, "api_key": "phc_\0"},
        401,
        unauthenticated("invalid_api_key", "API key is not valid: contains NUL"),
    ),
    "personal key": (
        lambda token: {**HELLO, "api_key": "phx_secret"},
        401,
        unauthenticated("invalid_api_key", "API key is not valid: this is a personal API key (phx_), use the project's key (phc_)"),
    ),
    "no name": (
        lambda token: {"api_key": token, "distinct_id": "d", "event": ""},
        400,
        invalid("event submitted with an empty event name"),
    ),
    "blank name": (
        lambda token: {"api_key": token, "distinct_id": "d", "event": " "},
        400,
        invalid("event submitted with an empty event name"),
    ),
    "a name that is none": (
        lambda token: {"api_key": token, "distinct_id": "d", "event": {"a": 1}},
        400,
        invalid("invalid event could not be processed: event must be a string"),
    ),
    "no distinct id": (
        lambda token: {"api_key": token, "event": "e"},
        400,
        invalid('Invalid payload: All events must have the event field "distinct_id"!'),
    ),
    "blank distinct id": (
        lambda token: {"api_key": token, "event": "e", "distinct_id": " "},
        400,
        invalid('Invalid payload: Event field "distinct_id" should not be blank!'),
    ),
    "wrong uuid": (
        lambda token: {"api_key": token, **HELLO, "uuid": "7"},
        400,
        invalid('Invalid payload: Event field "uuid" is not a valid UUID!'),
    ),
    "properties that are none": (
        lambda token: {"api_key": token, **HELLO, "properties": []},
        400,
        invalid("invalid event could not be processed: properties must be an object"),
    ),
    "a list of numbers": (
        lambda token: {"api_key": token, "batch": [1, 2]},
        400,
        invalid("invalid event could not be processed: it must be an object"),
    ),
    "an event that is too large": (
        lambda token: {"api_key": token, **HELLO, "properties": {"text": "x" * limits.EVENT_BYTES}},
        400,
        invalid(f"maximum event size exceeded: at most {limits.EVENT_BYTES} bytes"),
    ),
    "a body that is too large": (
        lambda token: {"api_key": token, **HELLO, "properties": {"text": "x" * limits.BODY_EVENTS_ENDPOINT}},
        413,
        error(
            "client_error",
            "request_too_large",
            f"Request too large. The body may hold at most {limits.BODY_EVENTS_ENDPOINT} bytes, before and after decompression.",
        ),
    ),
    "too many events": (
        lambda token: {"api_key": token, "batch": [0] * (limits.EVENTS_PER_REQUEST + 1)},
        400,
        invalid(f"request holds {limits.EVENTS_PER_REQUEST + 1} events; at most {limits.EVENTS_PER_REQUEST} are taken at once"),
    ),
}


@pytest.mark.parametrize("case", WRONG_REQUESTS)
def test_wrong_requests(sender: Sender, case: str) -> None:
    body, status, told = WRONG_REQUESTS[case]
    answer = sender.post("/e/", body(sender.token))
    assert (answer.status_code, answer.json()) == (status, told)
    assert answer["Content-Type"] == "application/json"
    assert sender.events() == []


@pytest.mark.parametrize(
    ("payload", "query", "begins"),
    [
        (b"{not json", "", "Malformed request data: failed to parse request: "),
        (b"\x1f\x8b\x08broken", "", "Malformed request data: not valid gzip data"),
        (gzip.compress(b"x" * 5_000, mtime=0)[:-12], "", "Malformed request data: truncated gzip data"),
        (b"!!!", "compression=gzip", "Malformed request data: not valid gzip data"),
        (b"!!!", "compression=base64", "Malformed request data: not valid base64 data"),
        (b"{}", "compression=zstd", "Malformed request data: unsupported compression 'zstd'"),
        (b"[" * 100_000, "", "Malformed request data: failed to parse request: nested deeper than 512 levels"),
        (b"???", "compression=lz64", "Malformed request data: not valid"),
    ],
)
def test_bodies_that_cannot_be_read(sender: Sender, payload: bytes, query: str, begins: str) -> None:
    answer = sender.post(f"/e/?{query}", payload)
    assert answer.status_code == 400
    assert (answer.json()["type"], answer.json()["code"]) == ("validation_error", "invalid_payload")
    assert answer.json()["detail"].startswith(begins)


def test_one_bad_event_does_not_fail_the_others(sender: Sender) -> None:
    known = "0195f8b2-6c3a-7d10-8a4e-3b2f1c0d9e8f"
    batch = [
        {**HELLO, "event": "first"},
        {**HELLO, "distinct_id": None, "uuid": known},
        "nonsense",
        {**HELLO, "event": "too large", "properties": {"text": "x" * limits.EVENT_BYTES}},
        {**HELLO, "event": "last"},
        {**HELLO, "uuid": "not-a-uuid"},
    ]
    answer = sender.post("/batch/", {"api_key": sender.token, "batch": batch})
    assert answer.status_code == 200
    refused = answer.json()["refused"]
    assert [(one["index"], one["reason"]) for one in refused] == [
        (1, "event submitted without a distinct_id"),
        (2, "invalid event could not be processed: it must be an object"),
        (3, f"maximum event size exceeded: at most {limits.EVENT_BYTES} bytes"),
        (5, "event submitted with an invalid uuid"),
    ]
    assert (refused[0]["uuid"], refused[1]["uuid"], refused[3]["uuid"]) == (known, None, "not-a-uuid")
    assert answer.json()["status"] == 1
    assert [event["event"] for event in sender.events()] == ["first", "last"]


def test_the_lane_for_ai_events_takes_larger_ones(sender: Sender) -> None:
    large = {**HELLO, "event": "$ai_generation", "properties": {"$ai_input": "x" * (5 * 1024 * 1024)}}
    assert sender.post("/i/v0/ai/batch/", {"api_key": sender.token, "batch": [large, HELLO]}).content == b'{"status":1}'
    assert len(sender.events()) == 2


def test_an_event_nested_too_deeply_is_refused_alone(sender: Sender) -> None:
    deep = b'{"a":' * 300 + b"1" + b"}" * 300
    events = b'{"event":"deep","distinct_id":"d","properties":' + deep + b"}," + json.dumps(HELLO).encode()
    answer = sender.post("/batch/", b'{"api_key":"' + sender.token.encode() + b'","batch":[' + events + b"]}")
    assert answer.status_code == 200
    assert [one["reason"] for one in answer.json()["refused"]] == ["invalid event could not be processed: nested deeper than 240 levels"]
    assert [event["event"] for event in sender.events()] == ["message sent"]


@pytest.mark.parametrize("query", ["beacon=1", "beacon=1&compression=base64"])
def test_beacons_get_an_empty_answer(sender: Sender, query: str) -> None:
    answer = sender.post(f"/e/?{query}", sender.event())
    assert (answer.status_code, answer.content) == (204, b"")
    assert len(sender.events()) == 1


def test_an_unknown_token_is_dropped_silently_where_the_operator_says_so(sender: Sender, settings: Settings) -> None:
    settings.CAPTURE_UNKNOWN_TOKEN_STATUS = 200
    before = REGISTRY.get_sample_value("posthog_capture_events_dropped_total", {"reason": "unknown_token"}) or 0
    answer = sender.post("/e/", {**HELLO, "api_key": "phc_of_nobody"})
    assert (answer.status_code, answer.content) == (200, b'{"status":1}')
    assert REGISTRY.get_sample_value("posthog_capture_events_dropped_total", {"reason": "unknown_token"}) == before + 1
    assert sender.entries() == []


def test_recordings_are_accepted_counted_and_not_kept(sender: Sender) -> None:
    snapshot = {"event": "$snapshot", "distinct_id": "d", "properties": {"$snapshot_data": [1], "$session_id": "s"}}
    assert sender.post("/s/", {"api_key": sender.token, "batch": [snapshot, snapshot]}).content == b'{"status":1}'
    (entry,) = sender.entries()
    assert (entry["events"], entry["dropped"]) == ([], {"recordings_not_kept": 2})
    assert sender.post("/s/", {"api_key": "phc_of_nobody", "batch": [snapshot]}).status_code == 401


UNABLE = error(
    "server_error",
    "server_error",
    "Unable to store event. Please try again. If you are the owner of this app you can check the logs for further details.",
)


def test_a_full_log_is_told_with_a_time_to_come_back(sender: Sender, settings: Settings) -> None:
    settings.EVENT_LOG_MAX_BYTES = 1
    assert sender.post("/e/", sender.event()).status_code == 200
    answer = sender.post("/e/", sender.event())
    assert (answer.status_code, answer.json()) == (503, UNABLE)
    assert int(answer["Retry-After"]) > 0


def test_a_log_that_is_away_is_told_and_nothing_is_promised(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise log.LogUnavailable("connection refused")

    monkeypatch.setattr(log, "append", away)
    answer = sender.post("/e/", sender.event())
    assert (answer.status_code, answer.json()) == (503, UNABLE)


def test_a_database_that_is_away_is_told(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(token: str) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr("posthog.capture.intake.project_for_token", away)
    assert sender.post("/e/", sender.event()).status_code == 503


def test_a_fault_of_ours_is_a_500_in_the_same_shape(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("posthog.capture.views.open_envelope", lambda *_: 1 / 0)
    answer = sender.post("/e/", sender.event())
    assert (answer.status_code, answer.json()) == (500, error("server_error", "error", "A server error occurred."))


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_refused(sender: Sender, method: str) -> None:
    answer = sender.browser.generic(method, "/e/", b"{}")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")


def test_the_log_is_written_once_per_request_and_partition(sender: Sender) -> None:
    batch = [{"event": "step", "distinct_id": f"person-{number}", "properties": {}} for number in range(40)]
    sender.post("/batch/", {"api_key": sender.token, "batch": batch})
    assert len(sender.entries()) == 2


def test_no_database_is_asked_for_a_known_token(sender: Sender, django_assert_num_queries: Callable[[int], Any]) -> None:
    sender.post("/e/", sender.event())
    with django_assert_num_queries(0):
        assert sender.post("/e/", sender.event()).status_code == 200


def test_counters_tell_what_happened(sender: Sender) -> None:
    def value(name: str, **labels: str) -> float:
        return REGISTRY.get_sample_value(f"posthog_capture_{name}", labels) or 0.0

    counters: list[tuple[str, dict[str, str]]] = [
        ("requests_total", {"endpoint": "batch", "status": "200"}),
        ("events_accepted_total", {"lane": "events"}),
        ("events_refused_total", {"reason": "missing_distinct_id"}),
        ("request_seconds_count", {"endpoint": "batch"}),
    ]
    before = [value(name, **labels) for name, labels in counters]
    sender.post("/batch/", {"api_key": sender.token, "batch": [HELLO, HELLO, {"event": "e"}]})
    assert [value(name, **labels) - old for (name, labels), old in zip(counters, before, strict=True)] == [1, 2, 1, 1]
