"""The catch-up: labels for what went in without them, by itself, once there is a model and time.

Messages without labels are read by the model and updated; then the events of their turns; then the turns themselves, whose missing labels
are the mark to go on from after a crash. Idle it costs one look into Valkey: ingestion counts the batches that left something, and
the catch-up notes up to which count it is done.
"""

import threading
import time
from collections.abc import Sequence
from uuid import UUID

from redis.lock import Lock

from posthog.clickhouse import client, embeddings, updates
from posthog.common import json, limits, redis
from posthog.conversations.parts import spoken_text
from posthog.conversations.services import StoredLabels, remember_messages
from posthog.ingestion import labels, late_turns
from posthog.ingestion.events import MessageKey
from posthog.ingestion.exclusive import exclusively

_LEFT, _DONE = "ingestion:labels:left", "ingestion:labels:done"
_LOCK = "ingestion:labels:lock"
_WRITER = "ingestion:labels:writer"  # held by whoever reads what late labels are made from and writes them
_WRITER_SECONDS = 30  # after which a killed writer's lock is free

Read = list[tuple[MessageKey, StoredLabels]]

_MESSAGES = """
SELECT team_id, message_id, role, content FROM messages
WHERE label_version = '' AND role IN ('user', 'assistant')
LIMIT 1 BY team_id, message_id LIMIT %(limit)s
"""


def note_left() -> None:
    """Something went in without labels."""
    redis.client().incr(_LEFT)


def left() -> int:
    """How often something went in without labels; it only grows."""
    return int(redis.client().get(_LEFT) or 0)


def is_due() -> bool:
    """Whether something may be waiting for the catch-up."""
    return int(redis.client().get(_DONE) or -1) != left()


def writing() -> Lock:
    """Lock for a block that makes late labels from what is stored and writes them: two at once could undo each other."""
    return redis.lock(_WRITER, _WRITER_SECONDS)


def catch_up(stopping: threading.Event) -> int:
    """Label for at most limits.BACKLOG_SECONDS. Returns the number of messages and turns that got labels. Raises StoreUnavailable."""
    before = left()
    if not is_due():
        return 0
    with exclusively(_LOCK, stopping) as step:
        return _catch_up(before, stopping) if step else 0


def _catch_up(before: int, stopping: threading.Event) -> int:
    deadline = time.monotonic() + limits.BACKLOG_SECONDS
    done = 0
    while not stopping.is_set() and time.monotonic() < deadline:
        found = _read_messages(deadline)
        if found is None:
            return done
        with writing():
            update_messages(found)
            turns = late_turns.label(late_turns.of_messages(found) if found else late_turns.unlabelled())
        done += len(found) + turns
        if not found and not turns:
            redis.client().set(_DONE, before)
            break
    if done >= limits.LABEL_MERGE_ROWS:
        merge()
    return done


def merge() -> None:
    """Write what was updated into the tables' rows, so that reads need not put it together."""
    for table in updates.TABLES:
        updates.merge_updates(table)


def _read_messages(deadline: float) -> Read | None:
    """Labels of some messages; None when they have to wait."""
    rows = client.execute(_MESSAGES, {"limit": limits.BACKLOG_MESSAGES}, tag="label_backlog")
    found: Read = []
    for start in range(0, len(rows), limits.LABEL_CHUNK):
        if found and time.monotonic() >= deadline:
            break
        chunk = rows[start : start + limits.LABEL_CHUNK]
        labelled = labels.read(
            {(team_id, message_id): (role, spoken_text(content)) for team_id, message_id, role, content in chunk}, "catch-up"
        )
        if labelled is None:
            break
        found += labelled.items()
    return None if rows and not found else found


def update_messages(found: Sequence[tuple[MessageKey, StoredLabels]]) -> None:
    """Store the labels of messages."""
    for team_id in {key[0] for key, _ in found}:
        mine: dict[UUID, StoredLabels] = {key[1]: one for key, one in found if key[0] == team_id}
        rows = [(message_id, json.dumps_text(one.labels), one.label_version) for message_id, one in mine.items()]
        vectors = [(message_id, embeddings.pack(one.embedding)) for message_id, one in mine.items()]
        # Labels last: that they are missing is the mark to go on from.
        updates.update_embeddings(team_id, vectors)
        updates.update_labels("messages", team_id, rows)
        remember_messages(team_id, mine)
