"""Recording what events use. Ingestion calls record() once per batch and project; names that are known cost a set look-up."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from posthog.clickhouse.labels import LABEL_TYPES
from posthog.common import limits
from posthog.common.per_project import PerProject
from posthog.definitions.detection import property_type
from posthog.definitions.models import EventDefinition, EventProperty, PropertyDefinition
from posthog.hogql.property_types import label_type
from posthog.people.models import GroupType

Scope = PropertyDefinition.Scope

# Instructions to the server rather than properties.
_INSTRUCTIONS = {"$set", "$set_once", "$unset", "$group_set", "$groups"}
_SEEN_AGAIN = timedelta(hours=1)  # how far last_seen_at may lag


@dataclass(frozen=True, slots=True)
class SeenEvent:
    """properties: as stored, labels included. person_properties: the person's after this event."""

    event: str
    timestamp: datetime
    properties: Mapping[str, Any]
    person_properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Property:
    """Key of a property definition."""

    type: int
    group_type_index: int
    name: str


class _Known:
    """What is recorded of a project, as far as this process knows."""

    def __init__(self, project_id: int) -> None:
        define_labels(project_id)
        events = EventDefinition.objects.filter(project_id=project_id).values_list("name", "last_seen_at")
        rows = PropertyDefinition.objects.filter(project_id=project_id)
        self.events: dict[str, datetime | None] = dict(events)
        found = rows.values_list("type", "group_type_index", "name", "property_type")
        self.properties = {_Property(scope, index, name): kind for scope, index, name, kind in found}
        self.pairs: set[tuple[str, str]] = set()

    @property
    def is_small(self) -> bool:
        return len(self.pairs) <= limits.DEFINITIONS_CACHED


# No table counts changes: the version is the time of the last one, or 0 where Redis knows of none.
_known = PerProject("definitions", lambda _: 0, _Known, fits=lambda known: known.is_small, most=limits.DEFINITION_PROJECTS_CACHED)
forget = _known.forget


def record(project_id: int, events: Sequence[SeenEvent]) -> None:
    """Make definitions of new names and types, of each kind at most limits.DEFINITIONS_PER_BATCH: the rest when they are seen again.

    One event may bring ten thousand names, which take seconds, and a batch of such events minutes.
    """
    known = _known.current(project_id)
    _record_events(project_id, known, events)
    _record_properties(project_id, known, _typed(project_id, events))
    _record_pairs(project_id, known, events)


def define_labels(project_id: int) -> None:
    """Make the properties that the server's own labels will have known before the first message is judged."""
    rows = [PropertyDefinition(project_id=project_id, name=name, property_type=label_type(name) or "") for name in LABEL_TYPES]
    PropertyDefinition.objects.bulk_create(rows, ignore_conflicts=True)


@contextmanager
def changing(project_id: int) -> Iterator[None]:
    """Definitions are changed or deleted: every process, ingestion's too, reads the project's again before it records more.

    They are told before and after: while Redis does not answer, nothing is changed.
    """
    _known.publish(project_id, time.time_ns())
    yield
    _known.publish(project_id, time.time_ns())


def _record_events(project_id: int, known: _Known, events: Iterable[SeenEvent]) -> None:
    seen: dict[str, datetime] = {}
    for event in events:
        seen[event.event] = max(event.timestamp, seen.get(event.event, event.timestamp))
    room = max(0, limits.EVENT_DEFINITIONS - len(known.events))
    fresh = [name for name in seen if name not in known.events and len(name) <= limits.EVENT_NAME_LENGTH][:room]
    again = [name for name in seen if name in known.events and _is_later(known.events[name], seen[name])]
    if not fresh and not again:
        return
    with transaction.atomic():
        rows = [EventDefinition(project_id=project_id, name=name, last_seen_at=seen[name]) for name in fresh]
        EventDefinition.objects.bulk_create(rows, ignore_conflicts=True)
        for name in again:
            older = Q(last_seen_at__lt=seen[name]) | Q(last_seen_at=None)
            EventDefinition.objects.filter(older, project_id=project_id, name=name).update(last_seen_at=seen[name])
    known.events |= {name: seen[name] for name in (*fresh, *again)}


def _is_later(last: datetime | None, at: datetime) -> bool:
    return last is None or at - last > _SEEN_AGAIN


def _typed(project_id: int, events: Iterable[SeenEvent]) -> dict[_Property, str]:
    """Each property of the batch with its type, "" while no value tells it."""
    found: dict[_Property, str] = {}
    for event in events:
        for key, value in _values(project_id, event):
            if not found.get(key) and len(key.name) <= limits.PROPERTY_NAME_LENGTH:
                found[key] = property_type(key.name, value) or ""
    return found


def _values(project_id: int, event: SeenEvent) -> Iterator[tuple[_Property, Any]]:
    for name, value in event.properties.items():
        if name not in _INSTRUCTIONS:
            yield _Property(Scope.EVENT, -1, name), value
    for name, value in event.person_properties.items():
        yield _Property(Scope.PERSON, -1, name), value
    group = event.properties.get("$group_set") if event.event == "$groupidentify" else None
    index = _group_type_index(project_id, event.properties.get("$group_type")) if isinstance(group, dict) else None
    if isinstance(group, dict) and index is not None:
        for name, value in group.items():
            yield _Property(Scope.GROUP, index, name), value


def _group_type_index(project_id: int, group_type: object) -> int | None:
    return GroupType.objects.filter(project_id=project_id, group_type=str(group_type)).values_list("group_type_index", flat=True).first()


def _record_properties(project_id: int, known: _Known, typed: Mapping[_Property, str]) -> None:
    """A public token lets anyone invent names: beyond the limit no new ones are taken, known ones keep working."""
    room = min(limits.DEFINITIONS_PER_BATCH, max(0, limits.PROPERTY_DEFINITIONS - len(known.properties)))
    fresh = [key for key in typed if key not in known.properties][:room]
    rows = [PropertyDefinition(project_id=project_id, property_type=typed[key], **_columns(key)) for key in fresh]
    told = [key for key, kind in typed.items() if kind and known.properties.get(key) == ""][: limits.DEFINITIONS_PER_BATCH]
    if not fresh and not told:
        return
    with transaction.atomic():
        PropertyDefinition.objects.bulk_create(rows, ignore_conflicts=True)
        for key in told:
            PropertyDefinition.objects.filter(project_id=project_id, property_type="", **_columns(key)).update(property_type=typed[key])
    known.properties |= {key: typed[key] for key in (*fresh, *told)}


def _columns(key: _Property) -> dict[str, Any]:
    return {"type": key.type, "group_type_index": key.group_type_index, "name": key.name}


def _record_pairs(project_id: int, known: _Known, events: Iterable[SeenEvent]) -> None:
    """Pairs of events and properties that have definitions."""
    pairs = {(event.event, name) for event in events for name in event.properties}
    news = [pair for pair in pairs - known.pairs if pair[0] in known.events and _Property(Scope.EVENT, -1, pair[1]) in known.properties]
    if news:
        some = sorted(news)[: limits.DEFINITIONS_PER_BATCH]
        rows = [EventProperty(project_id=project_id, event=event, property=name) for event, name in some]
        EventProperty.objects.bulk_create(rows, ignore_conflicts=True)
        known.pairs.update(some)
