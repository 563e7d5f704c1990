"""Which conversation an event belongs to.

In this order: `$ai_session_id`; a `$session_id` that the application set; the conversation that had the exchange before the newest message
(the same person, under any of their ids); the session that posthog-js made for the tab; a new conversation named after the event.

Three more cases: an event whose past is unknown announces the exchange it waits for, and the late event that brings it joins. An event
without a past that repeats both texts of an earlier one of another name is feedback on it. In a tab whose client sends the past along, an
event without one begins a new conversation.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from posthog.common import limits
from posthog.conversations import erasure, exchanges, lookups
from posthog.conversations.exchanges import Exchange
from posthog.conversations.messages import LLMEvent
from posthog.conversations.registry import Entry, Registry, microseconds
from posthog.people import selectors as people

# SDKs that put a session of their own (of the tab or the app, a UUID) on every event.
_SDKS_WITH_SESSIONS = {"web", "js", "posthog-react-native", "posthog-ios", "posthog-android", "posthog-flutter"}
CUT_MARK_LENGTH = 33  # "~" and a hash, which stand for the rest of a long session id
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def assign(batch: Sequence[LLMEvent]) -> list[str]:
    """Conversation ids of a batch, in its order. The same batch gets the same ids again. Needs identified contents."""
    positions: dict[int, list[int]] = defaultdict(list)
    for position, event in enumerate(batch):
        positions[event.team_id].append(position)
    ids = [""] * len(batch)
    for team_id, of_team in positions.items():
        for position, conversation_id in zip(of_team, _assign(team_id, [batch[p] for p in of_team]), strict=True):
            ids[position] = conversation_id
    return ids


@dataclass(slots=True)
class _Clues:
    """What an event tells about its conversation."""

    event: LLMEvent
    session: str
    tab: str
    previous: list[Exchange]
    own: list[Exchange]
    distinct_ids: list[str] = field(default_factory=list)

    @property
    def at_us(self) -> int:
        return microseconds(self.event.timestamp)

    def previous_keys(self) -> list[str]:
        return [exchange.key(distinct_id) for distinct_id in self.distinct_ids for exchange in self.previous]

    def own_keys(self) -> list[str]:
        return [exchange.key(self.event.distinct_id) for exchange in self.own]

    def awaited_keys(self, candidates: list[Exchange]) -> list[str]:
        return [f"awaited:{exchange.key(self.event.distinct_id)}" for exchange in candidates]

    def tab_key(self) -> str:
        return f"tab:{blake2b(self.tab.encode(), digest_size=12).hexdigest()}"


def _assign(team_id: int, events: list[LLMEvent]) -> list[str]:
    clues = [_clues(event) for event in events]
    registry = Registry(team_id, erasure.epoch(team_id))
    registry.load(key for clue in clues for key in _keys(clue))
    _load_missing(team_id, clues, registry)
    ids = [""] * len(events)
    for position in sorted(range(len(clues)), key=lambda p: (clues[p].at_us, p)):
        ids[position] = _decide(clues[position], registry)
        _register(clues[position], ids[position], registry)
    registry.save()
    return ids


def _clues(event: LLMEvent) -> _Clues:
    session, tab = sessions(event.properties)
    return _Clues(event, session, tab, exchanges.previous(event.content), exchanges.own(event.content), [event.distinct_id])


def _keys(clue: _Clues) -> Iterable[str]:
    yield from clue.own_keys()
    if not clue.session:
        yield from clue.previous_keys()
        yield from clue.awaited_keys(clue.own)
        if clue.tab:
            yield clue.tab_key()


def sessions(properties: dict[str, Any]) -> tuple[str, str]:
    """The session that the application named ("" for none), and the one that an SDK made by itself."""
    named = session_text(properties.get("$ai_session_id"))
    if named:
        return named, ""
    session = session_text(properties.get("$session_id"))
    by_sdk = properties.get("$lib") in _SDKS_WITH_SESSIONS and _UUID.fullmatch(session)
    return ("", session) if by_sdk else (session, "")


def session_text(value: object) -> str:
    """The id of the conversation that a session's id of an application names; "" for what names none."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    text = str(value).replace("\0", "").strip()
    if len(text) <= limits.CONVERSATION_ID_LENGTH:
        return text
    return f"{text[: limits.CONVERSATION_ID_LENGTH - CUT_MARK_LENGTH]}~{blake2b(text.encode(), digest_size=16).hexdigest()}"


def _load_missing(team_id: int, clues: list[_Clues], registry: Registry) -> None:
    """For pasts that are not known under the event's own id: the person's other ids, then the stored turns."""
    upcoming = {key for clue in clues for key in clue.own_keys()}
    missing = [clue for clue in clues if not clue.session and clue.previous and not _known(clue, registry, upcoming)]
    if not missing:
        return
    others = _other_ids(team_id, {clue.event.distinct_id for clue in missing})
    for clue in missing:
        clue.distinct_ids += others.get(clue.event.distinct_id, [])
    registry.load(key for clue in missing for key in clue.previous_keys())
    still = [clue for clue in missing if not _known(clue, registry, upcoming)]
    wanted = {
        exchange.key(distinct_id): (distinct_id, exchange)
        for clue in still
        for distinct_id in clue.distinct_ids
        for exchange in clue.previous
    }
    for key, entry in lookups.stored_exchanges(team_id, wanted):
        registry.remember(key, entry)


def _other_ids(team_id: int, distinct_ids: set[str]) -> dict[str, list[str]]:
    """Per distinct id the others of the same person, as they are now: `$identify` may have come after the event."""
    person_of = people.by_distinct_ids(team_id, distinct_ids)
    persons = people.by_ids(team_id, person_of.values())
    return {
        distinct_id: [other for other in persons[person_id].distinct_ids if other != distinct_id][: limits.EXCHANGE_DISTINCT_IDS]
        for distinct_id, person_id in person_of.items()
        if person_id in persons
    }


def _known(clue: _Clues, registry: Registry, upcoming: set[str]) -> bool:
    keys = clue.previous_keys()
    return registry.knows(keys) or not upcoming.isdisjoint(keys)


def _decide(clue: _Clues, registry: Registry) -> str:
    if clue.session:
        return clue.session
    found = registry.before(clue.previous_keys(), clue.at_us)
    if not found and not clue.previous:
        found = registry.repeated(clue.own_keys(), clue.at_us, clue.event.event)
    found = found or registry.awaited(clue.awaited_keys(clue.own), clue.at_us)
    if found:
        return found.conversation_id
    begins = not clue.previous and _sends_past(clue, registry)
    return clue.tab if clue.tab and not begins else str(clue.event.uuid)


def _sends_past(clue: _Clues, registry: Registry) -> bool:
    """Whether an event of the tab, up to this one's time, brought its past along."""
    first = registry.before([clue.tab_key()], clue.at_us)
    return first is not None and first.at_us <= clue.at_us


def _register(clue: _Clues, conversation_id: str, registry: Registry) -> None:
    entry = Entry(clue.at_us, conversation_id, clue.event.event)
    if not clue.session and clue.previous:
        if not registry.knows(clue.previous_keys()):
            for key in clue.awaited_keys(clue.previous):
                registry.add(key, entry)
        if clue.tab and not _sends_past(clue, registry):
            registry.add(clue.tab_key(), entry)
    for key in clue.own_keys():
        registry.add(key, entry)
