"""Exchanges that are only in ClickHouse: of chats that rested longer than the cache remembers."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from posthog.conversations import store
from posthog.conversations.exchanges import Exchange
from posthog.conversations.registry import Entry, microseconds
from posthog.conversations.roles import USER
from posthog.conversations.wording import normalize

_TURNS = """
SELECT conversation_id, event_uuid, any(event), any(timestamp), any(distinct_id),
       groupArray((position, role, message_id))
FROM {turns} AND kind = 'owned' AND role IN ('user', 'assistant') AND (conversation_id, event_uuid) IN (
    SELECT conversation_id, event_uuid FROM {turns}
        AND kind = 'owned' AND message_id IN %(message_ids)s AND distinct_id IN %(distinct_ids)s
)
GROUP BY conversation_id, event_uuid
"""


def stored_exchanges(team_id: int, wanted: Mapping[str, tuple[str, Exchange]]) -> Iterator[tuple[str, Entry]]:
    """Entries for wanted keys (key -> distinct id and exchange).

    Found is a stored exchange that shares at least one message literally and both after normalization: an application reformats one
    side, hardly both.
    """
    ids = {message_id for _, exchange in wanted.values() for message_id in exchange.message_ids}
    if not ids:
        return
    params = {"message_ids": sorted(map(str, ids)), "distinct_ids": sorted({distinct_id for distinct_id, _ in wanted.values()})}
    found = [_Stored(*row) for row in store.rows(team_id, _TURNS, params, tag="conversation_lookup")]
    texts = contents(team_id, {turn[2] for stored in found for turn in stored.turns})
    for stored in found:
        for exchange in stored.exchanges(texts):
            key = exchange.key(stored.distinct_id)
            if key in wanted:
                yield key, stored.entry


def contents(team_id: int, message_ids: set[UUID]) -> dict[UUID, str]:
    """Contents of stored messages by id."""
    if not message_ids:
        return {}
    sql = "SELECT message_id, any(content) FROM {messages} AND message_id IN %(ids)s GROUP BY message_id"
    return dict(store.rows(team_id, sql, {"ids": sorted(map(str, message_ids))}, tag="message_contents"))


class _Stored:
    """The owned turns of one stored event."""

    def __init__(self, *row: Any) -> None:
        self.conversation_id: str = row[0]
        self.event: str = row[2]
        self.timestamp: datetime = row[3]
        self.distinct_id: str = row[4]
        self.turns: list[tuple[int, str, UUID]] = sorted(set(row[5]))

    @property
    def entry(self) -> Entry:
        return Entry(microseconds(self.timestamp), self.conversation_id, self.event)

    def exchanges(self, texts: Mapping[UUID, str]) -> Iterator[Exchange]:
        said: dict[bool, list[str]] = defaultdict(list)
        for _, role, message_id in self.turns:
            said[role == USER].append(texts.get(message_id, ""))
        for user in said[True]:
            for answer in {"\n".join(said[False]), *said[False]}:
                yield Exchange(normalize(user), normalize(answer))
