"""Rows of the store's tables, made from a finished batch. The same batch gives the same rows."""

from collections.abc import Iterable, Iterator
from typing import Any

from posthog.clickhouse import embeddings
from posthog.common import json, limits
from posthog.conversations.services import StoredLabels
from posthog.conversations.turns import Turn
from posthog.ingestion.events import Event, Work
from posthog.people.schema import GroupState, OverrideRow, PersonState

# Position in the batch (or in the list, for tables that belong to no single event), then the row.
Placed = tuple[int, tuple[Any, ...]]

COLUMNS: dict[str, list[str]] = {
    "messages": ["team_id", "message_id", "role", "content", "language", "labels_text", "label_version", "embedding", "created_at"],
    "turns": [
        *("team_id", "conversation_id", "event_uuid", "position", "timestamp", "role", "kind", "event", "person_id", "distinct_id"),
        *("message_id", "labels_text", "label_version"),
    ],
    "persons": ["team_id", "id", "created_at", "properties_text", "is_identified", "is_deleted", "version"],
    "person_distinct_id_overrides": ["team_id", "distinct_id", "person_id", "is_deleted", "version"],
    "groups": ["team_id", "group_type_index", "group_key", "created_at", "properties_text", "version"],
    "events": [
        *("team_id", "uuid", "event", "timestamp", "distinct_id", "person_id", "person_mode", "properties_text", "person_properties_text"),
        *("person_created_at", "labels_text", "$group_0", "$group_1", "$group_2", "$group_3", "$group_4", "$session_id"),
        *("conversation_id", "message_refs", "elements_chain", "created_at", "log_id"),
    ],
    "outcomes": ["team_id", "minute", "outcome", "reason", "batch", "quantity"],
}


def messages(work: Work) -> Iterator[Placed]:
    for (project_id, message_id), message in work.messages.items():
        labels = work.labels_of(project_id, message_id)
        text = json.dumps_text(labels.labels)
        said = (project_id, message_id, message.role, message.content, labels.language, text, labels.label_version)
        yield message.position, (*said, embeddings.pack(labels.embedding), message.created_at)


def prepare(work: Work, event: Event) -> None:
    """Make the event's row and those of its turns."""
    event.row = _event(event)
    event.turn_rows = [_turn(turn, work.labels_of(event.project_id, turn.message_id)) for turn in event.turns]


def turns(work: Work) -> Iterator[Placed]:
    return ((event.position, row) for event in work.live for row in event.turn_rows)


def events(work: Work) -> Iterator[Placed]:
    return ((event.position, event.row) for event in work.live)


def persons(work: Work) -> list[Placed]:
    newest: dict[tuple[int, Any], PersonState] = {}
    for project_id, applied in work.people:
        for person in applied.persons:
            _keep_newest(newest, (project_id, person.id), person)
    rows = [
        (project_id, one.id, one.created_at, json.dumps_text(one.properties), one.is_identified, one.is_deleted, one.version)
        for (project_id, _), one in sorted(newest.items())
    ]
    return list(enumerate(rows))


def overrides(work: Work) -> list[Placed]:
    newest: dict[tuple[int, str], OverrideRow] = {}
    for project_id, applied in work.people:
        for row in applied.overrides:
            _keep_newest(newest, (project_id, row.distinct_id), row)
    return list(
        enumerate((project_id, one.distinct_id, one.person_id, False, one.version) for (project_id, _), one in sorted(newest.items()))
    )


def groups(work: Work) -> list[Placed]:
    newest: dict[tuple[int, tuple[int, str]], GroupState] = {}
    for project_id, applied in work.people:
        for group in applied.groups:
            _keep_newest(newest, (project_id, (group.group_type_index, group.group_key)), group)
    rows = [
        (project_id, one.group_type_index, one.group_key, one.created_at, json.dumps_text(one.properties), one.version)
        for (project_id, _), one in sorted(newest.items())
    ]
    return list(enumerate(rows))


def _keep_newest(newest: dict[Any, Any], key: Any, one: Any) -> None:
    if key not in newest or newest[key].version < one.version:
        newest[key] = one


def _turn(turn: Turn, labels: StoredLabels) -> tuple[Any, ...]:
    return (
        turn.team_id,
        turn.conversation_id,
        turn.event_uuid,
        turn.position,
        turn.timestamp,
        turn.role,
        turn.kind,
        turn.event,
        turn.person_id,
        turn.distinct_id,
        turn.message_id,
        json.dumps_text(labels.labels),
        labels.label_version,
    )


def _event(event: Event) -> tuple[Any, ...]:
    person, content = event.known_person, event.content
    return (
        event.project_id,
        event.uuid,
        event.name,
        event.timestamp,
        event.distinct_id,
        person.person_id,
        person.person_mode,
        json.dumps_text(event.stored_properties),
        json.dumps_text(person.properties),
        person.created_at,
        json.dumps_text(event.labels),
        *_group_keys(event),
        _text(event.properties.get("$session_id")),
        event.conversation_id,
        content.message_refs() if content else "",
        event.elements_chain,
        event.created_at,
        event.log_id,
    )


def _group_keys(event: Event) -> Iterable[str]:
    groups = event.known_person.groups
    return (groups.get(index, "") for index in range(limits.GROUP_TYPES))


def _text(value: Any) -> str:
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
