"""The results of an applied batch as bytes, and back.

An event's own properties are not kept: whoever replays the batch has them. A person's properties are kept once per state, not per event.
"""

import zlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from posthog.common import json
from posthog.people.identity import stored_properties
from posthog.people.schema import Applied, GroupState, OverrideRow, PersonEvent, PersonResult, PersonState, Properties, Warning


def write(applied: Applied) -> bytes:
    states: dict[int, int] = {}
    kept: list[Properties] = []
    for result in applied.results:
        if id(result.properties) not in states:
            states[id(result.properties)] = len(kept)
            kept.append(result.properties)
    document = {
        "states": kept,
        "results": [_result(result, states[id(result.properties)]) for result in applied.results],
        "persons": [[p.id, p.properties, p.created_at, p.is_identified, p.version, p.is_deleted] for p in applied.persons],
        "overrides": [[o.distinct_id, o.person_id, o.version] for o in applied.overrides],
        "groups": [[g.group_type_index, g.group_key, g.properties, g.created_at, g.version] for g in applied.groups],
    }
    return zlib.compress(json.dumps(document), 1)


def read(data: bytes, events: Sequence[PersonEvent]) -> Applied:
    """events are those of the batch, in the same order."""
    document = json.loads(zlib.decompress(data))
    states = document["states"]
    return Applied(
        [_read_result(row, states, event) for row, event in zip(document["results"], events, strict=True)],
        [PersonState(UUID(row[0]), row[1], _time(row[2]), *row[3:]) for row in document["persons"]],
        [OverrideRow(row[0], UUID(row[1]), row[2]) for row in document["overrides"]],
        [GroupState(row[0], row[1], row[2], _time(row[3]), row[4]) for row in document["groups"]],
    )


def _result(result: PersonResult, state: int) -> list[Any]:
    warnings = [[warning.type, warning.details] for warning in result.warnings]
    groups = {str(index): key for index, key in result.groups.items()}
    return [result.person_id, result.person_mode, state, result.created_at, groups, warnings, result.drop_reason, result.error]


def _read_result(row: list[Any], states: list[Properties], event: PersonEvent) -> PersonResult:
    person_id, mode, state, created_at, groups, warnings, drop_reason, error = row
    keys = {int(index): key for index, key in groups.items()}
    return PersonResult(
        UUID(person_id),
        mode,
        states[state],
        _time(created_at),
        stored_properties(event, mode, keys),
        keys,
        [Warning(*warning) for warning in warnings],
        drop_reason,
        error,
    )


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
