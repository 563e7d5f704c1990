"""A batch that ingestion takes up again after a crash changes nothing more, and gives the very same results."""

from datetime import UTC, datetime
from typing import Any

import pytest

from posthog.common.ids import uuid7
from posthog.conftest import Person as Member
from posthog.people import identity, services
from posthog.people.models import Person
from posthog.people.schema import PersonEvent, PersonResult
from posthog.people.world import World

pytestmark = pytest.mark.django_db


def event(name: str, distinct_id: str, **properties: Any) -> PersonEvent:
    named = {f"${key}": value for key, value in properties.items()}
    return PersonEvent(uuid7(), name, distinct_id, datetime(2026, 5, 2, 9, 30, tzinfo=UTC), named)


def test_a_repeated_batch_gives_the_same_results_and_rows(alice: Member) -> None:
    batch = [
        event("$pageview", "browser-1", set_once={"first_page": "/pricing"}, groups={"company": "fjord"}),
        event("$identify", "mara@example.com", anon_distinct_id="browser-1", set={"plan": "free"}),
        event("upgraded", "mara@example.com", set={"plan": "team"}, unset=["first_page"]),
        event("$groupidentify", "mara@example.com", group_type="company", group_key="fjord", group_set={"seats": 4}),
        event("$create_alias", "mara@example.com"),
        event("answer", "trace-9", process_person_profile=False),
    ]
    first = services.apply(alice.project.pk, batch, lane="1", token="1-0:9-0")
    before = list(Person.objects.values())
    assert services.apply(alice.project.pk, batch, lane="1", token="1-0:9-0") == first
    assert list(Person.objects.values()) == before


def test_lanes_do_not_forget_each_others_batches(alice: Member) -> None:
    zero, one = [event("a", "mara", set={"n": 1})], [event("b", "mara", set={"n": 2})]
    first = services.apply(alice.project.pk, zero, lane="0", token="t0")
    services.apply(alice.project.pk, one, lane="1", token="t1")
    assert services.apply(alice.project.pk, zero, lane="0", token="t0") == first
    assert Person.objects.get().properties["n"] == 2


def test_an_event_that_cannot_be_applied_changes_nothing_and_stops_nobody(alice: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    apply_event = identity.apply_event

    def breaks_on_one(world: World, one: PersonEvent) -> PersonResult:
        result = apply_event(world, one)
        if one.event == "breaks":
            raise RuntimeError("as a defect would")
        return result

    monkeypatch.setattr(identity, "apply_event", breaks_on_one)
    batch = [
        event("a", "mara", set={"n": 1}),
        event("breaks", "noor", set={"n": 9}),
        event("breaks", "mara", set={"n": 9}),
        event("c", "mara"),
    ]
    results = services.apply(alice.project.pk, batch).results
    assert [result.error for result in results] == [None, "RuntimeError: as a defect would", "RuntimeError: as a defect would", None]
    assert results[3].properties["n"] == 1
    assert Person.objects.get().properties["n"] == 1
