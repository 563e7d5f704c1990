"""An empty log on the shared server, and a server of one's own for tests that kill it."""

import secrets
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from posthog.common.ports import free_port
from posthog.common.redis import client
from posthog.eventlog import log, server
from posthog.eventlog.payload import pack

Entries = list[tuple[int, bytes]]


def entry(*texts: str, partition: int = 0) -> tuple[int, bytes]:
    """A log entry with one event per text."""
    return partition, pack({"project_id": 1, "events": [{"uuid": text, "event": "message"} for text in texts]})


@pytest.fixture
def empty_log(valkey: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    for key in client().scan_iter("eventlog:*"):
        client().delete(key)
    monkeypatch.setattr(log, "_gauge", log._Gauge())


class OwnServer:
    """A Valkey that a test may kill and start again on the same files."""

    def __init__(self, directory: Path) -> None:
        self.directory, self.port, self.password = directory, free_port(), secrets.token_hex(8)
        self.process = self._started()

    def _started(self) -> subprocess.Popen[bytes]:
        return server.start(self.directory, self.port, self.password)

    @property
    def url(self) -> str:
        return server.url(self.port, self.password)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def start_again(self) -> None:
        self.process = self._started()


@pytest.fixture
def own_server(valkey: subprocess.Popen[bytes], tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[OwnServer]:
    running = OwnServer(tmp_path / "valkey")
    settings.REDIS_URL = running.url
    client.cache_clear()
    monkeypatch.setattr(log, "_gauge", log._Gauge())
    yield running
    client.cache_clear()
    running.kill()


@pytest.fixture
def append(empty_log: None) -> Callable[..., list[str]]:
    """append("a", "b"): one entry per text, in partition 0."""
    return lambda *texts: log.append([entry(text) for text in texts])
