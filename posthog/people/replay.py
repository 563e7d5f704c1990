"""The results of an applied batch as bytes, and back.

An event's own properties are not kept: whoever replays the batch has them. A person's properties are kept once per state, not per event.
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from posthog.common import json
from posthog.people.identity import stored_properties
from posthog.people.schema import Applied, GroupState, OverrideRow, PersonEvent, PersonResult, PersonState, Properties, Warning


@dataclass(frozen=True)
class Past:
    """What was stored: results by the event's uuid, without event_properties, and rows."""

    results: Mapping[UUID, PersonResult] = field(default_factory=dict)
    persons: Sequence[PersonState] = ()
    overrides: Sequence[OverrideRow] = ()
    groups: Sequence[GroupState] = ()


NOTHING = Past()


def joined(past: Past, events: Sequence[PersonEvent], applied: Applied) -> Applied:
    """One result per event, from the past where it has one, else the next of applied; the rows of both."""
    fresh = iter(applied.results)
    results = [_restored(past.results[event.uuid], event) if event.uuid in past.results else next(fresh) for event in events]
    return Applied(results, [*past.persons, *applied.persons], [*past.overrides, *applied.overrides], [*past.groups, *applied.groups])


def write(past: Past, events: Sequence[PersonEvent], applied: Applied) -> bytes:
    """The past with the results of these events added."""
    results = {**past.results, **{event.uuid: result for event, result in zip(events, applied.results, strict=True)}}
    states: dict[int, int] = {}
    kept: list[Properties] = []
    for result in results.values():
        if id(result.properties) not in states:
            states[id(result.properties)] = len(kept)
            kept.append(result.properties)
    persons, overrides = [*past.persons, *applied.persons], [*past.overrides, *applied.overrides]
    document = {
        "states": kept,
        "results": [_result(uuid, result, states[id(result.properties)]) for uuid, result in results.items()],
        "persons": [[p.id, p.properties, p.created_at, p.is_identified, p.version, p.is_deleted] for p in persons],
        "overrides": [[o.distinct_id, o.person_id, o.version] for o in overrides],
        "groups": [[g.group_type_index, g.group_key, g.properties, g.created_at, g.version] for g in [*past.groups, *applied.groups]],
    }
    return zlib.compress(json.dumps(document), 1)


def read(data: bytes) -> Past:
    document = json.loads(zlib.decompress(data))
    states = document["states"]
    return Past(
        dict(_read_result(row, states) for row in document["results"]),
        [PersonState(UUID(row[0]), row[1], _time(row[2]), *row[3:]) for row in document["persons"]],
        [OverrideRow(row[0], UUID(row[1]), row[2]) for row in document["overrides"]],
        [GroupState(row[0], row[1], row[2], _time(row[3]), row[4]) for row in document["groups"]],
    )


def _restored(result: PersonResult, event: PersonEvent) -> PersonResult:
    return replace(result, event_properties=stored_properties(event, result.person_mode, result.groups))


def _result(uuid: UUID, result: PersonResult, state: int) -> list[Any]:
    warnings = [[warning.type, warning.details] for warning in result.warnings]
    groups = {str(index): key for index, key in result.groups.items()}
    return [uuid, result.person_id, result.person_mode, state, result.created_at, groups, warnings, result.drop_reason, result.error]


def _read_result(row: list[Any], states: list[Properties]) -> tuple[UUID, PersonResult]:
    uuid, person_id, mode, state, created_at, groups, warnings, drop_reason, error = row
    keys = {int(index): key for index, key in groups.items()}
    told = [Warning(*warning) for warning in warnings]
    return UUID(uuid), PersonResult(UUID(person_id), mode, states[state], _time(created_at), {}, keys, told, drop_reason, error)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
