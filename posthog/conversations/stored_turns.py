"""Stored turns in the order of reading, without what stands there twice."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from posthog.conversations import store
from posthog.conversations.turns import CONTEXT, OWNED

_TURNS = """
SELECT DISTINCT conversation_id, event_uuid, position, timestamp, role, kind, event, person_id, distinct_id, message_id
FROM {turns} AND conversation_id IN %(ids)s
ORDER BY conversation_id, timestamp, event_uuid, position
LIMIT %(most)s BY conversation_id
"""


# What _thread shows, counted: what events own without repeats, and what only histories have. Of events at the same moment the one with
# the smaller id counts as the earlier.
_COUNTS = """
SELECT conversation_id, sum(messages) FROM (
    SELECT conversation_id, length(said) * countEqual(groupArray(name), argMin(name, (at, event_uuid))) AS messages FROM (
        SELECT conversation_id, event_uuid, any(event) AS name, any(timestamp) AS at,
               arrayMap(turn -> turn.2, arraySort(groupUniqArray((position, message_id)))) AS said
        FROM {turns} AND conversation_id IN %(ids)s AND kind = 'owned' GROUP BY conversation_id, event_uuid
    ) GROUP BY conversation_id, said
    UNION ALL
    SELECT conversation_id, toUInt64(countIf(owners = 0)) AS messages FROM (
        SELECT conversation_id, message_id, countIf(kind = 'owned') AS owners
        FROM {turns} AND conversation_id IN %(ids)s GROUP BY conversation_id, message_id
    ) GROUP BY conversation_id
) GROUP BY conversation_id
"""
_ENDS = "SELECT conversation_id, max(ended_at) FROM {conversations} AND conversation_id IN %(ids)s GROUP BY conversation_id"

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
    """turns: never empty. shown: those to read. repeats: feedback event -> the event whose texts it repeats.

    Of a conversation with more turns than were asked for these have its beginning; message_count and ended_at speak of all of it.
    """

    turns: list[StoredTurn]
    shown: list[StoredTurn]
    repeats: Mapping[UUID, UUID]
    message_count: int
    ended_at: datetime

    @property
    def first(self) -> StoredTurn:
        return self.turns[0]


def threads(team_id: int, conversation_ids: Sequence[str], most: int) -> dict[str, Thread]:
    """By conversation id, each with its first `most` turns; unknown ones are missing from the answer."""
    if not conversation_ids:
        return {}
    params = {"ids": list(conversation_ids), "most": most}
    turns = [StoredTurn(*row) for row in store.rows(team_id, _TURNS, params, tag="conversation_turns")]
    arrived = _arrivals(team_id, turns)
    found: dict[str, list[StoredTurn]] = defaultdict(list)
    for turn in sorted(turns, key=lambda t: (t.timestamp, arrived.get(t.event_uuid, ()), t.event_uuid, t.position)):
        found[turn.conversation_id].append(turn)
    read = {conversation_id: _thread(of_conversation) for conversation_id, of_conversation in found.items()}
    return read | _told_whole(team_id, {name: thread for name, thread in read.items() if len(thread.turns) >= most})


def _told_whole(team_id: int, cut: Mapping[str, Thread]) -> dict[str, Thread]:
    """The same threads with the counts and ends of the whole conversations."""
    if not cut:
        return {}
    counts, ends = (dict(store.rows(team_id, sql, {"ids": list(cut)}, tag="conversation_totals")) for sql in (_COUNTS, _ENDS))
    return {
        name: replace(thread, message_count=counts.get(name, thread.message_count), ended_at=ends.get(name, thread.ended_at))
        for name, thread in cut.items()
    }


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
            if turn.message_id in owned or turn.message_id in seen:
                continue
            seen.add(turn.message_id)
        if turn.event_uuid not in repeats:
            shown.append(turn)
    return Thread(turns, shown, repeats, len(shown), turns[-1].timestamp)


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
