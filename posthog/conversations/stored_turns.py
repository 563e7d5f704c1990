"""Stored turns in the order of reading, without what stands there twice."""

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
    found: dict[str, list[StoredTurn]] = defaultdict(list)
    params = {"ids": list(conversation_ids), "most": limits.CONVERSATION_MESSAGES}
    for row in store.rows(team_id, _TURNS, params, tag="conversation_turns"):
        turn = StoredTurn(*row)
        found[turn.conversation_id].append(turn)
    return {conversation_id: _thread(turns) for conversation_id, turns in found.items()}


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
