"""GET /persons/: list, search, one person, values; and nobody else's persons."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from posthog.common import json
from posthog.common.ids import uuid7
from posthog.conftest import Person as Member
from posthog.people import selectors, services
from posthog.people.models import Person
from posthog.people.schema import PersonEvent

pytestmark = pytest.mark.django_db
START = datetime(2026, 2, 1, tzinfo=UTC)


def identify(member: Member, *people: tuple[str, dict[str, Any]]) -> None:
    events = [
        PersonEvent(
            uuid7(), "$identify", name, START + timedelta(hours=hour), {"$set": properties, "$anon_distinct_id": f"device-of-{name}"}
        )
        for hour, (name, properties) in enumerate(people)
    ]
    services.apply(member.project.pk, events)


@pytest.fixture
def people(alice: Member) -> Member:
    identify(
        alice,
        ("u-1", {"email": "mara@fjord.example", "plan": "team", "seats": 12}),
        ("u-2", {"name": "Noor Haddad", "plan": "free", "seats": 1}),
        ("u-3", {"plan": "team"}),
    )
    return alice


def names(member: Member, query: str = "") -> list[str]:
    answer = member.client.get(f"/api/projects/{member.project.pk}/persons/{query}")
    assert answer.status_code == 200, answer.content
    return [one["name"] for one in answer.json()["results"]]


def test_newest_person_comes_first_and_is_named_by_the_display_properties(people: Member) -> None:
    assert names(people) == ["u-3", "Noor Haddad", "mara@fjord.example"]


def test_list_pages_with_limit_and_offset(people: Member) -> None:
    answer = people.client.get(f"/api/projects/{people.project.pk}/persons/?limit=2").json()
    assert (answer["count"], len(answer["results"]), answer["previous"]) == (3, 2, None)
    assert len(people.client.get(answer["next"]).json()["results"]) == 1


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?search=NOOR", ["Noor Haddad"]),
        ("?search=device-of-u-3", ["u-3"]),
        ("?distinct_id=u-1", ["mara@fjord.example"]),
        ("?distinct_id=u-", []),
        ("?email=mara@fjord.example", ["mara@fjord.example"]),
        ('?properties=[{"key":"plan","value":["team"],"operator":"exact","type":"person"}]', ["u-3", "mara@fjord.example"]),
        ('?properties=[{"key":"plan","value":"team","operator":"is_not"}]', ["Noor Haddad"]),
        ('?properties=[{"key":"seats","value":5,"operator":"gt"}]', ["mara@fjord.example"]),
        ('?properties=[{"key":"seats","operator":"is_not_set"}]', ["u-3"]),
        ('?properties=[{"key":"email","value":"FJORD","operator":"icontains"}]', ["mara@fjord.example"]),
        ('?properties=[{"key":"email","value":"fjord","operator":"not_icontains"}]', ["u-3", "Noor Haddad"]),
    ],
)
def test_persons_are_found_by_what_is_known_of_them(people: Member, query: str, found: list[str]) -> None:
    assert names(people, query) == found


def test_an_id_that_an_sdk_made_up_names_nobody_who_has_another(alice: Member) -> None:
    browser = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"
    services.apply(alice.project.pk, [PersonEvent(uuid7(), "$pageview", browser, START, {})])
    assert names(alice) == [browser]
    services.apply(alice.project.pk, [PersonEvent(uuid7(), "$identify", "customer 7", START, {"$anon_distinct_id": browser})])
    assert names(alice) == ["customer 7"]


def test_a_person_is_found_by_id(people: Member) -> None:
    one = Person.objects.get(properties__email="mara@fjord.example")
    answer = people.client.get(f"/api/projects/{people.project.pk}/persons/{one.id}/").json()
    assert (answer["uuid"], answer["distinct_ids"], answer["is_identified"]) == (str(one.id), ["u-1", "device-of-u-1"], True)
    assert names(people, f"?search={one.id}") == ["mara@fjord.example"]


def test_values_of_a_property_come_most_frequent_first(people: Member) -> None:
    def values(query: str) -> Any:
        return people.client.get(f"/api/projects/{people.project.pk}/persons/values/{query}").json()

    assert values("?key=plan") == [{"name": "team", "count": 2}, {"name": "free", "count": 1}]
    assert values("?key=plan&value=FR") == [{"name": "free", "count": 1}]
    assert values("?key=seats") == [{"name": 1, "count": 1}, {"name": 12, "count": 1}]
    assert values("")["attr"] == "key"


@pytest.mark.parametrize(
    "text", ["{", "3", '[{"value":1}]', '[{"key":"a","operator":"resembles"}]', '[{"key":"a","operator":"gt","value":"many"}]']
)
def test_a_filter_that_cannot_be_read_names_the_field(people: Member, text: str) -> None:
    answer = people.client.get(f"/api/projects/{people.project.pk}/persons/", {"properties": text})
    assert (answer.status_code, answer.json()["attr"]) == (400, "properties")


def test_persons_cannot_be_created_over_http(people: Member) -> None:
    answer = people.client.post(f"/api/projects/{people.project.pk}/persons/", json.dumps({}), content_type="application/json")
    assert answer.status_code == 405
    assert "sending an $identify event" in answer.json()["detail"]


def test_only_members_with_the_scope_read_persons(people: Member, bob: Member, charlie: Member) -> None:
    one = Person.objects.get(properties__plan="free")
    routes = ["", f"{one.id}/", "values/?key=plan"]
    for route in routes:
        url = f"/api/projects/{people.project.pk}/persons/{route}"
        assert bob.client.get(url).status_code == 200
        assert charlie.client.get(url).status_code == 404
        wrong = {"HTTP_AUTHORIZATION": f"Bearer {people.key('insight:read')}"}
        assert type(people.client)().get(url, **wrong).status_code == 403
    assert charlie.client.get(f"/api/projects/{charlie.project.pk}/persons/{one.id}/").status_code == 404


def test_summaries_leave_out_persons_of_other_projects(people: Member, charlie: Member) -> None:
    identify(charlie, ("u-1", {"email": "someone@else.example"}))
    ids = list(Person.objects.values_list("id", flat=True))
    assert {one.name for one in selectors.by_ids(people.project.pk, ids).values()} == {"mara@fjord.example", "Noor Haddad", "u-3"}
    assert set(selectors.by_distinct_ids(people.project.pk, ["u-1", "u-2", "nobody"])) == {"u-1", "u-2"}
