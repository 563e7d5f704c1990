"""Random identify, alias and merge events, cut into random batches, some delivered twice, against a few lines of plain Python."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from posthog.common.ids import stable_uuid
from posthog.conftest import Person as Member
from posthog.people import services
from posthog.people.models import AppliedBatch, Person, PersonDistinctId
from posthog.people.schema import Applied, PersonEvent
from posthog.people.services import person_id_for

IDS = ["browser-1", "browser-2", "phone", "mara@example.com", "noor@example.com", "undefined"]
KINDS = ["$pageview", "$identify", "$create_alias", "$merge_dangerously"]
START = datetime(2026, 3, 1, tzinfo=UTC)
Step = tuple[str, str, str]


@dataclass
class Model:
    """Sets of ids that are one person; a set's name is the id that began it."""

    owner: dict[str, str] = field(default_factory=dict)
    identified: set[str] = field(default_factory=set)

    def apply(self, kind: str, one: str, other: str) -> None:
        allowed = kind != "$pageview" and "undefined" not in (one, other)
        if allowed:
            self.join(kind, one, other)
        owner = self.owner.setdefault(one, one)
        if allowed and (kind == "$identify" or self.owner.get(other) == owner):
            self.identified.add(owner)

    def join(self, kind: str, one: str, other: str) -> None:
        source = self.owner.get(other)
        target = self.owner.setdefault(one, source or one)
        if source is None:
            self.owner[other] = target
        elif source != target and (source not in self.identified or kind == "$merge_dangerously"):
            self.owner = {name: target if owner == source else owner for name, owner in self.owner.items()}
            self.identified.discard(source)


def as_event(number: int, step: Step) -> PersonEvent:
    kind, one, other = step
    named = {"$identify": {"$anon_distinct_id": other}, "$pageview": {}}.get(kind, {"alias": other})
    return PersonEvent(stable_uuid("step", number), kind, one, START + timedelta(minutes=number), {**named, "$set": {f"step-{number}": 1}})


def cut(events: list[PersonEvent], sizes: list[int]) -> list[list[PersonEvent]]:
    batches = []
    for size in [*sizes, len(events)]:
        batches.append(events[:size])
        events = events[size:]
    return [batch for batch in batches if batch]


steps = st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from(IDS), st.sampled_from(IDS)), min_size=1, max_size=14)


@pytest.mark.django_db
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(taken=steps, sizes=st.lists(st.integers(1, 5), max_size=4), repeated=st.sets(st.integers(0, 4)))
def test_any_order_of_merges_gives_the_same_persons_as_the_model(
    alice: Member, taken: list[Step], sizes: list[int], repeated: set[int]
) -> None:
    Person.objects.all().delete()
    AppliedBatch.objects.all().delete()
    model = Model()
    for step in taken:
        model.apply(*step)
    overrides: dict[str, tuple[int, UUID]] = {}
    for number, batch in enumerate(cut([as_event(number, step) for number, step in enumerate(taken)], sizes)):
        token = str(stable_uuid("batch", number, *(str(event) for event in batch)))
        first = services.apply(alice.project.pk, batch, lane="0", token=token)
        if number in repeated:
            assert services.apply(alice.project.pk, batch, lane="0", token=token) == first
        remember(overrides, first)
    rows = {row.distinct_id: row.person for row in PersonDistinctId.objects.filter(project=alice.project).select_related("person")}
    assert {name: person.id for name, person in rows.items()} == {
        name: person_id_for(alice.project.pk, owner) for name, owner in model.owner.items()
    }
    assert {name for name, person in rows.items() if person.is_identified} == {
        n for n, owner in model.owner.items() if owner in model.identified
    }
    assert Person.objects.filter(project=alice.project).count() == len(set(model.owner.values()))
    for name, person in rows.items():
        begun = person_id_for(alice.project.pk, name)
        assert overrides.get(name, (0, begun))[1] == person.id


def remember(overrides: dict[str, tuple[int, UUID]], applied: Applied) -> None:
    """As ClickHouse does: the row with the highest version stays."""
    for row in applied.overrides:
        overrides[row.distinct_id] = max(overrides.get(row.distinct_id, (-1, row.person_id)), (row.version, row.person_id))
