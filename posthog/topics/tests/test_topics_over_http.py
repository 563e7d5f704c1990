"""Topics through the API: who may read and change them, and what is refused with which words."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from posthog.conftest import Person
from posthog.topics import fits
from posthog.topics.models import Topic, TopicFit
from posthog.topics.tests.said import requests, store

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stores")]


PAGE = Path(__file__).resolve().parents[3] / "docs" / "topics.md"


@pytest.fixture
def topics(alice: Person) -> list[dict[str, Any]]:
    """Alice's topics, as the list shows them."""
    store(alice.project.pk, requests("weather", "recipe", "tire_pressure"))
    assert post(alice, "fit/").status_code == 202
    fit = fits.claim()
    assert fit is not None
    assert fits.run(fit).state == "done"
    return get(alice, "")["results"]


def url(owner: Person, path: str) -> str:
    return f"/api/projects/{owner.project.pk}/topics/{path}"


def get(person: Person, path: str) -> dict[str, Any]:
    response = person.client.get(url(person, path))
    assert response.status_code == 200, response.content
    found: dict[str, Any] = response.json()
    return found


def post(person: Person, path: str, body: dict[str, Any] | None = None) -> Any:
    return person.client.post(url(person, path), body or {}, content_type="application/json")


def patch(person: Person, topic: dict[str, Any], body: dict[str, Any], owner: Person | None = None) -> Any:
    return person.client.patch(url(owner or person, f"{topic['id']}/"), body, content_type="application/json")


def test_a_topic_shows_what_it_is_about(alice: Person, topics: list[dict[str, Any]]) -> None:
    assert len(topics) == 3
    texts = {one.text for one in requests()}
    for topic in topics:
        assert topic["size"] > 15
        assert topic["terms"]
        assert len(topic["examples"]) == 3
        assert {example["text"] for example in topic["examples"]} <= texts
        assert not topic["pinned"]
        assert not topic["hidden"]


def test_the_requests_of_the_page_are_answered(alice: Person, topics: list[dict[str, Any]]) -> None:
    requests = re.findall(r"```http\n(\w+) (\S+)\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert len(requests) >= 5
    ids = {"topics/1/": f"topics/{topics[0]['id']}/", '"into": 2': f'"into": {topics[1]["id"]}'}
    for method, path, body in requests:
        for there, here in ids.items():
            path, body = path.replace(there, here), body.replace(there, here)
        address = path.replace("@current", str(alice.project.pk))
        response = alice.client.generic(method, address, body.strip(), content_type="application/json")
        assert response.status_code in (200, 202), (method, path, response.content)
        assert response.json()
    assert [topic["name"] for topic in get(alice, "")["results"] if topic["id"] == topics[1]["id"]] == [topics[1]["name"]]
    assert len(get(alice, "")["results"]) == len(topics) - 1


def test_the_command_lists_topics_and_asks_for_a_search(
    alice: Person, topics: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    patch(alice, topics[0], {"pinned": True})
    call_command("topics", "--project", str(alice.project.pk))
    said = capsys.readouterr().out
    assert all(topic["name"] in said for topic in topics)
    assert f"{topics[0]['name']}  pinned" in said
    assert "search: done" in said
    call_command("topics", "--project", str(alice.project.pk), "--fit")
    assert "search: queued" in capsys.readouterr().out
    with pytest.raises(CommandError, match="already"):
        call_command("topics", "--project", str(alice.project.pk), "--fit")
    with pytest.raises(CommandError, match="no project 0"):
        call_command("topics", "--project", "0")


def test_a_search_is_told_from_beginning_to_end(alice: Person) -> None:
    assert get(alice, "fit/")["state"] == "none"
    store(alice.project.pk, requests("weather", "recipe", "tire_pressure"))
    begun = post(alice, "fit/").json()
    assert (begun["state"], begun["progress"], begun["by_hand"]) == ("queued", 0.0, True)
    refused = post(alice, "fit/")
    assert refused.status_code == 409
    assert "already" in refused.json()["detail"]
    fit = fits.claim()
    assert fit is not None
    assert get(alice, "fit/")["state"] == "running"
    fits.run(fit)
    done = get(alice, "fit/")
    assert (done["state"], done["progress"], done["topics"], done["messages"], done["error"]) == ("done", 1.0, 3, 72, "")
    assert done["labelled"] < 1  # stored messages get them from the worker
    assert post(alice, "fit/").status_code == 202


def test_too_little_to_find_topics_in_is_told_with_the_limit(alice: Person) -> None:
    store(alice.project.pk, requests("weather"))
    refused = post(alice, "fit/")
    assert refused.status_code == 400
    assert refused.json()["detail"] == "topics are found from 50 conversations up; this project has 24"
    assert not TopicFit.objects.exists()


def test_renaming_pinning_and_hiding(alice: Person, bob: Person, topics: list[dict[str, Any]]) -> None:
    assert patch(alice, topics[0], {"name": "  Rain or shine "}).json()["name"] == "Rain or shine"
    assert patch(bob, topics[2], {"pinned": True}).json()["pinned"]
    assert patch(alice, topics[1], {"hidden": True}).json()["hidden"]
    assert [topic["id"] for topic in get(alice, "")["results"]] == [topics[2]["id"], topics[0]["id"]]
    assert {topic["id"] for topic in get(alice, "?hidden=true")["results"]} == {topic["id"] for topic in topics}


@pytest.mark.parametrize(
    ("body", "attr", "words"),
    [
        ({"name": ""}, "name", "blank"),
        ({"name": "x" * 101}, "name", "100"),
        ({"name": "Other"}, "name", "other"),
        ({"pinned": "maybe"}, "pinned", "boolean"),
    ],
)
def test_what_is_wrong_with_a_change_is_named(
    alice: Person, topics: list[dict[str, Any]], body: dict[str, Any], attr: str, words: str
) -> None:
    refused = patch(alice, topics[0], body)
    assert refused.status_code == 400
    assert refused.json()["attr"] == attr
    assert words in refused.json()["detail"]


def test_a_name_that_is_taken_is_refused(alice: Person, topics: list[dict[str, Any]]) -> None:
    refused = patch(alice, topics[0], {"name": topics[1]["name"]})
    assert refused.status_code == 400
    assert refused.json()["attr"] == "name"
    assert "merge" in refused.json()["detail"]


def test_merging_makes_one_of_two(alice: Person, topics: list[dict[str, Any]]) -> None:
    merged = post(alice, f"{topics[0]['id']}/merge/", {"into": topics[1]["id"]}).json()
    assert merged["id"] == topics[1]["id"]
    assert merged["size"] == topics[0]["size"] + topics[1]["size"]
    assert {topic["id"] for topic in get(alice, "")["results"]} == {topics[1]["id"], topics[2]["id"]}


def test_merging_into_itself_or_into_nothing_is_refused(alice: Person, charlie: Person, topics: list[dict[str, Any]]) -> None:
    theirs = Topic.objects.create(project=charlie.project, name="hers")
    for into in (topics[0]["id"], 999_999, theirs.pk, "x", None):
        refused = post(alice, f"{topics[0]['id']}/merge/", {"into": into})
        assert (refused.status_code, refused.json()["attr"]) == (400, "into"), into
    assert Topic.objects.filter(project=alice.project).count() == 3


def test_strangers_reach_nothing(alice: Person, charlie: Person, topics: list[dict[str, Any]]) -> None:
    assert charlie.client.get(url(alice, "")).status_code == 404
    assert patch(charlie, topics[0], {"name": "mine"}, owner=alice).status_code == 404
    # Nor through a project of their own.
    assert patch(charlie, topics[0], {"name": "mine"}).status_code == 404
    assert post(charlie, f"{topics[0]['id']}/merge/", {"into": topics[1]["id"]}).status_code == 404
    assert get(charlie, "")["results"] == []
    assert get(charlie, "fit/")["state"] == "none"


def test_a_key_needs_the_scope(alice: Person, topics: list[dict[str, Any]]) -> None:
    reading = Client(headers={"authorization": f"Bearer {alice.key('topic:read')}"})
    assert reading.get(url(alice, "")).status_code == 200
    assert reading.post(url(alice, "fit/")).status_code == 403
    other = Client(headers={"authorization": f"Bearer {alice.key('conversation:read')}"})
    assert other.get(url(alice, "")).status_code == 403
