"""Turns and events that get labels after they were stored, from those of their messages."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from posthog.clickhouse import client, updates
from posthog.clickhouse.labels import LABEL_VERSION
from posthog.common import json, limits
from posthog.conversations.messages import Message
from posthog.conversations.services import StoredLabels, labels_of
from posthog.conversations.turns import OWNED, Turn
from posthog.ingestion import labels
from posthog.ingestion.events import MessageKey
from posthog.ingestion.label_values import given_by_client

# Stands for labels that can never come, so that the catch-up does not look for them again: the message itself is gone.
WITHOUT_MESSAGE = "none"

_COLUMNS = "team_id, conversation_id, event_uuid, position, timestamp, role, kind, event, person_id, distinct_id, message_id"
_UNLABELLED = """
SELECT {columns} FROM turns WHERE label_version = '' AND role IN ('user', 'assistant')
LIMIT 1 BY team_id, event_uuid, position LIMIT %(limit)s
"""
_OUTDATED = """
SELECT {columns} FROM turns
WHERE label_version NOT IN ('', %(none)s, %(version)s) AND role IN ('user', 'assistant') AND (%(project)s = 0 OR team_id = %(project)s)
    AND (team_id, conversation_id, event_uuid, position) > (%(team)s, %(conversation)s, toUUID(%(uuid)s), %(position)s)
ORDER BY team_id, conversation_id, event_uuid, position
LIMIT 1 BY team_id, conversation_id, event_uuid, position LIMIT %(limit)s
"""
_OF_MESSAGES = """
SELECT {columns} FROM turns WHERE team_id = %(team)s AND label_version != %(version)s AND message_id IN %(ids)s
LIMIT 1 BY team_id, event_uuid, position
"""
_OF_EVENTS = """
SELECT {columns} FROM turns
WHERE team_id = %(team)s AND kind = 'owned' AND role IN ('user', 'assistant')
    AND event_uuid IN %(uuids)s AND conversation_id IN %(conversations)s
LIMIT 1 BY event_uuid, position
"""
_PAGE = """
SELECT {columns}, toJSONString(labels) FROM turns
WHERE team_id = %(team)s AND role IN ('user', 'assistant')
    AND conversation_id >= %(conversation)s AND (conversation_id, event_uuid, position) > %(after)s
ORDER BY conversation_id, event_uuid, position LIMIT 1 BY conversation_id, event_uuid, position LIMIT %(limit)s
"""
_MESSAGES = """
SELECT message_id, any(content), any(toJSONString(labels)), any(label_version) FROM messages
WHERE team_id = %(team)s AND message_id IN %(ids)s GROUP BY message_id
"""
_EVENTS = """
SELECT uuid, any(timestamp), any(properties_text) FROM events
WHERE team_id = %(team)s AND toDate(timestamp) IN %(days)s AND uuid IN %(uuids)s GROUP BY uuid
"""


@dataclass(frozen=True, slots=True)
class _Known:
    """A stored message."""

    content: str
    labels: StoredLabels


def unlabelled() -> list[Turn]:
    """Some turns without labels, of any project."""
    return _turns(_UNLABELLED, {"limit": limits.BACKLOG_MESSAGES})


def outdated(version: str, project: int | None = None) -> Iterator[list[Turn]]:
    """All turns that have labels of another version, in the order of their key. project: id of the only one that is looked at."""
    params: dict[str, object] = {"none": WITHOUT_MESSAGE, "version": version, "project": project or 0, "limit": limits.BACKLOG_MESSAGES}
    params |= {"team": 0, "conversation": "", "uuid": str(UUID(int=0)), "position": 0}
    while page := _turns(_OUTDATED, params):
        yield page
        last = page[-1]
        params |= {"team": last.team_id, "conversation": last.conversation_id, "uuid": str(last.event_uuid), "position": last.position}


def of_messages(messages: Sequence[tuple[MessageKey, StoredLabels]]) -> list[Turn]:
    """All turns of the messages that do not have their labels yet."""
    by_version: dict[tuple[int, str], list[str]] = defaultdict(list)
    for (team_id, message_id), labels_of_message in messages:
        by_version[team_id, labels_of_message.label_version].append(str(message_id))
    found: list[Turn] = []
    for (team_id, version), ids in sorted(by_version.items()):
        found += _turns(_OF_MESSAGES, {"team": team_id, "version": version, "ids": ids})
    return found


def page(team_id: int, after: Turn | None, size: int) -> list[tuple[Turn, dict[str, Any]]]:
    """Turns of users and assistants of a project with their labels, in the order of their key: those after a turn, or the first ones."""
    key = (after.conversation_id, str(after.event_uuid), after.position) if after else ("", str(UUID(int=0)), 0)
    params = {"team": team_id, "conversation": key[0], "after": key, "limit": size}
    rows = client.execute(_PAGE.replace("{columns}", _COLUMNS), params, tag="project_labels")
    return [(_turn(*row[:-1]), labels_of(row[-1])) for row in rows]


def label(turns: Sequence[Turn]) -> int:
    """Label the turns whose messages are labelled, and their events. Returns the number of turns that got labels."""
    by_team: dict[int, list[Turn]] = defaultdict(list)
    for turn in turns:
        by_team[turn.team_id].append(turn)
    return sum(_label(team_id, mine) for team_id, mine in by_team.items())


def _label(team_id: int, turns: list[Turn]) -> int:
    owned = _owned_turns(team_id, [turn for turn in turns if turn.kind == OWNED])
    messages = _messages(team_id, [*turns, *owned])
    updated = _update_events(team_id, owned, messages)
    # The event's row comes after its turns: a turn whose event is still on its way stays marked, for the next round.
    written = [turn for turn in turns if turn.kind != OWNED or turn.event_uuid in updated]
    rows = [((turn.event_uuid, turn.position), *_texts(messages.get(turn.message_id))) for turn in written]
    ready = [row for row in rows if row[2]]
    updates.update_labels("turns", team_id, ready)
    return len(ready)


def _texts(message: _Known | None) -> tuple[str, str]:
    """Labels as JSON text and their version; the version is empty while the message waits for labels."""
    return (json.dumps_text(message.labels.labels), message.labels.label_version) if message else ("{}", WITHOUT_MESSAGE)


def _update_events(team_id: int, owned: Sequence[Turn], messages: Mapping[UUID, _Known]) -> set[UUID]:
    """Label the events that are stored. Returns which."""
    by_event: dict[UUID, list[Turn]] = defaultdict(list)
    for turn in sorted(owned, key=lambda turn: turn.position):
        if turn.message_id in messages:
            turn.message.content = messages[turn.message_id].content
            by_event[turn.event_uuid].append(turn)
    rows = []
    for uuid, timestamp, properties in _events(team_id, owned):
        found = labels.of_turns(by_event[uuid], lambda turn: messages[turn.message_id].labels)
        version = str(found.pop(LABEL_VERSION, ""))
        rows.append(((uuid, timestamp), json.dumps_text(found | given_by_client(properties)), version))
    updates.update_labels("events", team_id, rows)
    return {uuid for (uuid, _), _, _ in rows}


def _events(team_id: int, turns: Sequence[Turn]) -> Iterable[tuple[UUID, datetime, dict[str, Any]]]:
    if not turns:
        return []
    params = {
        "team": team_id,
        "days": sorted({turn.timestamp.date() for turn in turns}),
        "uuids": sorted({str(turn.event_uuid) for turn in turns}),
    }
    rows = client.execute(_EVENTS, params, tag="label_backlog")
    return [(uuid, timestamp, json.loads(text or "{}")) for uuid, timestamp, text in rows]


def _owned_turns(team_id: int, turns: Sequence[Turn]) -> list[Turn]:
    """All turns that speak for the events of these."""
    if not turns:
        return []
    params = {
        "team": team_id,
        "uuids": sorted({str(turn.event_uuid) for turn in turns}),
        "conversations": sorted({turn.conversation_id for turn in turns}),
    }
    return _turns(_OF_EVENTS, params)


def _messages(team_id: int, turns: Sequence[Turn]) -> dict[UUID, _Known]:
    ids = sorted({str(turn.message_id) for turn in turns})
    rows = client.execute(_MESSAGES, {"team": team_id, "ids": ids}, tag="label_backlog") if ids else []
    return {message_id: _Known(content, StoredLabels(labels_of(text), version, "")) for message_id, content, text, version in rows}


def _turns(sql: str, params: Mapping[str, object]) -> list[Turn]:
    rows = client.execute(sql.replace("{columns}", _COLUMNS), params, tag="label_backlog")
    return [_turn(*row) for row in rows]


def _turn(team_id: int, conversation_id: str, event_uuid: UUID, position: int, timestamp: datetime, role: str, *rest: Any) -> Turn:
    kind, event, person_id, distinct_id, message_id = rest
    said = Message(role, "", message_id)
    return Turn(team_id, conversation_id, event_uuid, position, timestamp, kind, event, person_id, distinct_id, said)
