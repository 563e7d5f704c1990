"""What events use becomes known once, to pickers and to queries."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from posthog.clickhouse.labels import LABEL_TYPES
from posthog.common import limits
from posthog.conftest import Person as Member
from posthog.definitions import selectors, services
from posthog.definitions.models import EventDefinition, EventProperty, PropertyDefinition
from posthog.definitions.services import SeenEvent, record
from posthog.hogql.property_types import PropertyTypes
from posthog.people.models import GroupType

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def seen(event: str = "book lent", minutes: int = 0, person: dict[str, Any] | None = None, **properties: Any) -> SeenEvent:
    return SeenEvent(event, NOON + timedelta(minutes=minutes), properties, person or {})


def types(project_id: int, scope: int = PropertyDefinition.Scope.EVENT) -> dict[str, str]:
    rows = PropertyDefinition.objects.filter(project_id=project_id, type=scope).exclude(name__in=LABEL_TYPES)
    return dict(rows.values_list("name", "property_type"))


def test_events_and_properties_are_known_with_types(alice: Member, charlie: Member) -> None:
    project = alice.project.pk
    record(
        project,
        [seen(title="Emma", pages=300, **{"$set": {"city": "Kiel"}}), seen("book returned", late=True, person={"city": "Kiel", "age": 30})],
    )
    assert set(EventDefinition.objects.filter(project_id=project).values_list("name", flat=True)) == {"book lent", "book returned"}
    assert types(project) == {"title": "String", "pages": "Numeric", "late": "Boolean"}
    assert types(project, PropertyDefinition.Scope.PERSON) == {"city": "String", "age": "Numeric"}
    pairs = EventProperty.objects.filter(project_id=project).values_list("event", "property")
    assert set(pairs) == {("book lent", "title"), ("book lent", "pages"), ("book returned", "late")}
    assert not EventDefinition.objects.filter(project=charlie.project).exists()


def test_a_type_is_told_by_the_first_value_that_says_something_and_stays(alice: Member) -> None:
    project = alice.project.pk
    for value in (None, [1], 12, "twelve"):
        record(project, [seen(pages=value)])
    services.forget()
    record(project, [seen(pages="twelve")])
    assert types(project) == {"pages": "Numeric"}


def test_a_known_batch_asks_the_database_nothing(alice: Member, django_assert_num_queries: Any) -> None:
    batch = [seen(title="Emma", pages=300, person={"city": "Kiel"}), seen("book returned", late=True)]
    record(alice.project.pk, batch)
    with django_assert_num_queries(0):
        record(alice.project.pk, batch)


def test_last_seen_moves_on_by_the_hour_and_never_back(alice: Member) -> None:
    project = alice.project.pk
    for minutes, expected in ((0, 0), (30, 0), (90, 90), (-600, 90)):
        record(project, [seen(minutes=minutes)])
        assert EventDefinition.objects.get(project_id=project).last_seen_at == NOON + timedelta(minutes=expected)


def test_group_properties_belong_to_their_kind_of_group(alice: Member) -> None:
    GroupType.objects.create(project=alice.project, group_type="library", group_type_index=2)
    record(alice.project.pk, [seen("$groupidentify", **{"$group_type": "library", "$group_key": "kiel", "$group_set": {"books": 12_000}})])
    row = PropertyDefinition.objects.get(project=alice.project, type=PropertyDefinition.Scope.GROUP)
    assert (row.name, row.property_type, row.group_type_index) == ("books", "Numeric", 2)


def test_invented_names_stop_at_the_limit_and_known_ones_go_on(alice: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    project = alice.project.pk
    monkeypatch.setattr(limits, "PROPERTY_DEFINITIONS", len(LABEL_TYPES) + 3)
    monkeypatch.setattr(limits, "EVENT_DEFINITIONS", 2)
    record(project, [seen(title=None)])
    record(project, [seen(f"event {n}", **{f"key {n}": n, "x" * 401: 1}) for n in range(10)])
    record(project, [seen(title="Emma")])
    assert types(project) == {"title": "String", "key 0": "Numeric", "key 1": "Numeric"}
    assert EventDefinition.objects.filter(project_id=project).count() == 2
    assert set(EventProperty.objects.filter(project_id=project).values_list("event", flat=True)) <= {"book lent", "event 0"}


def test_of_many_new_names_some_wait_until_they_are_seen_again(alice: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "DEFINITIONS_PER_BATCH", 3)
    names = [f"key {number}" for number in range(7)]
    counts = []
    for value in (None, None, None, 1, 1, 1):
        record(alice.project.pk, [seen(**dict.fromkeys(names, value))])
        found = types(alice.project.pk)
        counts.append((len(found), EventProperty.objects.count(), list(found.values()).count("Numeric")))
    assert counts == [(3, 3, 0), (6, 6, 0), (7, 7, 0), (7, 7, 3), (7, 7, 6), (7, 7, 7)]


def test_queries_learn_the_types(alice: Member, charlie: Member) -> None:
    record(alice.project.pk, [seen(pages=300, late=True, due="2026-03-02", person={"age": 30})])
    known = PropertyTypes(alice.project.pk)
    assert [known.get("event", name) for name in ("pages", "late", "due", "unknown", "user_toxic")] == [
        "Numeric",
        "Boolean",
        "DateTime",
        "String",
        "Numeric",
    ]
    assert known.get("person", "age") == "Numeric"
    assert PropertyTypes(charlie.project.pk).get("event", "pages") == "String"
    assert selectors.property_types(alice.project.pk, "group", ["pages"]) == {}
