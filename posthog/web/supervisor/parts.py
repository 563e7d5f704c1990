"""The four parts of the product on one machine: how each is started, and how one sees that it is up."""

import http.client
import secrets
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from posthog import settings
from posthog.clickhouse.embedded import process as engine
from posthog.common.ports import free_port
from posthog.eventlog import server as valkey
from posthog.settings import environment
from posthog.settings.secrets import stored_secret
from posthog.settings.web import own_address

# Memory of Valkey beyond the event log: Celery's queues, caches, locks.
VALKEY_EXTRA_BYTES = 128 * 1024 * 1024
WEB_PROCESSES = 2
WEB_THREADS = 8
WORKER_THREADS = 6
# Both load much code, which takes seconds, or minutes on a machine that is busy with something else.
STARTS_WITHIN_SECONDS = 180.0


@dataclass(frozen=True)
class Part:
    """is_up: asks whether it can do its work; None when it says so itself by a line `ready`."""

    name: str
    command: list[str]
    is_up: Callable[[], bool] | None
    starts_within_seconds: float = 30.0
    environment: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Stores:
    """Addresses of the embedded stores of this run."""

    clickhouse_port: int
    valkey_port: int
    password: str

    @property
    def environment(self) -> dict[str, str]:
        return {
            "CLICKHOUSE_URL": f"clickhouse://default:{self.password}@127.0.0.1:{self.clickhouse_port}/default",
            "REDIS_URL": valkey.url(self.valkey_port, self.password),
        }


def choose_stores(data_dir: Path) -> Stores:
    """Free ports for this run; the password is made once per DATA_DIR."""
    return Stores(free_port(), free_port(), stored_secret(data_dir / "secrets" / "stores"))


def store_parts(stores: Stores, data_dir: Path) -> list[Part]:
    """Event store and event log. One that was given by URL runs elsewhere and is left out."""
    parts = []
    if not environment.given("CLICKHOUSE_URL"):
        parts.append(_clickhouse(stores, data_dir))
    if not environment.given("REDIS_URL"):
        parts.append(_valkey(stores, data_dir))
    return parts


def _clickhouse(stores: Stores, data_dir: Path) -> Part:
    return Part(
        "store",
        engine.command(data_dir / "clickhouse", stores.clickhouse_port),
        None,
        starts_within_seconds=120.0,
        environment={"ENGINE_PASSWORD": stores.password},
    )


def _valkey(stores: Stores, data_dir: Path) -> Part:
    directory = data_dir / "valkey"
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    config = valkey.write_config(directory, stores.valkey_port, stores.password, settings.EVENT_LOG_MAX_BYTES + VALKEY_EXTRA_BYTES)
    return Part(
        "log", [str(valkey.binary()), str(config)], lambda: valkey.answers(stores.valkey_port, stores.password), starts_within_seconds=120.0
    )


def web(host: str, port: int) -> Part:
    command = [
        sys.executable, "-m", "posthog.web.http_server", "--interface", "wsgi", "--host", host, "--port", str(port),
        "--workers", str(WEB_PROCESSES), "--blocking-threads", str(WEB_THREADS), "--backlog", "2048", "--no-ws",
        "--respawn-failed-workers", "--log-level", "warning", "posthog.web.wsgi:application",
    ]  # fmt: skip
    return Part("web", command, lambda: _answers(host, port, "/_health"), starts_within_seconds=STARTS_WITHIN_SECONDS)


def worker() -> Part:
    """Celery with a thread pool: a process with a model loaded must not fork."""
    command = [
        sys.executable, "-m", "celery", "--quiet", "-A", "posthog.common.celery", "worker", "--pool", "threads",
        "--concurrency", str(WORKER_THREADS), "--queues", "ingestion,default", "--hostname", f"worker-{secrets.token_hex(3)}@localhost",
        "--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "warning",
    ]  # fmt: skip
    return Part("worker", command, None, starts_within_seconds=STARTS_WITHIN_SECONDS)


def is_ready(host: str, port: int) -> bool:
    """Whether every part says it is ready, the worker's sign of life included."""
    return _answers(host, port, "/_ready")


def _answers(host: str, port: int, path: str) -> bool:
    connection = http.client.HTTPConnection(own_address(host), port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
