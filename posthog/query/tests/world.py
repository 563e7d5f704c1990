"""Events of a test, put straight into the store: what ingestion would have written."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

from posthog.clickhouse import client
from posthog.common import json

_NAMESPACE = UUID("6f1d6a6e-0f6f-4f53-8f5e-8f2b1f0c9a11")


def person_id(name: str) -> UUID:
    return uuid5(_NAMESPACE, name)


@dataclass
class Event:
    event: str = "chat"
    at: datetime | str = "2024-05-15T12:00:00Z"
    person: str = "ada"
    properties: dict[str, Any] = field(default_factory=dict)
    person_properties: dict[str, Any] = field(default_factory=dict)
    labels: dict[str, Any] = field(default_factory=dict)
    conversation: str = ""
    session: str = ""
    groups: dict[int, str] = field(default_factory=dict)
    message_refs: str = ""
    uuid: UUID = field(default_factory=uuid4)

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.at) if isinstance(self.at, str) else self.at


_COLUMNS = [
    *("team_id", "uuid", "event", "timestamp", "distinct_id", "person_id", "person_mode", "properties_text", "person_properties_text"),
    *("person_created_at", "labels_text", "$session_id", "conversation_id", "message_refs", "created_at"),
    *(f"$group_{index}" for index in range(5)),
]


def store(team_id: int, events: Iterable[Event]) -> list[Event]:
    kept = list(events)
    client.insert("events", _COLUMNS, [_row(team_id, event) for event in kept])
    return kept


def _row(team_id: int, event: Event) -> list[object]:
    created = datetime(2024, 1, 1, tzinfo=UTC)
    return [
        *(team_id, event.uuid, event.event, event.moment.astimezone(UTC), event.person, person_id(event.person), "full"),
        *(json.dumps_text(event.properties), json.dumps_text(event.person_properties), created, json.dumps_text(event.labels)),
        *(event.session, event.conversation, event.message_refs, event.moment.astimezone(UTC)),
        *(event.groups.get(index, "") for index in range(5)),
    ]


def store_person(team_id: int, name: str, properties: dict[str, Any], created_at: str = "2024-01-01T00:00:00+00:00") -> UUID:
    """In Django and in the store, as ingestion does."""
    from posthog.people.models import Person, PersonDistinctId

    moment = datetime.fromisoformat(created_at)
    person = Person.objects.create(id=person_id(name), project_id=team_id, properties=properties, created_at=moment, is_identified=True)
    PersonDistinctId.objects.create(project_id=team_id, distinct_id=name, person=person)
    columns = ["team_id", "id", "created_at", "properties_text", "is_identified", "is_deleted", "version"]
    client.insert("persons", columns, [[team_id, person.id, moment, json.dumps_text(properties), True, False, 1]])
    return person.id


def store_group(team_id: int, index: int, key: str, properties: dict[str, Any]) -> None:
    columns = ["team_id", "group_type_index", "group_key", "created_at", "properties_text", "version"]
    client.insert("groups", columns, [[team_id, index, key, datetime(2024, 1, 1, tzinfo=UTC), json.dumps_text(properties), 1]])


def store_turn(team_id: int, event: Event, position: int, role: str, content: str) -> UUID:
    """A message and the turn that says it, as ingestion writes them for an LLM event."""
    message = uuid5(_NAMESPACE, f"{role}:{content}")
    columns = ["team_id", "message_id", "role", "content", "language", "label_version", "created_at"]
    client.insert("messages", columns, [[team_id, message, role, content, "en", "", event.moment]])
    columns = ["team_id", "conversation_id", "event_uuid", "position", "timestamp", "role", "kind", "event", "person_id", "distinct_id"]
    row = [
        team_id,
        event.conversation,
        event.uuid,
        position,
        event.moment,
        role,
        "owned",
        event.event,
        person_id(event.person),
        event.person,
    ]
    client.insert("turns", [*columns, "message_id"], [[*row, message]])
    return message
