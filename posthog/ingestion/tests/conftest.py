"""A pipeline on the real engine and the real log, both empty at the start of a test, and requests as capture accepts them."""

import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings

from posthog.classifiers import service
from posthog.classifiers.service import Labels, LabelValue, Text
from posthog.clickhouse import client
from posthog.clickhouse.tests import tables
from posthog.common import redis
from posthog.common.ids import uuid7
from posthog.conftest import Person as Member
from posthog.eventlog import log
from posthog.eventlog.payload import pack
from posthog.eventlog.reader import PartitionReader
from posthog.ingestion import labels, ledger
from posthog.ingestion.partition import Heartbeat, ingest

NOON = datetime(2026, 4, 20, 12, tzinfo=UTC)


@dataclass
class Pipeline:
    """Append requests, let the stages run, look at the rows."""

    member: Member

    def accept(self, *events: dict[str, Any], partition: int = 0, **fields: Any) -> list[dict[str, Any]]:
        """One request of the member's project into a partition, as capture would write it. Returns its events."""
        project = self.member.project
        request = {"project_id": project.pk, "token": project.api_token, "now": NOON.isoformat(), "sent_at": None, "ip": None}
        log.append([(partition, pack(request | {"historical": False, "lane": "events", "events": list(events)} | fields))])
        return list(events)

    def run(self, max_events: int = 1_000) -> int:
        """Ingest what waits. Returns the number of batches."""
        return sum(self.run_partition(partition, max_events) for partition in range(settings.EVENT_LOG_PARTITIONS))

    def run_partition(self, partition: int, max_events: int = 1_000) -> int:
        done = 0
        with Holding(partition) as reader:
            while (batch := reader.read(max_events, flush_ms=1)) is not None:
                ingest(batch, reader, Heartbeat(reader))
                done += 1
        return done

    def reader(self) -> "Holding":
        return Holding(0)

    def events(self, columns: str = "event", order: str = "log_id") -> list[Any]:
        rows = client.execute(f"SELECT {columns} FROM events WHERE team_id = {self.member.project.pk} ORDER BY {order}")
        return [row[0] if len(row) == 1 else row for row in rows]

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return client.execute(sql.replace("{team}", str(self.member.project.pk)))


@dataclass
class Holding:
    """The lease of a partition, for the length of a block."""

    partition: int

    def __enter__(self) -> PartitionReader:
        self.reader = PartitionReader(self.partition)
        assert self.reader.acquire(), "another reader holds the partition"
        return self.reader

    def __exit__(self, *_: object) -> None:
        self.reader.release()


def in_a_worker_process(work: Callable[[], object]) -> int:
    """Run work in a forked process with connections of its own. Returns its exit status, negative for a signal."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            redis.client.cache_clear()
            client._pool_for.cache_clear()
            work()
            status = 0
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.fixture
def pipeline(alice: Member, engine: subprocess.Popen[bytes], valkey: subprocess.Popen[bytes]) -> Pipeline:
    tables.empty()
    for pattern in ("eventlog:*", "ingestion:*", "conversations:*", "topics:*", "own_labels:*"):
        for key in redis.client().scan_iter(pattern):
            redis.client().delete(key)
    labels.breaker.reset()
    return Pipeline(alice)


@dataclass
class FakeModel:
    """Stands where the model is: says joy of "thank", anger of "refund", nothing of the rest, and counts what it reads."""

    read: list[Text] = field(default_factory=list)
    version: str = "v1"

    def classify(self, texts: Sequence[Text], **_: Any) -> list[Labels]:
        self.read += texts
        return [self._labels(text.content.lower()) for text in texts]

    def _labels(self, content: str) -> Labels:
        emotion = "joy" if "thank" in content else "anger" if "refund" in content else None
        values = {"emotion": LabelValue(emotion, 0.9)} if emotion else {}
        return Labels("en", True, values, {"toxic": 0.01}, {}, ("toxic",))


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> FakeModel:
    fake = FakeModel()
    monkeypatch.setattr(service, "classify", fake.classify)
    monkeypatch.setattr(service, "label_version", lambda: fake.version)
    return fake


def event(name: str = "message sent", distinct_id: str = "mara", at: datetime = NOON, **properties: Any) -> dict[str, Any]:
    """An event as it stands in the log. S_name in keywords is $name."""
    named = {key.replace("S_", "$", 1): value for key, value in properties.items()}
    return {"uuid": str(uuid7()), "event": name, "distinct_id": distinct_id, "timestamp": at.isoformat(), "properties": named}


def task(user: str, agent: str, distinct_id: str = "mara", at: datetime = NOON, **properties: Any) -> dict[str, Any]:
    """One exchange with an assistant."""
    return event("llm-task", distinct_id, at, S_llm_input=user, S_llm_output=agent, **properties)


@pytest.fixture(autouse=True)
def _ledger_balances(request: pytest.FixtureRequest) -> Iterator[None]:
    """After every test of the pipeline each accepted event is accounted for."""
    yield
    if "pipeline" in request.fixturenames and "unbalanced" not in request.keywords:
        found = ledger.read()
        assert found.balances, found


def uuids(events: Sequence[dict[str, Any]]) -> list[UUID]:
    return [UUID(one["uuid"]) for one in events]
