"""Saved insights: made, listed, changed, computed on request, and seen by their project only."""

from typing import Any

import pytest

from posthog.conftest import Person
from posthog.query.tests.world import Event, store

QUERY = {
    "kind": "InsightVizNode",
    "source": {
        "kind": "TrendsQuery",
        "series": [{"kind": "EventsNode", "event": "chat"}],
        "dateRange": {"date_from": "2024-05-15", "date_to": "2024-05-15"},
    },
}


def path(person: Person, name: object = "", suffix: str = "") -> str:
    return f"/api/projects/{person.project.pk}/insights/{name}{'/' if name else ''}{suffix}"


def make(person: Person, **fields: Any) -> dict[str, Any]:
    response = person.client.post(path(person), {"query": QUERY, **fields}, content_type="application/json")
    assert response.status_code == 201, response.content
    return response.json()


def test_an_insight_is_made_read_changed_and_deleted(alice: Person, bob: Person) -> None:
    made = make(alice, name="Chats per day", description="What it says", tags=["llm"], saved=True)
    assert len(made["short_id"]) == 8
    assert made["derived_name"] == "chat"
    assert made["query"] == QUERY
    assert made["created_by"]["email"] == "alice@example.com"
    assert made["result"] is None
    assert bob.client.get(path(alice, made["id"])).json()["name"] == "Chats per day"
    assert bob.client.get(path(alice, made["short_id"])).json()["id"] == made["id"]
    changed = bob.client.patch(path(alice, made["id"]), {"name": "Chats", "favorited": True}, content_type="application/json").json()
    assert (changed["name"], changed["favorited"], changed["last_modified_by"]["email"]) == ("Chats", True, "bob@example.com")
    assert bob.client.patch(path(alice, made["id"]), {"deleted": True}, content_type="application/json").status_code == 200
    assert alice.client.get(path(alice)).json()["results"] == []
    assert alice.client.patch(path(alice, made["id"]), {"deleted": False}, content_type="application/json").status_code == 200
    assert alice.client.get(path(alice)).json()["count"] == 1


def test_the_list_is_filtered_and_paged(alice: Person) -> None:
    for number in range(3):
        make(alice, name=f"Angry chats {number}", saved=number > 0, favorited=number == 2)

    def names(query: str) -> list[str]:
        return [item["name"] for item in alice.client.get(f"{path(alice)}?{query}").json()["results"]]

    assert names("") == ["Angry chats 2", "Angry chats 1", "Angry chats 0"]
    assert names("saved=true") == ["Angry chats 2", "Angry chats 1"]
    assert names("favorited=true") == ["Angry chats 2"]
    assert names("search=chats%201") == ["Angry chats 1"]
    assert names("limit=1&offset=1") == ["Angry chats 1"]
    assert names(f"created_by={alice.user.pk}") == names("user=true") == names("")
    short_id = alice.client.get(path(alice)).json()["results"][0]["short_id"]
    assert names(f"short_id={short_id}") == ["Angry chats 2"]


def test_the_result_is_computed_when_refresh_asks_for_it(alice: Person, stores: None) -> None:
    made = make(alice)
    store(alice.project.pk, [Event()])
    assert alice.client.get(path(alice, made["id"])).json()["result"] is None
    shown = alice.client.get(f"{path(alice, made['id'])}?refresh=force_blocking").json()
    assert shown["result"][0]["data"] == [1]
    assert shown["is_cached"] is False
    assert shown["last_refresh"]
    assert alice.client.get(f"{path(alice, made['id'])}?refresh=true").json()["result"][0]["data"] == [1]
    assert alice.client.get(f"{path(alice, made['id'])}?refresh=blocking").json()["is_cached"] is True


def test_a_wrong_query_is_refused_by_field(alice: Person) -> None:
    wrong = {"query": {"kind": "TrendsQuery", "series": [], "colour": "red"}}
    response = alice.client.post(path(alice), wrong, content_type="application/json")
    assert response.status_code == 400
    assert response.json()["attr"] == "query"
    assert "query.series" in response.json()["detail"]
    assert alice.client.post(path(alice), {"name": "no query"}, content_type="application/json").status_code == 400


def test_a_stranger_sees_and_changes_nothing(alice: Person, charlie: Person) -> None:
    made = make(alice)
    assert charlie.client.get(path(alice)).status_code == 404
    assert charlie.client.get(path(alice, made["id"])).status_code == 404
    for name in (made["id"], made["short_id"]):
        assert charlie.client.get(path(charlie, name)).status_code == 404
        assert charlie.client.patch(path(charlie, name), {"name": "mine"}, content_type="application/json").status_code == 404
    assert charlie.client.get(path(charlie)).json()["results"] == []


def test_looking_at_an_insight_is_noted(alice: Person) -> None:
    made = make(alice)
    assert alice.client.post(path(alice, made["id"], "viewed/")).status_code == 201
    assert alice.client.get(path(alice, made["id"])).json()["last_viewed_at"]


@pytest.mark.parametrize("name", ["0", "nothing", "99999999999999999999", "%00", "'; DROP TABLE insights_insight; --"])
def test_an_unknown_insight_is_not_found(alice: Person, name: str) -> None:
    assert alice.client.get(path(alice, name)).status_code == 404
