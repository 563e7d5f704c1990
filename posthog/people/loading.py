"""Bulk load and save of a batch's people."""

import itertools
from collections.abc import Iterator, Sequence
from typing import TypeVar

from posthog.people.groups import group_key
from posthog.people.identity import OTHER_ID, other_id
from posthog.people.models import Group, GroupType, Person, PersonDistinctId
from posthog.people.schema import GroupState, Mapped, PersonEvent, PersonState
from posthog.people.world import World

T = TypeVar("T")
# Values in one IN list: below every database's bound on query parameters.
_CHUNK = 900


def load(project_id: int, events: Sequence[PersonEvent]) -> World:
    """Everything that applying these events may read or change."""
    world = World(project_id)
    _load_persons(world, events)
    _load_merge_candidates(world, events)
    _load_groups(world, events)
    return world


def save(world: World) -> None:
    """Write what changed. To be called in the transaction in which it was loaded."""
    changed = world.changed_persons()
    _save_persons(world, [person for person in changed if not person.is_deleted])
    _save_distinct_ids(world)
    gone = [person.id for person in changed if person.is_deleted]
    for chunk in _chunks(gone):
        Person.objects.filter(project_id=world.project_id, id__in=chunk).delete()
    _save_groups(world)


def _load_persons(world: World, events: Sequence[PersonEvent]) -> None:
    wanted = {event.distinct_id for event in events} | {other for event in events if (other := other_id(event))}
    for chunk in _chunks(sorted(wanted)):
        rows = PersonDistinctId.objects.filter(project_id=world.project_id, distinct_id__in=chunk).select_related("person")
        for row in rows:
            world.mapping[row.distinct_id] = Mapped(row.person_id, row.version)
            world.persons.setdefault(row.person_id, _state(row.person))
            world.distinct_ids.setdefault(row.person_id, []).append(row.distinct_id)


def _load_merge_candidates(world: World, events: Sequence[PersonEvent]) -> None:
    """All distinct ids of the persons that may be merged: each of them moves along."""
    merging = [event for event in events if event.event in OTHER_ID]
    names = itertools.chain.from_iterable((event.distinct_id, other_id(event)) for event in merging)
    persons = {world.mapping[name].person_id for name in names if name is not None and name in world.mapping}
    for chunk in _chunks(sorted(persons)):
        for row in PersonDistinctId.objects.filter(project_id=world.project_id, person_id__in=chunk).order_by("id"):
            if row.distinct_id not in world.mapping:
                world.mapping[row.distinct_id] = Mapped(row.person_id, row.version)
                world.distinct_ids[row.person_id].append(row.distinct_id)


def _load_groups(world: World, events: Sequence[PersonEvent]) -> None:
    types = GroupType.objects.filter(project_id=world.project_id)
    world.group_types.update(types.values_list("group_type", "group_type_index"))
    keys = {group_key(event.properties.get("$group_key")) for event in events if event.event == "$groupidentify"}
    for chunk in _chunks(sorted(keys)):
        for row in Group.objects.filter(project_id=world.project_id, group_key__in=chunk):
            state = GroupState(row.group_type_index, row.group_key, row.properties, row.created_at, row.version)
            world.groups[(row.group_type_index, row.group_key)] = state


def _state(row: Person) -> PersonState:
    return PersonState(row.id, row.properties, row.created_at, row.is_identified, row.version)


def _save_persons(world: World, persons: list[PersonState]) -> None:
    rows = [
        Person(
            id=person.id,
            project_id=world.project_id,
            properties=person.properties,
            created_at=person.created_at,
            is_identified=person.is_identified,
            version=person.version,
        )
        for person in persons
    ]
    changing = ["properties", "created_at", "is_identified", "version"]
    Person.objects.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=changing)


def _save_distinct_ids(world: World) -> None:
    rows = [
        PersonDistinctId(project_id=world.project_id, distinct_id=name, person_id=mapped.person_id, version=mapped.version)
        for name, mapped in world.changed_mapping().items()
    ]
    PersonDistinctId.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["project", "distinct_id"], update_fields=["person", "version"]
    )


def _save_groups(world: World) -> None:
    types = world.new_group_types().items()
    GroupType.objects.bulk_create(GroupType(project_id=world.project_id, group_type=name, group_type_index=index) for name, index in types)
    rows = [
        Group(
            project_id=world.project_id,
            group_type_index=group.group_type_index,
            group_key=group.group_key,
            properties=group.properties,
            created_at=group.created_at,
            version=group.version,
        )
        for group in world.changed_groups()
    ]
    Group.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["project", "group_type_index", "group_key"], update_fields=["properties", "version"]
    )


def _chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    return (items[start : start + _CHUNK] for start in range(0, len(items), _CHUNK))
