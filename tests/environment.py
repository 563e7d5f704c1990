"""Test processes: the real embedded engine and a real Valkey, one pair per test process, on free loopback ports.

Loaded with `-p tests.environment` before Django's settings, which read the addresses from the environment. The processes
start when a fixture first asks for them and stop at the end.
"""

import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from posthog.common.ports import free_port

os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="posthog-test-")
DATA_DIR = Path(os.environ["DATA_DIR"])
PASSWORD = secrets.token_urlsafe(16)


ENGINE_PORT, VALKEY_PORT = free_port(), free_port()
os.environ["CLICKHOUSE_URL"] = f"clickhouse://default:{PASSWORD}@127.0.0.1:{ENGINE_PORT}/default"
os.environ["REDIS_URL"] = f"redis://:{PASSWORD}@127.0.0.1:{VALKEY_PORT}/0"
os.environ.setdefault("SECRET_KEY", "only-for-tests")


@pytest.fixture(scope="session")
def engine() -> Iterator[subprocess.Popen[bytes]]:
    """The embedded engine with all migrations applied."""
    from posthog.clickhouse.embedded import process

    running = process.start(DATA_DIR / "clickhouse", ENGINE_PORT, PASSWORD)
    from posthog.clickhouse.migrations import runner

    runner.migrate()
    yield running
    running.terminate()
    running.wait(20)


@pytest.fixture(scope="session")
def valkey() -> Iterator[subprocess.Popen[bytes]]:
    from posthog.eventlog import server

    running = server.start(DATA_DIR / "valkey", VALKEY_PORT, PASSWORD)
    yield running
    running.terminate()
    running.wait(20)


def pytest_unconfigure() -> None:
    shutil.rmtree(DATA_DIR, ignore_errors=True)
