"""Events of chats, taken through this room as ingestion does it and stored in the real engine."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from posthog.clickhouse import client
from posthog.common import json
from posthog.conversations import identity, services
from posthog.conversations.messages import LLMEvent, read_messages
from posthog.conversations.turns import Turn, speakers, turns_of_batch
from posthog.tenancy.models import Project

READER = UUID(int=1)
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@dataclass
class Sent:
    """An event as a test writes it; minutes count from NOON."""

    properties: dict[str, Any]
    event: str = "llm-task"
    distinct_id: str = "reader-1"
    person_id: UUID = READER
    minutes: float = 0
    uuid: UUID = field(default_factory=uuid4)
    labels: dict[str, Any] = field(default_factory=dict)

    @property
    def timestamp(self) -> datetime:
        return NOON + timedelta(minutes=self.minutes)


def chat(*said: str, output: str | None = None, **more: Any) -> Sent:
    """A ChatML task: user and assistant take turns in said, the last one is the user's."""
    roles = ["assistant" if (len(said) - 1 - n) % 2 else "user" for n in range(len(said))]
    history = [{"role": role, "content": text} for role, text in zip(roles, said, strict=True)]
    properties = more.pop("properties", {})
    return Sent({"$llm_input": history, "$llm_output": output, **properties}, **more)


def llm_event(project: Project, sent: Sent) -> LLMEvent | None:
    content = read_messages(sent.event, sent.properties)
    if content is None:
        return None
    content.identify(project.message_secret)
    return LLMEvent(project.pk, sent.uuid, sent.event, sent.timestamp, sent.distinct_id, sent.person_id, sent.properties, content)


def conversations_of(project: Project, *sent: Sent) -> list[str]:
    """Conversation ids of one batch; nothing is stored in ClickHouse."""
    events = [event for event in (llm_event(project, one) for one in sent) if event]
    assert len(events) == len(sent)
    return identity.assign(events)


def store(project: Project, *sent: Sent) -> list[str]:
    """Take one batch through the room and write all its rows. Conversation ids, "" for events without messages."""
    by_uuid = {one.uuid: one for one in sent}
    events = [event for event in (llm_event(project, one) for one in sent) if event]
    ids = identity.assign(events)
    turns = turns_of_batch(events, ids)
    _store_messages(project, events, turns, by_uuid)
    _store_turns([turn for of_event in turns for turn in of_event], by_uuid)
    found = {event.uuid: (event, conversation_id) for event, conversation_id in zip(events, ids, strict=True)}
    _store_events(project, sent, found)
    return [found[one.uuid][1] if one.uuid in found else "" for one in sent]


def _labels(turn: Turn, labels: dict[str, Any]) -> dict[str, Any]:
    speaker = {"user": "user_", "assistant": "agent_"}.get(turn.role, "-")
    return {name: value for name, value in labels.items() if name.startswith(speaker)} if turn.kind == "owned" else {}


def _store_messages(project: Project, events: Sequence[LLMEvent], turns: Sequence[Sequence[Turn]], sent: dict[UUID, Sent]) -> None:
    everything = {message.message_id: message for event in events for message in event.content.messages}
    known = services.known_messages(project.pk, everything)
    labels: dict[UUID, dict[str, Any]] = {}
    for of_event in turns:
        for turn in filter(None, speakers(of_event)):
            labels.setdefault(turn.message_id, {}).update(_labels(turn, sent[turn.event_uuid].labels))
    rows = [
        (project.pk, i, m.role, m.content, "en", json.dumps_text(labels.get(i, {})), "v1" if labels.get(i) else "", NOON)
        for i, m in everything.items()
        if i not in known
    ]
    columns = ["team_id", "message_id", "role", "content", "language", "labels_text", "label_version", "created_at"]
    client.insert("messages", columns, rows)


def _store_turns(turns: Sequence[Turn], sent: dict[UUID, Sent]) -> None:
    columns = [
        "team_id",
        "conversation_id",
        "event_uuid",
        "position",
        "timestamp",
        "role",
        "kind",
        "event",
        "person_id",
        "distinct_id",
        "message_id",
    ]
    rows = [
        (
            *(getattr(turn, name) for name in columns),
            json.dumps_text(_labels(turn, sent[turn.event_uuid].labels)),
            "v1" if sent[turn.event_uuid].labels else "",
        )
        for turn in turns
    ]
    client.insert("turns", [*columns, "labels_text", "label_version"], rows)


def _store_events(project: Project, sent: Sequence[Sent], found: dict[UUID, tuple[LLMEvent, str]]) -> None:
    columns = [
        "team_id", "uuid", "event", "timestamp", "distinct_id", "person_id", "person_mode", "properties_text", "person_properties_text",
        "person_created_at", "labels_text", "$session_id", "conversation_id", "message_refs", "elements_chain", "created_at", "log_id",
    ]  # fmt: skip
    rows = []
    for number, one in enumerate(sent):
        event, conversation_id = found.get(one.uuid, (None, ""))
        stripped = event.content.stripped if event else one.properties
        refs, log_id = event.content.message_refs() if event else "", f"0:9-{number // 10}:{number % 10}"
        rows.append((
            project.pk, one.uuid, one.event, one.timestamp, one.distinct_id, one.person_id, "full", json.dumps_text(stripped), "{}",
            NOON, json.dumps_text(one.labels), str(one.properties.get("$session_id", "")), conversation_id, refs, "", NOON, log_id,
        ))  # fmt: skip
    client.insert("events", columns, rows)
