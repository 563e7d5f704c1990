"""One conversation as it is read: its messages with labels, its person, its neighbours, the feedback on it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from posthog.clickhouse.labels import LABEL_TYPES, LABEL_VERSION
from posthog.conversations import feedback, store
from posthog.conversations.selectors import persons_of
from posthog.conversations.services import labels_of
from posthog.conversations.stored_turns import StoredTurn, Thread, threads
from posthog.people import selectors as people

_MESSAGES = """
SELECT message_id, argMax(content, created_at), argMax(language, created_at), argMax(toJSONString(labels), created_at),
       argMax(label_version, created_at)
FROM {messages} AND message_id IN %(ids)s GROUP BY message_id
"""
_TURN_LABELS = """
SELECT event_uuid, position, any(toJSONString(labels)), any(label_version)
FROM {turns} AND conversation_id = %(id)s AND label_version != '' GROUP BY event_uuid, position
"""
# The person's other conversations around one, by its start.
_NEIGHBOUR = """
SELECT conversation_id
FROM {{conversations}} AND conversation_id IN (
    SELECT conversation_id FROM {{turns}} AND (person_id = %(person_id)s OR distinct_id IN %(distinct_ids)s)
)
GROUP BY conversation_id
HAVING (min(started_at), conversation_id) {sign} (toDateTime64(%(started_at)s, 6, 'UTC'), %(id)s)
ORDER BY min(started_at) {direction}, conversation_id {direction} LIMIT 1
"""


@dataclass(frozen=True)
class _Judged:
    content: str
    language: str
    labels: dict[str, Any]
    version: str


def transcript(team_id: int, conversation_id: str) -> dict[str, Any] | None:
    """None when there is no such conversation. Of more than limits.CONVERSATION_MESSAGES messages the beginning."""
    thread = threads(team_id, [conversation_id]).get(conversation_id)
    if thread is None:
        return None
    person = persons_of(team_id, [thread.first])[thread.first.distinct_id]
    return {
        "id": conversation_id,
        "person": person,
        "started_at": thread.first.timestamp,
        "ended_at": thread.turns[-1].timestamp,
        **_neighbours(team_id, thread, person),
        "message_count": len(thread.shown),
        "messages": _messages(team_id, conversation_id, thread.shown),
        "feedback": feedback.on(team_id, thread),
    }


def _messages(team_id: int, conversation_id: str, turns: Iterable[StoredTurn]) -> list[dict[str, Any]]:
    shown = list(turns)
    stored = _stored(team_id, {turn.message_id for turn in shown})
    own = {
        (event_uuid, position): (labels_of(text), version)
        for event_uuid, position, text, version in store.rows(team_id, _TURN_LABELS, {"id": conversation_id}, tag="transcript")
    }
    return [_message(turn, stored.get(turn.message_id), own.get((turn.event_uuid, turn.position))) for turn in shown]


def _message(turn: StoredTurn, stored: _Judged | None, own: tuple[dict[str, Any], str] | None) -> dict[str, Any]:
    labels, version = own or ((stored.labels, stored.version) if stored else ({}, ""))
    return {
        "id": turn.message_id,
        "role": turn.role,
        "content": stored.content if stored else "",
        "timestamp": turn.timestamp,
        "event_uuid": turn.event_uuid,
        "event": turn.event,
        "kind": turn.kind,
        "labels": said(labels),
        "judged": bool(version),
        "language": stored.language if stored else "",
        "position": turn.position,
    }


def said(labels: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The labels that were said, with their scores: scores alone, languages and numbers that are 0 are left out."""
    return {
        name: {"value": value, "score": labels.get(f"{name}_score")}
        for name, value in sorted(labels.items())
        if name in LABEL_TYPES and not name.endswith(("_score", "_language")) and name != LABEL_VERSION and value not in (0, "")
    }


def _stored(team_id: int, ids: set[UUID]) -> dict[UUID, _Judged]:
    rows = store.rows(team_id, _MESSAGES, {"ids": sorted(map(str, ids))}, tag="transcript") if ids else []
    return {row[0]: _Judged(row[1], row[2], labels_of(row[3]), row[4]) for row in rows}


def _neighbours(team_id: int, thread: Thread, person: dict[str, Any]) -> dict[str, str | None]:
    summary = people.by_ids(team_id, [person["id"]]).get(person["id"])
    params = {
        "id": thread.first.conversation_id,
        "started_at": thread.first.timestamp,
        "person_id": str(person["id"]),
        "distinct_ids": [thread.first.distinct_id, *(summary.distinct_ids if summary else [])],
    }
    found: dict[str, str | None] = {}
    for name, sign, direction in (("previous", "<", "DESC"), ("next", ">", "ASC")):
        sql = _NEIGHBOUR.format(sign=sign, direction=direction)
        rows = store.rows(team_id, sql, params, tag="neighbours")
        found[name] = rows[0][0] if rows else None
    return found
