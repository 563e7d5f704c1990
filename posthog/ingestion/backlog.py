"""The catch-up: labels for what went in without them, by itself, once there is a model and time.

Messages without labels are read by the model and updated; then the events of their turns; then the turns themselves, whose missing labels
are the mark to go on from after a crash. Idle it costs one look into Valkey: ingestion counts the batches that left something, and
the catch-up notes up to which count it is done.
"""

import threading
import time
from collections.abc import Sequence
from uuid import UUID

from posthog.clickhouse import client, updates
from posthog.common import json, limits, redis
from posthog.conversations.parts import spoken_text
from posthog.conversations.services import StoredLabels, remember_messages
from posthog.ingestion import labels, late_turns
from posthog.ingestion.events import MessageKey
from posthog.ingestion.metrics import CLASSIFIED

_LEFT, _DONE = "ingestion:labels:left", "ingestion:labels:done"
_LOCK = "ingestion:labels:lock"
_LOCK_SECONDS = 120
_MERGE_FROM = 1_000  # updated rows in one run from which the updates are written into the tables' rows

_MESSAGES = """
SELECT team_id, message_id, role, content FROM messages
WHERE label_version = '' AND role IN ('user', 'assistant')
LIMIT 1 BY team_id, message_id LIMIT %(limit)s
"""


def note_left() -> None:
    """Something went in without labels."""
    redis.client().incr(_LEFT)


def catch_up(stopping: threading.Event) -> int:
    """Label for at most limits.BACKLOG_SECONDS. Returns the number of messages and turns that got labels. Raises StoreUnavailable."""
    left = int(redis.client().get(_LEFT) or 0)
    if int(redis.client().get(_DONE) or -1) == left or not redis.client().set(_LOCK, 1, nx=True, ex=_LOCK_SECONDS):
        return 0
    try:
        return _catch_up(left, stopping)
    finally:
        redis.client().delete(_LOCK)


def _catch_up(left: int, stopping: threading.Event) -> int:
    deadline = time.monotonic() + limits.BACKLOG_SECONDS
    done = 0
    while not stopping.is_set() and time.monotonic() < deadline:
        labelled = _label_messages(deadline)
        if labelled is None:
            return done
        turns = late_turns.label(late_turns.of_messages(labelled) if labelled else late_turns.unlabelled())
        done += len(labelled) + turns
        if not labelled and not turns:
            redis.client().set(_DONE, left)
            break
    if done >= _MERGE_FROM:
        for table in ("messages", "turns", "events"):
            updates.merge_updates(table)
    return done


def _label_messages(deadline: float) -> list[MessageKey] | None:
    """Label some messages. Returns which; None when labels have to wait."""
    rows = client.execute(_MESSAGES, {"limit": limits.BACKLOG_MESSAGES}, tag="label_backlog")
    found: list[tuple[MessageKey, StoredLabels]] = []
    for start in range(0, len(rows), limits.LABEL_CHUNK):
        if found and time.monotonic() >= deadline:
            break
        chunk = rows[start : start + limits.LABEL_CHUNK]
        labelled = labels.classify([(role, spoken_text(content)) for _, _, role, content in chunk])
        if labelled is None:
            break
        CLASSIFIED.labels("catch-up").inc(len(chunk))
        found += [((team_id, message_id), one) for (team_id, message_id, _, _), one in zip(chunk, labelled, strict=True)]
    if rows and not found:
        return None
    _update_messages(found)
    return [key for key, _ in found]


def _update_messages(found: Sequence[tuple[MessageKey, StoredLabels]]) -> None:
    for team_id in {key[0] for key, _ in found}:
        mine: dict[UUID, StoredLabels] = {key[1]: one for key, one in found if key[0] == team_id}
        rows = [(message_id, json.dumps_text(one.labels), one.label_version) for message_id, one in mine.items()]
        updates.update_labels("messages", team_id, rows)
        remember_messages(team_id, mine)
