"""Which messages an event adds to its conversation.

An event owns its last user message and its output. Where its input ends in tool results (the application calls the model again within
one request) it owns these, and the user's message only if no other event does. What stands before is history: it is written, marked as
context, only where no event of the conversation has it; system prompts and examples come in this way.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

from posthog.common import limits
from posthog.conversations import store
from posthog.conversations.messages import LLMEvent, Message, after_last_answer, ends_in_tool_results, newest
from posthog.conversations.roles import ASSISTANT, USER

OWNED = "owned"
CONTEXT = "context"

_WRITTEN = """
SELECT DISTINCT conversation_id, message_id, role, kind, event_uuid
FROM {turns} AND conversation_id IN %(conversations)s AND message_id IN %(messages)s
"""


@dataclass(frozen=True, slots=True)
class Turn:
    """A row of turns. position: of the message in the event's input, outputs after the input."""

    team_id: int
    conversation_id: str
    event_uuid: UUID
    position: int
    timestamp: datetime
    kind: str
    event: str
    person_id: UUID
    distinct_id: str
    message: Message

    @property
    def role(self) -> str:
        return self.message.role

    @property
    def message_id(self) -> UUID:
        return self.message.message_id


def turns_of_batch(events: Sequence[LLMEvent], conversation_ids: Sequence[str]) -> list[list[Turn]]:
    """The turns of each event. Needs identified contents; a batch that is processed again gets the same turns."""
    turns: list[list[Turn]] = [[] for _ in events]
    written = _written_before(events, conversation_ids)
    for index in sorted(range(len(events)), key=lambda i: (events[i].timestamp, i)):
        seen = written[events[index].team_id, conversation_ids[index]]
        turns[index] = _turns(events[index], conversation_ids[index], seen)
        for turn in turns[index]:
            seen.add(turn.message_id, turn.kind)
    return turns


class _AnyTurn(Protocol):
    @property
    def role(self) -> str: ...

    @property
    def kind(self) -> str: ...


T = TypeVar("T", bound=_AnyTurn)


def speakers(turns: Iterable[Turn]) -> tuple[Turn | None, Turn | None]:
    """The turns that `user_*` and `agent_*` of an event speak of."""
    return speakers_of(turns, lambda turn: turn.message.spoken)


def speakers_of(turns: Iterable[T], spoken: Callable[[T], str]) -> tuple[T | None, T | None]:
    """An event's own last user message and its first answer in words; spoken: a turn's words."""
    owned = [turn for turn in turns if turn.kind == OWNED]
    asked = [turn for turn in owned if turn.role == USER]
    answers = [turn for turn in owned if turn.role == ASSISTANT]
    in_words = next(filter(spoken, answers), None)
    return (asked[-1] if asked else None), in_words or (answers[0] if answers else None)


@dataclass(slots=True)
class _Seen:
    """Messages that a conversation's other events have written."""

    owned: set[UUID] = field(default_factory=set)
    context: set[UUID] = field(default_factory=set)

    def add(self, message_id: UUID, kind: str) -> None:
        (self.owned if kind == OWNED else self.context).add(message_id)

    def has(self, message_id: UUID) -> bool:
        return message_id in self.owned or message_id in self.context


def _turns(event: LLMEvent, conversation_id: str, seen: _Seen) -> list[Turn]:
    said = event.content.input
    own = _owned_positions(said, seen)
    owned_ids = {said[position].message_id for position in own} | {message.message_id for message in event.content.output}
    context: list[int] = []
    for position in range(len(said)):
        message_id = said[position].message_id
        if position not in own and message_id not in owned_ids and not seen.has(message_id):
            seen.context.add(message_id)
            context.append(position)
    kept = [*context[-limits.CONTEXT_MESSAGES :], *own]
    return [
        *(_turn(event, conversation_id, p, said[p], OWNED if p in own else CONTEXT) for p in sorted(kept)),
        *(_turn(event, conversation_id, len(said) + n, message, OWNED) for n, message in enumerate(event.content.output)),
    ]


def _owned_positions(said: list[Message], seen: _Seen) -> set[int]:
    user = newest(said)
    asked = {user} if user < len(said) and said[user].role == USER else set()
    if not ends_in_tool_results(said):
        return asked or set(range(user, len(said)))
    results = {p for p in range(after_last_answer(said), len(said)) if said[p].message_id not in seen.owned}
    return results | {p for p in asked if said[p].message_id not in seen.owned}


def _turn(event: LLMEvent, conversation_id: str, position: int, message: Message, kind: str) -> Turn:
    return Turn(
        team_id=event.team_id,
        conversation_id=conversation_id,
        event_uuid=event.uuid,
        position=position,
        timestamp=event.timestamp,
        kind=kind,
        event=event.event,
        person_id=event.person_id,
        distinct_id=event.distinct_id,
        message=message,
    )


def _written_before(events: Sequence[LLMEvent], conversation_ids: Sequence[str]) -> dict[tuple[int, str], _Seen]:
    """What other events have written of the histories in this batch; rows of the batch itself are left out, it may run a second time."""
    written: dict[tuple[int, str], _Seen] = defaultdict(_Seen)
    uuids = {event.uuid for event in events}
    for team_id in {event.team_id for event in events}:
        wanted = _histories(team_id, events, conversation_ids)
        for conversation_id, message_id, _, kind, uuid in _rows(team_id, wanted):
            if uuid not in uuids:
                written[team_id, conversation_id].add(message_id, kind)
    return written


def _histories(team_id: int, events: Sequence[LLMEvent], conversation_ids: Sequence[str]) -> dict[str, set[UUID]]:
    """Per conversation the messages of which someone else may be the owner."""
    wanted: dict[str, set[UUID]] = defaultdict(set)
    for event, conversation_id in zip(events, conversation_ids, strict=True):
        if event.team_id == team_id and len(event.content.input) > 1:
            wanted[conversation_id] |= {message.message_id for message in event.content.input}
    return wanted


def _rows(team_id: int, wanted: dict[str, set[UUID]]) -> list[tuple[Any, ...]]:
    if not wanted:
        return []
    ids = sorted({str(message_id) for of_conversation in wanted.values() for message_id in of_conversation})
    return store.rows(team_id, _WRITTEN, {"conversations": sorted(wanted), "messages": ids}, tag="written_turns")
