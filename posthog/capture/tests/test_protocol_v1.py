"""Capture protocol v1: what its SDKs send becomes the same events as with v0, and each event gets an answer of its own."""

import gzip
import json
import zlib
from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from posthog.capture.tests.conftest import HELLO, Sender
from posthog.common import limits
from posthog.common.time import utc_now

pytestmark = pytest.mark.django_db
PATH = "/i/v1/analytics/events"
REQUEST_ID = "0195f8b2-6c3a-7d10-8a4e-3b2f1c0d9e8f"
FIRST, SECOND = "0195f8b2-6c3a-7d10-8a4e-000000000001", "0195f8b2-6c3a-7d10-8a4e-000000000002"


def headers(sender: Sender, **changed: str | None) -> dict[str, str]:
    given: dict[str, str | None] = {
        "Authorization": f"Bearer {sender.token}",
        "PostHog-Sdk-Info": "posthog-python/7.75.11",
        "PostHog-Attempt": "1",
        "PostHog-Request-Id": REQUEST_ID,
        "PostHog-Request-Timestamp": utc_now().isoformat(),
        **changed,
    }
    return {name: value for name, value in given.items() if value is not None}


def batch(*events: object, **fields: object) -> dict[str, object]:
    return {"created_at": utc_now().isoformat(), "batch": list(events), **fields}


def hello(uuid: str = FIRST, **fields: object) -> dict[str, object]:
    return {**HELLO, "uuid": uuid, "timestamp": "2026-11-20T10:00:00Z", **fields}


def test_each_event_is_answered_by_its_uuid(sender: Sender) -> None:
    nameless = hello(SECOND, event="")
    answer = sender.post(PATH, batch(hello(), nameless), **headers(sender))
    assert answer.status_code == 200
    assert answer.json() == {
        "results": {FIRST: {"result": "ok"}, SECOND: {"result": "drop", "details": "event submitted with an empty event name"}}
    }
    assert answer["PostHog-Request-Id"] == REQUEST_ID
    assert "Retry-After" not in answer
    assert [(event["uuid"], event["event"]) for event in sender.events()] == [(FIRST, "message sent")]


def test_a_batch_of_which_nothing_is_taken_is_answered_event_by_event_too(sender: Sender) -> None:
    answer = sender.post(PATH, batch(hello(distinct_id=" ")), **headers(sender))
    assert answer.status_code == 200
    assert answer.json()["results"][FIRST] == {"result": "drop", "details": "event submitted with an empty distinct_id"}
    assert sender.entries() == []


def test_what_stands_beside_the_properties_becomes_properties(sender: Sender) -> None:
    options = {"process_person_profile": False, "disable_skew_correction": True, "product_tour_id": "tour", "cookieless_mode": None}
    event = hello(session_id="s-1", window_id="w-1", options=options, properties={"$set": {"plan": "pro"}})
    assert sender.post(PATH, batch(event), **headers(sender)).json()["results"][FIRST] == {"result": "ok"}
    assert sender.events()[0]["properties"] == {
        "$lib": "posthog-python",
        "$lib_version": "7.75.11",
        "$session_id": "s-1",
        "$window_id": "w-1",
        "$process_person_profile": False,
        "$ignore_sent_at": True,
        "$product_tour_id": "tour",
        "$set": {"plan": "pro"},
    }


def test_the_time_of_sending_is_in_a_header(sender: Sender) -> None:
    sent = (utc_now() - timedelta(minutes=7)).isoformat()
    sender.post(PATH, batch(hello(), historical_migration=True), **headers(sender, **{"PostHog-Request-Timestamp": sent}))
    (entry,) = sender.entries()
    assert (entry["sent_at"], entry["historical"], entry["ip"]) == (sent, True, "127.0.0.1")


@pytest.mark.parametrize(("name", "compress"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_compressed_bodies(sender: Sender, name: str, compress: Any) -> None:
    body = compress(json.dumps(batch(hello())).encode())
    assert sender.post(PATH, body, **headers(sender, **{"Content-Encoding": name})).status_code == 200
    assert len(sender.events()) == 1


@pytest.mark.parametrize(
    ("fields", "details"),
    [
        ({"properties": []}, "invalid event could not be processed: properties must be an object"),
        ({"options": []}, "invalid event could not be processed: options must be an object"),
        (
            {"options": {"process_person_profile": "no"}},
            "invalid event could not be processed: options.process_person_profile must be true or false",
        ),
        ({"properties": {"text": "x" * limits.EVENT_BYTES}}, f"maximum event size exceeded: at most {limits.EVENT_BYTES} bytes"),
        ({"uuid": "seven"}, "event submitted with an invalid uuid"),
    ],
)
def test_one_bad_event_does_not_fail_the_others(sender: Sender, fields: dict[str, object], details: str) -> None:
    bad = hello(**fields)
    answer = sender.post(PATH, batch(bad, hello(SECOND)), **headers(sender))
    assert answer.json()["results"] == {bad["uuid"]: {"result": "drop", "details": details}, SECOND: {"result": "ok"}}


WRONG: dict[str, tuple[dict[str, str | None], object, int, str, str]] = {
    "no token": ({"Authorization": None}, batch(hello()), 401, "missing_authorization", "API key not provided."),
    "another scheme": ({"Authorization": "Basic abc"}, batch(hello()), 401, "missing_authorization", "API key not provided."),
    "nobody's token": ({"Authorization": "Bearer phc_of_nobody"}, batch(hello()), 401, "invalid_api_token", "Project API key invalid."),
    "a personal key": ({"Authorization": "Bearer phx_a"}, batch(hello()), 401, "invalid_api_token", "API key is not valid: this is a pers"),
    "headers missing": (
        {"PostHog-Attempt": None, "PostHog-Sdk-Info": None},
        batch(hello()),
        400,
        "missing_required_headers",
        "request is missing required headers: PostHog-Sdk-Info, PostHog-Attempt",
    ),
    "a request id that is none": (
        {"PostHog-Request-Id": "7"},
        batch(hello()),
        400,
        "invalid_header_value",
        "PostHog-Request-Id must be a UUID",
    ),
    "a time that is none": (
        {"PostHog-Request-Timestamp": "noon"},
        batch(hello()),
        400,
        "invalid_header_value",
        "PostHog-Request-Timestamp must be an RFC 3339 time",
    ),
    "another type": (
        {"Content-Type": "text/plain"},
        batch(hello()),
        415,
        "unsupported_content_type",
        'Content-Type "text/plain" is not taken; send application/json.',
    ),
    "no JSON": ({}, b"{", 400, "request_parsing_error", "Malformed request data: failed to parse request: "),
    "no body": ({}, b" ", 400, "request_parsing_error", "No data found."),
    "no batch": ({}, {"batch": {}}, 400, "request_parsing_error", 'failed to parse request: expected an object with a list "batch"'),
    "an empty batch": ({}, batch(), 400, "request_parsing_error", "request holds no event"),
    "an event without uuid": (
        {},
        batch(hello(), HELLO),
        400,
        "request_parsing_error",
        "failed to parse request: batch[1] must be an object with a uuid",
    ),
    "too large": ({}, batch("x" * limits.BODY_BATCH_ENDPOINT), 413, "payload_too_large", "Request too large. The body may hold at most"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_requests(sender: Sender, case: str) -> None:
    changed, body, status, tag, told = WRONG[case]
    given = headers(sender, **changed)
    answer = sender.post(PATH, body, given.pop("Content-Type", "application/json"), **given)
    assert (answer.status_code, answer.json()["error"]) == (status, tag)
    assert answer.json()["error_description"].startswith(told)
    assert answer.json()["error_uri"]
    assert sender.events() == []


def test_only_post_is_answered(sender: Sender) -> None:
    answer = sender.browser.get(PATH)
    assert (answer.status_code, answer.json()["error"]) == (405, "method_not_allowed")


def test_a_log_that_is_full_asks_to_come_back(sender: Sender, settings: Settings) -> None:
    settings.EVENT_LOG_MAX_BYTES = 1
    assert sender.post(PATH, batch(hello()), **headers(sender)).status_code == 200
    answer = sender.post(PATH, batch(hello()), **headers(sender))
    assert (answer.status_code, answer.json()["error"], answer["PostHog-Request-Id"]) == (503, "service_unavailable", REQUEST_ID)
    assert int(answer["Retry-After"]) > 0


def test_a_fault_of_ours_is_told_as_one(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("posthog.capture.v1.accept", lambda *_: 1 / 0)
    answer = sender.post(PATH, batch(hello()), **headers(sender))
    assert (answer.status_code, answer.json()["error"]) == (500, "internal_error")
