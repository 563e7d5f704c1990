"""Ids, names, times and person changes stand in the log in one form, whatever the SDK called them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from pytest_django import Settings

from posthog.capture.tests.conftest import Sender
from posthog.common.time import utc_now

pytestmark = pytest.mark.django_db
Stored = Callable[..., dict[str, Any]]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("dora@example.com", "dora@example.com"),
        ("  dora  ", "dora"),
        (1234, "1234"),
        (12.5, "12.5"),
        (True, "true"),
        (["a", 1], '["a",1]'),
        ({"id": 7}, '{"id":7}'),
        ("x" * 250, "x" * 200),
        ("a\x00b", "a�b"),
        ("0", "0"),
    ],
)
def test_distinct_ids(stored_event: Stored, given: object, kept: str) -> None:
    assert stored_event(distinct_id=given)["distinct_id"] == kept


def test_the_top_level_distinct_id_wins(stored_event: Stored) -> None:
    event = stored_event(**{"$distinct_id": "second", "properties": {"distinct_id": "third"}})
    assert event["distinct_id"] == "dora@example.com"


def test_a_distinct_id_in_the_properties_counts(stored_event: Stored) -> None:
    assert stored_event(distinct_id=None, properties={"distinct_id": "third"})["distinct_id"] == "third"


@pytest.mark.parametrize("given", [None, ""])
def test_an_event_without_uuid_gets_one_of_version_7(stored_event: Stored, given: object) -> None:
    assert UUID(stored_event(uuid=given)["uuid"]).version == 7


@pytest.mark.parametrize(
    "given", ["0195F8B2-6C3A-7D10-8A4E-3B2F1C0D9E8F", "{0195f8b26c3a7d108a4e3b2f1c0d9e8f}", "0195f8b2-6c3a-7d10-8a4e-3b2f1c0d9e8f"]
)
def test_a_uuid_is_kept_in_its_canonical_form(stored_event: Stored, given: str) -> None:
    assert stored_event(uuid=given)["uuid"] == "0195f8b2-6c3a-7d10-8a4e-3b2f1c0d9e8f"


def test_names_are_cut(stored_event: Stored) -> None:
    assert stored_event(event="n" * 300)["event"] == "n" * 200


def test_names_hold_no_nul_characters_which_postgresql_refuses(stored_event: Stored) -> None:
    assert stored_event(event="signed\x00up")["event"] == "signed\ufffdup"


def test_only_what_the_log_promises_is_kept(stored_event: Stored) -> None:
    event = stored_event(
        library="posthog-ruby", messageId="m", context={"a": 1}, send_feature_flags=True, type="capture", **{"$set": {"a": 1}}
    )
    assert set(event) == {"uuid", "event", "distinct_id", "properties", "$set"}


def test_absent_properties_are_empty(stored_event: Stored) -> None:
    assert stored_event(properties=None)["properties"] == {}


def test_person_changes_stay_where_the_sdk_put_them(stored_event: Stored) -> None:
    event = stored_event(
        **{"$set": {"plan": "pro"}, "$set_once": {"first": 1}, "$unset": ["trial"], "properties": {"$set": {"plan": "free"}}}
    )
    assert (event["$set"], event["$set_once"], event["$unset"]) == ({"plan": "pro"}, {"first": 1}, ["trial"])
    assert event["properties"] == {"$set": {"plan": "free"}}


@pytest.mark.parametrize(
    ("given", "kept"), [("2026-11-23T12:00:00+01:00", "2026-11-23T12:00:00+01:00"), (1763900000, "1763900000"), ([], "list")]
)
def test_timestamps_are_kept_as_text(stored_event: Stored, given: object, kept: str) -> None:
    assert stored_event(timestamp=given)["timestamp"] == kept


@pytest.mark.parametrize(("given", "kept"), [(2500, 2500), (2500.6, 2501), ("x", None), (None, None)])
def test_offsets_are_whole_milliseconds(stored_event: Stored, given: object, kept: int | None) -> None:
    assert stored_event(offset=given).get("offset") == kept


@pytest.mark.parametrize(
    ("body", "query", "kept"),
    [
        ("2026-11-23T12:00:00.250Z", "", "2026-11-23T12:00:00.250000+00:00"),
        ("2026-11-23T12:00:00+02:00", "", "2026-11-23T10:00:00+00:00"),
        ("half past nine", "", None),
        (None, "_=1790000000123", "2026-09-21T14:13:20.123000+00:00"),
        (None, "sent_at=1790000000123", "2026-09-21T14:13:20.123000+00:00"),
        ("2026-11-23T12:00:00Z", "_=1790000000123", "2026-11-23T12:00:00+00:00"),
        (None, "_=1000000000000", None),
        (None, "_=12h", None),
        (None, "_=999999999999999", None),
    ],
)
def test_the_time_of_sending(sender: Sender, body: str | None, query: str, kept: str | None) -> None:
    assert sender.post(f"/e/?{query}", sender.event(sent_at=body)).status_code == 200
    assert sender.entries()[0]["sent_at"] == kept


def test_the_time_of_receipt_is_noted(sender: Sender) -> None:
    sender.post("/e/", sender.event())
    now = datetime.fromisoformat(sender.entries()[0]["now"])
    assert now.tzinfo == UTC
    assert timedelta(0) <= utc_now() - now < timedelta(minutes=1)


def test_engage_names_what_has_no_name(sender: Sender) -> None:
    body = {"$token": sender.token, "$distinct_id": "dora", "$set": {"plan": "pro"}}
    assert sender.post("/engage/", body).status_code == 200
    assert [(event["event"], event["$set"]) for event in sender.events()] == [("$identify", {"plan": "pro"})]


@pytest.mark.parametrize(
    ("query", "trust", "forwarded", "kept"),
    [
        ("", False, "203.0.113.9", "127.0.0.1"),
        ("", True, "203.0.113.9, 10.0.0.1", "203.0.113.9"),
        ("", True, "", "127.0.0.1"),
        ("?ip=1", False, "", "127.0.0.1"),
        ("?ip=0", True, "203.0.113.9", None),
    ],
)
def test_addresses(sender: Sender, settings: Settings, query: str, trust: bool, forwarded: str, kept: str | None) -> None:
    settings.TRUST_PROXY = trust
    sender.post(f"/e/{query}", sender.event(), **{"X-Forwarded-For": forwarded})
    assert sender.entries()[0]["ip"] == kept
