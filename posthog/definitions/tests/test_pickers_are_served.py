"""Definitions over HTTP, for owner, teammate and stranger."""

from datetime import timedelta
from importlib.util import find_spec, module_from_spec
from types import ModuleType
from typing import Any

import pytest

from posthog.clickhouse import client as store
from posthog.common import json
from posthog.common.ids import uuid7
from posthog.common.time import utc_now
from posthog.conftest import Person as Member
from posthog.definitions.services import SeenEvent, record

pytestmark = pytest.mark.django_db


@pytest.fixture
def used(alice: Member, charlie: Member) -> None:
    """Alice's events; Charlie has one of her own."""
    now = utc_now()
    lent = SeenEvent("book lent", now - timedelta(hours=2), {"title": "Emma", "pages": 300, "$feature/desk": "new"}, {"city": "Kiel"})
    task = SeenEvent("llm-task", now, {"model": "small", "user_emotion": "joy"})
    record(alice.project.pk, [lent, task])
    record(charlie.project.pk, [SeenEvent("secret", now, {"secret_key": 1})])


def get(member: Member, path: str, **asked: Any) -> Any:
    return member.client.get(f"/api/projects/{member.project.pk}/{path}", asked).json()


def names(member: Member, path: str, **asked: Any) -> list[str]:
    return [row["name"] for row in get(member, path, **asked)["results"]]


@pytest.mark.usefixtures("used")
def test_events_are_offered(alice: Member, bob: Member, charlie: Member) -> None:
    assert names(alice, "event_definitions/") == names(bob, "event_definitions/") == ["book lent", "llm-task"]
    assert names(alice, "event_definitions/", ordering="-last_seen_at") == ["llm-task", "book lent"]
    assert names(alice, "event_definitions/", search="LENT bo") == ["book lent"]
    assert names(charlie, "event_definitions/") == ["secret"]
    assert charlie.client.get(f"/api/projects/{alice.project.pk}/event_definitions/").status_code == 404
    row = get(alice, "event_definitions/")["results"][0]
    assert row["last_seen_at"]
    assert (row["description"], row["tags"], row["verified"], row["is_action"]) == ("", [], False, False)


@pytest.mark.usefixtures("used")
def test_properties_are_offered_with_type_and_whether_the_event_has_them(alice: Member, charlie: Member) -> None:
    rows = {row["name"]: row for row in get(alice, "property_definitions/", event_names='["book lent"]')["results"]}
    assert (rows["pages"]["property_type"], rows["pages"]["is_numerical"], rows["pages"]["is_seen_on_filtered_events"]) == (
        "Numeric",
        True,
        True,
    )
    assert rows["model"]["is_seen_on_filtered_events"] is False
    assert rows["user_emotion"]["property_type"] == "String"
    assert get(alice, "property_definitions/", search="pages")["results"][0]["is_seen_on_filtered_events"] is None
    assert "secret_key" not in names(alice, "property_definitions/", limit=1000)
    assert names(alice, "property_definitions/", type="person") == ["city"]
    assert names(alice, "property_definitions/", is_feature_flag="true") == ["$feature/desk"]
    assert names(alice, "property_definitions/", properties="pages,model") == ["model", "pages"]
    assert "pages" in names(alice, "property_definitions/", is_numerical="true")
    assert "model" not in names(alice, "property_definitions/", event_names='["book lent"]', filter_by_event_names="true")
    assert names(alice, "property_definitions/", search="pages", excluded_properties='["pages"]') == []
    assert "user_emotion" in names(charlie, "property_definitions/", search="emotion")


@pytest.mark.usefixtures("used")
def test_a_wrong_request_is_named(alice: Member) -> None:
    for asked, field in [
        ({"type": "planet"}, "type"),
        ({"type": "group"}, "group_type_index"),
        ({"group_type_index": "1"}, "group_type_index"),
        ({"type": "group", "group_type_index": "9" * 5_000}, "group_type_index"),
        ({"event_names": "book lent"}, "event_names"),
        ({"excluded_properties": "[1]"}, "excluded_properties"),
        ({"event_names": "[" * 3_000}, "event_names"),
        ({"excluded_properties": "[" * 3_000 + "]" * 3_000}, "excluded_properties"),
        ({"search": "a " * 1_200}, "search"),
    ]:
        answer = alice.client.get(f"/api/projects/{alice.project.pk}/property_definitions/", asked)
        assert (answer.status_code, answer.json()["attr"]) == (400, field)
    for asked in ({"ordering": "mood"}, {"search": "a " * 1_200}):
        assert alice.client.get(f"/api/projects/{alice.project.pk}/event_definitions/", asked).status_code == 400
    assert alice.client.get(f"/api/projects/{alice.project.pk}/events/values/").json()["attr"] == "key"


@pytest.mark.usefixtures("used")
def test_names_with_half_a_character_are_names_that_nothing_has(alice: Member) -> None:
    for field in ("event_names", "excluded_properties"):
        assert names(alice, "property_definitions/", search="pages", **{field: '["\\ud800"]'}) == ["pages"]


@pytest.mark.usefixtures("used")
def test_a_definition_is_described_and_forgotten(alice: Member, charlie: Member) -> None:
    row = get(alice, "event_definitions/")["results"][0]
    url = f"/api/projects/{alice.project.pk}/event_definitions/{row['id']}/"
    changed = alice.client.patch(
        url, {"description": "At the desk", "tags": ["desk"], "verified": True, "name": "x"}, content_type="application/json"
    ).json()
    assert (changed["name"], changed["description"], changed["tags"], changed["verified_by"]["email"]) == (
        "book lent",
        "At the desk",
        ["desk"],
        "alice@example.com",
    )
    assert charlie.client.get(url).status_code == 404
    assert alice.client.delete(url).status_code == 204
    assert names(alice, "event_definitions/") == ["llm-task"]
    record(alice.project.pk, [SeenEvent("book lent", utc_now(), {})])
    assert names(alice, "event_definitions/") == ["book lent", "llm-task"]
    pages = get(alice, "property_definitions/", search="pages")["results"][0]
    url = f"/api/projects/{alice.project.pk}/property_definitions/{pages['id']}/"
    assert alice.client.patch(url, {"property_type": "String"}, content_type="application/json").json()["property_type"] == "String"
    assert alice.client.patch(url, {"property_type": "Colour"}, content_type="application/json").status_code == 400


def another_process() -> ModuleType:
    """The recording of definitions with what it remembers, as a process beside this one has it."""
    spec = find_spec("posthog.definitions.services")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_while_redis_does_not_answer_nothing_is_deleted_and_one_is_told(alice: Member, request: pytest.FixtureRequest) -> None:
    another_process().record(alice.project.pk, [SeenEvent("book lent", utc_now(), {"pages": 300})])
    (row,) = get(alice, "event_definitions/", search="book")["results"]
    request.getfixturevalue("without_valkey")
    answer = alice.client.delete(f"/api/projects/{alice.project.pk}/event_definitions/{row['id']}/")
    assert (answer.status_code, answer.json()["detail"]) == (503, "Redis does not answer. Try again in a moment.")
    assert names(alice, "event_definitions/") == ["book lent"]


def test_what_was_deleted_comes_back_when_another_process_records_it_again(alice: Member, charlie: Member) -> None:
    worker = another_process()
    batch = [SeenEvent("book lent", utc_now(), {"pages": 300})]
    for member in (alice, charlie):
        worker.record(member.project.pk, batch)
    for path in ("event_definitions/", "property_definitions/"):
        (row,) = get(alice, path, search="book" if path.startswith("event") else "pages")["results"]
        assert alice.client.delete(f"/api/projects/{alice.project.pk}/{path}{row['id']}/").status_code == 204
    worker.record(alice.project.pk, batch)
    assert names(alice, "event_definitions/") == ["book lent"]
    assert names(alice, "property_definitions/", search="pages", event_names='["book lent"]') == ["pages"]


def test_values_are_offered_most_frequent_first_labels_included(alice: Member, charlie: Member, engine: object) -> None:
    store.execute("TRUNCATE TABLE events")
    columns = ["team_id", "uuid", "event", "timestamp", "distinct_id", "properties_text", "labels_text", "created_at"]
    now = utc_now()
    joy, fear = {"user_emotion": "joy"}, {"user_emotion": "fear"}
    books = [(alice, "Emma", joy)] * 2 + [(alice, "Persuasion", {}), (charlie, "Secrets", fear)]
    rows = [
        (who.project.pk, uuid7(), "book lent", now, "emma", json.dumps_text({"title": title, "pages": 300}), json.dumps_text(mood), now)
        for who, title, mood in books
    ]
    store.insert("events", columns, rows)
    assert get(alice, "events/values/", key="title") == [{"name": "Emma", "count": 2}, {"name": "Persuasion", "count": 1}]
    assert get(alice, "events/values/", key="user_emotion") == [{"name": "joy", "count": 2}]
    assert [one["name"] for one in get(alice, "events/values/", key="title", value="SUAS")] == ["Persuasion"]
    assert get(alice, "events/values/", key="title", event_name="book returned") == []
    assert get(alice, "events/values/", key="unknown") == []
