"""Stored turns in the order of reading, without what stands there twice."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from posthog.common import limits
from posthog.conversations import store
from posthog.conversations.turns import CONTEXT, OWNED

_TURNS = """
SELECT DISTINCT conversation_id, event_uuid, position, timestamp, role, kind, event, person_id, distinct_id, message_id
FROM {turns} AND conversation_id IN %(ids)s
ORDER BY conversation_id, timestamp, event_uuid, position
LIMIT %(most)s BY conversation_id
"""


_LOG_IDS = """
SELECT uuid, any(log_id) FROM {events} AND timestamp >= %(first)s AND timestamp <= %(last)s AND uuid IN %(uuids)s GROUP BY uuid
"""


@dataclass(frozen=True, slots=True)
class StoredTurn:
    conversation_id: str
    event_uuid: UUID
    position: int
    timestamp: datetime
    role: str
    kind: str
    event: str
    person_id: UUID
    distinct_id: str
    message_id: UUID


@dataclass(frozen=True)
class Thread:
    """turns: all of a conversation, never empty. shown: those to read. repeats: feedback event -> the event whose texts it repeats."""

    turns: list[StoredTurn]
    shown: list[StoredTurn]
    repeats: Mapping[UUID, UUID]

    @property
    def first(self) -> StoredTurn:
        return self.turns[0]


def threads(team_id: int, conversation_ids: Sequence[str]) -> dict[str, Thread]:
    """By conversation id; unknown ones are missing from the answer. Of very long conversations the beginning."""
    if not conversation_ids:
        return {}
    params = {"ids": list(conversation_ids), "most": limits.CONVERSATION_MESSAGES}
    turns = [StoredTurn(*row) for row in store.rows(team_id, _TURNS, params, tag="conversation_turns")]
    arrived = _arrivals(team_id, turns)
    found: dict[str, list[StoredTurn]] = defaultdict(list)
    for turn in sorted(turns, key=lambda t: (t.timestamp, arrived.get(t.event_uuid, ()), t.event_uuid, t.position)):
        found[turn.conversation_id].append(turn)
    return {conversation_id: _thread(of_conversation) for conversation_id, of_conversation in found.items()}


def _arrivals(team_id: int, turns: Iterable[StoredTurn]) -> dict[UUID, tuple[int, ...]]:
    """Places in the event log of events at the same moment of a conversation: clients that give no times send such."""
    at: dict[tuple[str, datetime], set[UUID]] = defaultdict(set)
    for turn in turns:
        at[turn.conversation_id, turn.timestamp].add(turn.event_uuid)
    tied = [(moment, uuids) for (_, moment), uuids in at.items() if len(uuids) > 1]
    if not tied:
        return {}
    moments = [moment for moment, _ in tied]
    params = {"uuids": sorted(str(uuid) for _, uuids in tied for uuid in uuids), "first": min(moments), "last": max(moments)}
    rows = store.rows(team_id, _LOG_IDS, params, tag="conversation_turns")
    return {uuid: tuple(int(number) for number in re.findall(r"\d+", log_id)) for uuid, log_id in rows}


def _thread(turns: list[StoredTurn]) -> Thread:
    repeats = _repeats(turns)
    owned = {turn.message_id for turn in turns if turn.kind == OWNED}
    shown, seen = [], set[UUID]()
    for turn in turns:
        if turn.kind == CONTEXT:
            # An event that came late may own what was context before.
            if turn.message_id in owned | seen:
                continue
            seen.add(turn.message_id)
        if turn.event_uuid not in repeats:
            shown.append(turn)
    return Thread(turns, shown, repeats)


def _repeats(turns: Iterable[StoredTurn]) -> dict[UUID, UUID]:
    """Events that say the same as an earlier one of another name; the same name is an answer that was asked for again."""
    said: dict[UUID, list[UUID]] = defaultdict(list)
    names: dict[UUID, str] = {}
    for turn in turns:
        if turn.kind == OWNED:
            said[turn.event_uuid].append(turn.message_id)
            names[turn.event_uuid] = turn.event
    first: dict[tuple[UUID, ...], UUID] = {}
    repeats: dict[UUID, UUID] = {}
    for event_uuid, messages in said.items():
        original = first.setdefault(tuple(messages), event_uuid)
        if names[original] != names[event_uuid]:
            repeats[event_uuid] = original
    return repeats
