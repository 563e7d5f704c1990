"""The people that a batch touches, in memory: loaded at once, changed event by event, saved at once.

Every change of one event can be undone (`attempt`), so that an event that fails changes nothing.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from posthog.common import limits
from posthog.common.ids import stable_uuid
from posthog.people.schema import GroupState, Mapped, PersonState, Properties

GroupId = tuple[int, str]
K = TypeVar("K")
V = TypeVar("V")


@dataclass
class World:
    project_id: int
    persons: dict[UUID, PersonState] = field(default_factory=dict)
    mapping: dict[str, Mapped] = field(default_factory=dict)
    # Complete for every person that this batch may merge.
    distinct_ids: dict[UUID, list[str]] = field(default_factory=dict)
    group_types: dict[str, int] = field(default_factory=dict)
    groups: dict[GroupId, GroupState] = field(default_factory=dict)
    # What was changed, also where it was undone again.
    _changed_persons: set[UUID] = field(default_factory=set)
    _changed_ids: dict[str, None] = field(default_factory=dict)  # in the order of their first change
    _new_group_types: set[str] = field(default_factory=set)
    _changed_groups: set[GroupId] = field(default_factory=set)
    _undo: list[Callable[[], object]] = field(default_factory=list)

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """All changes made inside, or none if it raises."""
        self._undo.clear()
        try:
            yield
        except Exception:
            while self._undo:
                self._undo.pop()()
            raise

    def changed_persons(self) -> list[PersonState]:
        return [self.persons[one] for one in sorted(self._changed_persons) if one in self.persons]

    def changed_mapping(self) -> dict[str, Mapped]:
        """Distinct ids in the order of their first change."""
        return {name: self.mapping[name] for name in self._changed_ids if name in self.mapping}

    def new_group_types(self) -> dict[str, int]:
        return {name: self.group_types[name] for name in self._new_group_types if name in self.group_types}

    def changed_groups(self) -> list[GroupState]:
        return [self.groups[one] for one in sorted(self._changed_groups) if one in self.groups]

    def person_of(self, distinct_id: str) -> PersonState | None:
        mapped = self.mapping.get(distinct_id)
        return self.persons[mapped.person_id] if mapped else None

    def create(self, distinct_id: str, created_at: datetime, properties: Properties) -> PersonState:
        person = PersonState(person_id_for(self.project_id, distinct_id), properties, created_at, is_identified=False, version=0)
        self._set_person(person)
        self.attach(distinct_id, person)
        return person

    def update(self, person: PersonState, properties: Properties, is_identified: bool) -> PersonState:
        """The person with these properties; the same object when nothing changes: `updated` gives the same properties back then."""
        if is_identified == person.is_identified and properties is person.properties:
            return person
        changed = replace(person, properties=properties, is_identified=is_identified, version=person.version + 1)
        self._set_person(changed)
        return changed

    def attach(self, distinct_id: str, person: PersonState) -> None:
        """Give the id to the person, taking it from whoever had it."""
        before = self.mapping.get(distinct_id)
        owned = self.distinct_ids.setdefault(person.id, [])
        self._put(self.mapping, distinct_id, Mapped(person.id, before.version + 1 if before else 0))
        self._put(self.distinct_ids, person.id, [*owned, distinct_id])
        self._changed_ids[distinct_id] = None

    def merge(self, source: PersonState, target: PersonState, properties: Properties) -> PersonState:
        """Move all of the source's ids to the target, which gets the properties; the older created_at stays, the source is deleted."""
        for distinct_id in self.distinct_ids.get(source.id, []):
            self.attach(distinct_id, target)
        self._put(self.distinct_ids, source.id, [])
        self._set_person(replace(source, properties={}, version=source.version + 1, is_deleted=True))
        merged = replace(
            target,
            properties=properties,
            created_at=min(source.created_at, target.created_at),
            is_identified=True,
            version=max(source.version, target.version) + 1,
        )
        self._set_person(merged)
        return merged

    def group_type_index(self, group_type: str) -> int | None:
        """The type's index, allotted on first sight; None when the project has limits.GROUP_TYPES others."""
        if group_type not in self.group_types:
            if len(self.group_types) >= limits.GROUP_TYPES:
                return None
            self._put(self.group_types, group_type, len(self.group_types))
            self._new_group_types.add(group_type)
        return self.group_types[group_type]

    def put_group(self, group: GroupState) -> None:
        self._put(self.groups, (group.group_type_index, group.group_key), group)
        self._changed_groups.add((group.group_type_index, group.group_key))

    def _set_person(self, person: PersonState) -> None:
        self._put(self.persons, person.id, person)
        self._changed_persons.add(person.id)

    def _put(self, table: dict[K, V], key: K, value: V) -> None:
        if key in table:
            before = table[key]
            self._undo.append(lambda: table.__setitem__(key, before))
        else:
            self._undo.append(lambda: table.pop(key, None))
        table[key] = value


def person_id_for(project_id: int, distinct_id: str) -> UUID:
    """Id of the person that this distinct id would begin; events without a person profile carry it too."""
    return stable_uuid("person", project_id, distinct_id)
