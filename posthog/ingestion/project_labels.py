"""Labels of a project's own over its history: after its topics have changed, stored messages, turns and events get what holds now.

Everything is compared with what stands there, in the order of the tables' keys: messages with what the providers say of their
embeddings, then turns with their messages. So it can stop anywhere and be done again, and a second run over the same finds nothing to do.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from posthog.classifiers import service
from posthog.clickhouse import client, updates
from posthog.clickhouse.embeddings import unpack
from posthog.common import json, limits
from posthog.conversations.services import StoredLabels, labels_of, remember_messages
from posthog.conversations.turns import Turn
from posthog.ingestion import backlog, label_providers, late_turns

Progress = Callable[[float], object]

_SAME_WITHIN = 0.002  # scores closer than this are the same: sums differ in their last digits with the size of a batch

# In the order of the tables' keys, so that a page reads no more than itself.
_MESSAGES = """
SELECT message_id, role, embedding, toJSONString(labels), label_version, language FROM messages
WHERE team_id = %(team)s AND message_id > %(after)s AND role IN ('user', 'assistant') AND notEmpty(embedding)
    AND label_version = %(version)s
ORDER BY message_id LIMIT 1 BY message_id LIMIT %(limit)s
"""
_LABELS = """
SELECT message_id, argMax(toJSONString(labels), created_at) FROM messages
WHERE team_id = %(team)s AND message_id IN %(ids)s AND notEmpty(embedding) AND label_version != '' GROUP BY message_id
"""
_COUNTS = """
SELECT (SELECT count() FROM messages WHERE team_id = %(team)s AND role IN ('user', 'assistant') AND notEmpty(embedding)),
       (SELECT count() FROM turns WHERE team_id = %(team)s AND role IN ('user', 'assistant'))
"""
_NO_ID = UUID(int=0)


@dataclass
class _Counted:
    """How far a refresh is: rows looked at of all there were at its start."""

    total: int
    progress: Progress
    looked: int = 0

    def add(self, rows: int) -> None:
        self.looked += rows
        self.progress(min(1.0, self.looked / max(1, self.total)))


def refresh(team_id: int, progress: Progress = lambda done: None) -> int:
    """Bring the labels that the project gives itself up to date everywhere. Returns the messages and turns that changed.

    progress: told how much is done, from 0 to 1. Raises StoreUnavailable; then run it again.
    """
    counted = _Counted(size(team_id), progress)
    names = label_providers.owned(team_id)
    changed = {"messages": _refresh_messages(team_id, names, counted), "turns": _refresh_turns(team_id, names, counted)}
    if sum(changed.values()) >= limits.LABEL_MERGE_ROWS:
        backlog.merge()
    return sum(changed.values())


def size(team_id: int) -> int:
    """Messages and turns that a refresh looks at."""
    return int(sum(client.execute(_COUNTS, {"team": team_id}, tag="project_labels")[0]))


def _refresh_messages(team_id: int, names: frozenset[str], counted: _Counted) -> int:
    changed, after = 0, _NO_ID
    while True:
        with backlog.writing():
            # Embeddings of another model mean something else: relabelling brings these messages up to date.
            params = {"team": team_id, "after": str(after), "limit": limits.PROJECT_LABELS_CHUNK, "version": service.label_version()}
            rows = client.execute(_MESSAGES, params, tag="project_labels")
            changed += _refresh_page(team_id, rows, names)
        if not rows:
            return changed
        after = rows[-1][0]
        counted.add(len(rows))


def _refresh_page(team_id: int, rows: Sequence[tuple[Any, ...]], names: frozenset[str]) -> int:
    """Of messages as _MESSAGES reads them those that changed."""
    if not rows:
        return 0
    wanted = label_providers.labels(team_id, [row[1] for row in rows], unpack([row[2] for row in rows]))
    fresh: dict[UUID, StoredLabels] = {}
    for (message_id, _, _, text, version, language), mine in zip(rows, wanted, strict=True):
        stored = labels_of(text)
        if _differ(stored, mine, names):
            fresh[message_id] = StoredLabels(_without(stored, names) | mine, version, language)
    updates.update_labels("messages", team_id, [(i, json.dumps_text(one.labels), one.label_version) for i, one in fresh.items()])
    remember_messages(team_id, fresh)
    return len(fresh)


def _refresh_turns(team_id: int, names: frozenset[str], counted: _Counted) -> int:
    changed, after = 0, None
    while True:
        with backlog.writing():
            page = late_turns.page(team_id, after, limits.PROJECT_LABELS_CHUNK)
            of_messages = _labels_of_messages(team_id, [turn for turn, _ in page])
            changed += late_turns.label(
                [turn for turn, labels in page if turn.message_id in of_messages and _differ(labels, of_messages[turn.message_id], names)]
            )
        if not page:
            return changed
        after = page[-1][0]
        counted.add(len(page))


def _labels_of_messages(team_id: int, turns: Sequence[Turn]) -> dict[UUID, dict[str, Any]]:
    ids = sorted({str(turn.message_id) for turn in turns})
    rows = client.execute(_LABELS, {"team": team_id, "ids": ids}, tag="project_labels") if ids else []
    return {message_id: labels_of(text) for message_id, text in rows}


def _differ(stored: Mapping[str, Any], wanted: Mapping[str, Any], names: frozenset[str]) -> bool:
    """Whether the labels with these names are not the same in both."""
    return any(not _same(stored.get(name), wanted.get(name)) for name in names & (stored.keys() | wanted.keys()))


def _same(one: object, other: object) -> bool:
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(one - other) <= _SAME_WITHIN
    return one == other


def _without(labels: Mapping[str, Any], names: frozenset[str]) -> dict[str, Any]:
    return {name: value for name, value in labels.items() if name not in names}
