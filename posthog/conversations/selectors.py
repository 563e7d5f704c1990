"""Reads: which conversations there are, and what a row of a list says about each."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from posthog.common import json, limits
from posthog.conversations import lookups, store, topic
from posthog.conversations.filters import Conditions
from posthog.conversations.roles import ASSISTANT, USER
from posthog.conversations.schema import Cursor, Wish
from posthog.conversations.stored_turns import StoredTurn, Thread, threads
from posthog.conversations.turns import OWNED
from posthog.people import selectors as people

_LABELS = """
SELECT conversation_id, groupUniqArrayArray(arrayFilter(
    pair -> match(pair.1, '^(user|agent)_') AND NOT match(pair.1, '_(score|language)$') AND pair.2 NOT IN ('null', '0'),
    JSONExtractKeysAndValuesRaw(toJSONString(labels))
))
FROM {events} AND conversation_id IN %(ids)s AND timestamp >= %(first)s AND timestamp <= %(last)s GROUP BY conversation_id
"""


def page(team_id: int, wish: Wish) -> tuple[list[dict[str, Any]], Cursor | None]:
    """Summaries, the conversation that ended last first, and where the next page begins."""
    conditions = Conditions.of(team_id, wish)
    sql = f"""
SELECT conversation_id, max(ended_at) AS last
FROM {{conversations}} {conditions.where}
GROUP BY conversation_id
HAVING {conditions.having}
ORDER BY last DESC, conversation_id DESC
LIMIT %(limit)s
"""  # noqa: S608
    found: list[tuple[str, datetime]] = []
    for conversation_id, last in store.rows(team_id, sql, conditions.params | {"limit": wish.limit + 1}, tag="conversations_list"):
        found.append((conversation_id, last))
    shown = found[: wish.limit]
    cursor = Cursor(shown[-1][1], shown[-1][0]) if len(found) > wish.limit else None
    return summaries(team_id, [conversation_id for conversation_id, _ in shown]), cursor


def summaries(team_id: int, conversation_ids: Sequence[str]) -> list[dict[str, Any]]:
    """One row per conversation, in the order of the ids; unknown ids are left out."""
    found = threads(team_id, conversation_ids, limits.CONVERSATION_MESSAGES)
    persons = persons_of(team_id, [thread.first for thread in found.values()])
    previews = {conversation_id: _preview(thread) for conversation_id, thread in found.items()}
    contents = lookups.contents(team_id, {turn.message_id for turns in previews.values() for turn in turns})
    labels = _labels(team_id, found)
    topics = topic.of_conversations(team_id, found)
    return [
        {
            "id": conversation_id,
            "person": persons[found[conversation_id].first.distinct_id],
            "started_at": found[conversation_id].first.timestamp,
            "ended_at": found[conversation_id].ended_at,
            "message_count": found[conversation_id].message_count,
            "preview": _preview_texts(previews[conversation_id], contents),
            "labels": labels.get(conversation_id, {}),
            "topic": topics.get(conversation_id),
        }
        for conversation_id in dict.fromkeys(conversation_ids)
        if conversation_id in found
    ]


def persons_of(team_id: int, turns: Iterable[StoredTurn]) -> dict[str, dict[str, Any]]:
    """By distinct id the person it belongs to now, with properties; a person without a profile is named after the id."""
    stored = {turn.distinct_id: turn.person_id for turn in turns}
    current = stored | people.by_distinct_ids(team_id, stored)
    known = people.by_ids(team_id, current.values())
    return {
        distinct_id: {
            "id": person_id,
            "distinct_id": distinct_id,
            "name": known[person_id].name if person_id in known else distinct_id,
            "properties": known[person_id].properties if person_id in known else {},
        }
        for distinct_id, person_id in current.items()
    }


def _preview(thread: Thread) -> list[StoredTurn]:
    """The first question and the first answer, of what the events own where there is any."""
    shown = [turn for turn in thread.shown if turn.kind == OWNED] or thread.shown
    firsts = [next((turn for turn in shown if turn.role == role), None) for role in (USER, ASSISTANT)]
    return [turn for turn in firsts if turn]


def _preview_texts(turns: Iterable[StoredTurn], contents: dict[UUID, str]) -> dict[str, str]:
    texts = {turn.role: " ".join(contents.get(turn.message_id, "")[: limits.PREVIEW_LENGTH * 4].split()) for turn in turns}
    return {name: texts.get(name, "")[: limits.PREVIEW_LENGTH] for name in (USER, ASSISTANT)}


def _labels(team_id: int, found: Mapping[str, Thread]) -> dict[str, dict[str, list[str | int]]]:
    """Per conversation the labels that its events have, each with its distinct values."""
    if not found:
        return {}
    first, last = min(thread.first.timestamp for thread in found.values()), max(thread.ended_at for thread in found.values())
    rows = store.rows(team_id, _LABELS, {"ids": list(found), "first": first, "last": last}, tag="conversation_labels")
    return {conversation_id: _grouped(pairs) for conversation_id, pairs in rows}


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str | int]]:
    grouped: dict[str, list[str | int]] = {}
    for name, raw in sorted(pairs):
        grouped.setdefault(name, []).append(json.loads(raw))
    return grouped
