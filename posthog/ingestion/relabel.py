"""Relabelling: what another version of the model said of stored messages is replaced by what this one says.

Messages are read again in the order of their key; then their events and turns are updated, as by the catch-up. Only labels change and no
row is added, so every count is the same before, during and after. How far it is stands in the data: whatever has another version is
still to be done, so it can be stopped or killed anywhere and goes on from there.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from redis.lock import Lock

from posthog.classifiers import service
from posthog.clickhouse import client
from posthog.common import limits, redis
from posthog.conversations.parts import spoken_text
from posthog.eventlog import log
from posthog.ingestion import backlog, labels, late_turns
from posthog.ingestion.backlog import Read
from posthog.ingestion.metrics import WAITING

_LEFT, _DONE = "ingestion:relabel:left", "ingestion:relabel:done"
_LOCK = "ingestion:relabel:lock"
_NEWEST = "ingestion:labels:version"
_NO_ID = UUID(int=0)

_MESSAGES = """
SELECT team_id, message_id, role, content FROM messages
WHERE label_version NOT IN ('', %(version)s) AND role IN ('user', 'assistant') AND (%(project)s = 0 OR team_id = %(project)s)
    AND (team_id, message_id) > (%(team)s, toUUID(%(message)s))
ORDER BY team_id, message_id LIMIT 1 BY team_id, message_id LIMIT %(limit)s
"""
_COUNTS = """
SELECT team_id, label_version, countIf(kind = 'message'), countIf(kind = 'turn') FROM (
    SELECT DISTINCT team_id, label_version, 'message' AS kind, toString(message_id) AS key FROM messages
    WHERE label_version NOT IN ('', %(version)s) AND role IN ('user', 'assistant') AND (%(project)s = 0 OR team_id = %(project)s)
    UNION ALL
    SELECT team_id, label_version, 'turn', '' FROM turns
    WHERE label_version NOT IN ('', %(none)s, %(version)s) AND role IN ('user', 'assistant') AND (%(project)s = 0 OR team_id = %(project)s)
) GROUP BY team_id, label_version ORDER BY team_id, label_version
"""
_WAITING = """
SELECT countIf(label_version = ''), countIf(label_version NOT IN ('', %(version)s)) FROM messages WHERE role IN ('user', 'assistant')
"""


@dataclass(frozen=True, slots=True)
class Outdated:
    """How much of a project has labels of another version."""

    project_id: int
    label_version: str
    messages: int
    turns: int


@dataclass
class Relabelling:
    """One run over all that is stored, or over one project.

    may_go_on: asked between steps and told how many seconds the last one took; it may wait. progress: told of messages and turns done.
    """

    project: int | None = None
    may_go_on: Callable[[float], bool] = lambda took: True
    progress: Callable[[int, int], object] = lambda messages, turns: None
    messages: int = 0
    turns: int = 0
    version: str = field(default_factory=lambda: service.label_version())
    _unmerged: int = 0

    def run(self) -> bool:
        """Whether nothing was left at the end: False when it was stopped, or labels have to wait. Raises StoreUnavailable."""
        try:
            return bool(self.version) and self._messages() and self._turns()
        finally:
            self._merge(least=limits.LABEL_MERGE_ROWS)

    def _messages(self) -> bool:
        after: tuple[int, UUID] = (0, _NO_ID)
        while rows := self._page(after):
            found = self._read(rows)
            with backlog.writing():
                backlog.update_messages(found)
                turns = late_turns.label(late_turns.of_messages(found))
            self._count(len(found), turns)
            if len(found) < len(rows):
                return False
            after = (rows[-1][0], rows[-1][1])
        return True

    def _turns(self) -> bool:
        """What a run left that ended between messages and turns, and what came in meanwhile."""
        for page in late_turns.outdated(self.version, self.project):
            began = time.monotonic()
            with backlog.writing():
                self._count(0, late_turns.label(page))
            if not self.may_go_on(time.monotonic() - began):
                return False
        return True

    def _page(self, after: tuple[int, UUID]) -> list[tuple[Any, ...]]:
        params = {"version": self.version, "project": self.project or 0, "limit": limits.RELABEL_MESSAGES}
        return client.execute(_MESSAGES, params | {"team": after[0], "message": str(after[1])}, tag="relabel")

    def _read(self, rows: Sequence[tuple[Any, ...]]) -> Read:
        """Labels of the rows, or of some when the run is to end. Texts of like length are read together."""
        found: Read = []
        rows = sorted(rows, key=lambda row: len(row[3]))
        for start in range(0, len(rows), limits.RELABEL_CHUNK):
            began = time.monotonic()
            chunk = rows[start : start + limits.RELABEL_CHUNK]
            said = {(team_id, message_id): (role, spoken_text(content)) for team_id, message_id, role, content in chunk}
            labelled = labels.read(said, "relabel")
            if labelled is None:
                break
            found += labelled.items()
            if not self.may_go_on(time.monotonic() - began):
                break
        return found

    def _count(self, messages: int, turns: int) -> None:
        self.messages += messages
        self.turns += turns
        self._unmerged += messages + turns
        self.progress(messages, turns)
        self._merge(least=limits.RELABEL_MERGE_ROWS)

    def _merge(self, least: int) -> None:
        """Reads stay fast only while not too many updates are outstanding."""
        if self._unmerged >= least:
            self._unmerged = 0
            backlog.merge()


def outdated(project: int | None = None) -> list[Outdated]:
    """What is to be relabelled; nothing while there is no model."""
    version = service.label_version()
    if not version:
        return []
    params = {"version": version, "none": late_turns.WITHOUT_MESSAGE, "project": project or 0}
    return [Outdated(*row) for row in client.execute(_COUNTS, params, tag="relabel")]


def lock() -> Lock:
    """Held by the one run at a time, and extended by it at every step."""
    return redis.lock(_LOCK, limits.RELABEL_LOCK_SECONDS)


def note_outdated() -> None:
    """Something went in with labels of another version."""
    redis.client().incr(_LEFT)


def note_start() -> None:
    """A worker starts: its model is the one that history is to agree with, also where workers with another one run still."""
    redis.client().set(_NEWEST, service.label_version())
    redis.client().delete(_DONE)


def go_on(stopping: threading.Event) -> int:
    """Relabel at a low rate for at most limits.BACKLOG_SECONDS. Returns the messages and turns that got labels. Raises StoreUnavailable."""
    version = service.label_version()
    state = _state(version)
    if not version or redis.client().get(_NEWEST) != version.encode() or redis.client().get(_DONE) == state or backlog.is_due():
        return 0
    held = lock()
    if not held.acquire(blocking=False):
        return 0
    try:
        run = Relabelling(may_go_on=_at_low_rate(held, stopping))
        if run.run():
            redis.client().set(_DONE, state, ex=limits.RELABEL_CHECK_SECONDS)
        return run.messages + run.turns
    finally:
        held.release()


def measure() -> None:
    """Tell Prometheus how many messages wait; asks the store only while some may."""
    version = service.label_version()
    settled = not backlog.is_due() and redis.client().get(_DONE) == _state(version)
    if settled:
        none, outdated = 0, 0
    else:
        [(none, outdated)] = client.execute(_WAITING, {"version": version}, tag="relabel")
    WAITING.labels("no labels").set(none)
    WAITING.labels("labels of another model").set(outdated if version else 0)


def ingestion_is_behind() -> bool:
    """Whether events have waited in the log for longer than they do when there is room."""
    return log.depth()["oldest_age_seconds"] > limits.RELABEL_LAG_SECONDS


def _state(version: str) -> bytes:
    """Noted when nothing was left to do; another one means that something may be."""
    return f"{int(redis.client().get(_LEFT) or 0)}:{version}".encode()


def _at_low_rate(held: Lock, stopping: threading.Event) -> Callable[[float], bool]:
    """Rests as long as it worked, and ends early where ingestion or the catch-up wait."""
    deadline = time.monotonic() + limits.BACKLOG_SECONDS

    def may_go_on(took: float) -> bool:
        held.reacquire()
        if stopping.wait(min(took * limits.RELABEL_REST, limits.BACKLOG_SECONDS)):
            return False
        return time.monotonic() < deadline and not backlog.is_due() and not ingestion_is_behind()

    return may_go_on
