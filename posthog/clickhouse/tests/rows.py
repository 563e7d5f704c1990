"""Rows as ingestion writes them."""

import uuid
from datetime import UTC, datetime

NOON = datetime(2026, 3, 14, 12, 0, 0, 123456, tzinfo=UTC)
EVENT_COLUMNS = ["team_id", "uuid", "event", "timestamp", "distinct_id", "properties_text", "labels_text"]
TURN_COLUMNS = ["team_id", "conversation_id", "event_uuid", "position", "timestamp", "role", "kind", "person_id", "distinct_id"]


def event(
    properties_text: str = "{}", *, labels_text: str = "{}", timestamp: datetime = NOON, uid: uuid.UUID | None = None
) -> tuple[object, ...]:
    return (1, uid or uuid.uuid4(), "$ai_generation", timestamp, "alice@example.org", properties_text, labels_text)


def turn(conversation: str, event_uuid: uuid.UUID, position: int, timestamp: datetime = NOON) -> tuple[object, ...]:
    role = "user" if position % 2 == 0 else "assistant"
    return (1, conversation, event_uuid, position, timestamp, role, "owned", uuid.UUID(int=7), "alice@example.org")
