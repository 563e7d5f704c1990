"""Engines of a test's own, apart from the one that the session shares."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import clickhouse_driver

from posthog.clickhouse.embedded import process
from posthog.common.ports import free_port

PASSWORD = "correct horse battery staple"


@dataclass
class OwnEngine:
    path: Path
    port: int
    running: subprocess.Popen[bytes]

    def client(self, **options: object) -> clickhouse_driver.Client:
        return clickhouse_driver.Client("127.0.0.1", port=self.port, password=PASSWORD, **options)

    def restart(self) -> None:
        self.running = process.start(self.path, self.port, PASSWORD)

    def status(self, name: str) -> str:
        """A field of /proc/PID/status."""
        lines = Path(f"/proc/{self.running.pid}/status").read_text().splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith(f"{name}:"))


@contextmanager
def own_engine(path: Path) -> Iterator[OwnEngine]:
    port = free_port()
    engine = OwnEngine(path, port, process.start(path, port, PASSWORD))
    try:
        yield engine
    finally:
        engine.running.kill()
        engine.running.wait(10)
