"""One conversation as it is read: its messages with labels, its person, its neighbours, the feedback on it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from posthog.clickhouse.labels import LABELS_OF_JUDGED
from posthog.common import limits
from posthog.conversations import event_labels, feedback, store, topic
from posthog.conversations.schema import PageWish
from posthog.conversations.selectors import persons_of
from posthog.conversations.services import labels_of
from posthog.conversations.stored_turns import StoredTurn, Thread, threads
from posthog.people import selectors as people

_MESSAGES = """
SELECT message_id, argMax(content, created_at), argMax(language, created_at), argMax(toJSONString(labels), created_at),
       argMax(label_version, created_at)
FROM {messages} AND message_id IN %(ids)s GROUP BY message_id
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


_GONE = _Judged("", "", {}, "")


def transcript(team_id: int, conversation_id: str, wanted: PageWish) -> dict[str, Any] | None:
    """One page of a conversation; None when there is no such conversation."""
    thread = threads(team_id, [conversation_id], limits.CONVERSATION_TURNS).get(conversation_id)
    if thread is None:
        return None
    page = _page(thread, wanted)
    person = persons_of(team_id, [thread.first])[thread.first.distinct_id]
    return {
        "id": conversation_id,
        "person": person,
        "started_at": thread.first.timestamp,
        "ended_at": thread.ended_at,
        **_neighbours(team_id, thread, person),
        "message_count": thread.message_count,
        "topic": topic.of_conversations(team_id, [conversation_id]).get(conversation_id),
        "offset": page.start,
        "more": page.stop < len(thread.shown),
        "messages": _messages(team_id, thread, page),
        "feedback": feedback.on(team_id, thread),
    }


def _page(thread: Thread, wanted: PageWish) -> slice:
    """Which of the shown messages: from the offset, or the page among pages of that length that has the wanted event or message."""
    start = wanted.offset
    if wanted.message:
        event_uuid = thread.repeats.get(wanted.message, wanted.message)
        places = (place for place, turn in enumerate(thread.shown) if event_uuid in (turn.event_uuid, turn.message_id))
        place = next(places, 0)
        start = place - place % wanted.limit
    return slice(start, start + wanted.limit)


def _messages(team_id: int, thread: Thread, page: slice) -> list[dict[str, Any]]:
    shown = thread.shown[page]
    # Of which message an event's labels speak shows only among all messages of the event.
    events = {turn.event_uuid for turn in shown}
    whole = [turn for turn in thread.shown if turn.event_uuid in events]
    stored = _stored(team_id, {turn.message_id for turn in whole})
    of_events = event_labels.of_turns(team_id, whole)
    about = event_labels.about(whole, {message_id: one.content for message_id, one in stored.items()})
    return [
        _message(turn, stored.get(turn.message_id, _GONE), of_events.get(turn.event_uuid, {}), about.get((turn.event_uuid, turn.position)))
        for turn in shown
    ]


def _message(turn: StoredTurn, stored: _Judged, of_event: dict[str, Any], prefix: str | None) -> dict[str, Any]:
    """prefix: of those labels of the event that speak of this message, None when none do."""
    given = {name: value for name, value in of_event.items() if prefix and name.startswith(prefix)}
    return {
        "id": turn.message_id,
        "role": turn.role,
        "content": stored.content,
        "timestamp": turn.timestamp,
        "event_uuid": turn.event_uuid,
        "event": turn.event,
        "kind": turn.kind,
        "labels": event_labels.said(stored.labels | given),
        "judged": bool(stored.version) and not LABELS_OF_JUDGED.isdisjoint(stored.labels),
        "label_version": stored.version,
        "language": stored.language,
        "position": turn.position,
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
