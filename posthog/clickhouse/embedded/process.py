"""Starting the engine's process, for the supervisor and for tests."""

import os
import select
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
START_SECONDS = 120  # a store that was killed loads and checks its parts first


class StartError(Exception):
    """The engine ended before it was ready; the text says why."""


def command(path: Path, port: int) -> list[str]:
    """Arguments that start the engine on `path`; it wants ENGINE_PASSWORD and prints `ready` when clients may come."""
    return [sys.executable, "-m", "posthog.clickhouse.embedded", "--path", str(path), "--port", str(port)]


def start(path: Path, port: int, password: str) -> subprocess.Popen[bytes]:
    """The running engine that serves `path` on 127.0.0.1:`port`, ready for clients. Raises StartError."""
    environment = os.environ | {"ENGINE_PASSWORD": password}
    running = subprocess.Popen(command(path, port), cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    assert running.stdout is not None
    answered, _, _ = select.select([running.stdout], [], [], START_SECONDS)
    if not answered:
        running.kill()
    # The line, or nothing when the process ends: its errors went to our stderr.
    if running.stdout.readline().strip() != b"ready":
        raise StartError(f"the store ended with status {running.wait()} before it was ready")
    return running
