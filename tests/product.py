"""The whole product as a person runs it: the supervisor with all four parts, on a free port and a scratch DATA_DIR.

Used by the tests that cross rooms (faults, browser, SDKs) and by the benchmarks.
"""

import gzip
import http.client
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Literal

from posthog.common.ports import free_port

ROOT = Path(__file__).resolve().parent.parent
READY_WITHIN_SECONDS = 120.0
EMAIL, PASSWORD = "alice@example.com", "correct horse battery"
PartName = Literal["web", "worker", "store", "log"]
# What the test processes set for themselves must not reach a product of its own.
NOT_INHERITED = {
    "DATA_DIR",
    "CLICKHOUSE_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "DJANGO_SETTINGS_MODULE",
    "PYTEST_DATA_DIR",
    "PORT",
    "DATABASE_URL",
}


class Product:
    """`with Product(path) as product:` runs until the block ends. Raises AssertionError with the log's end if it does not come up."""

    def __init__(self, data_dir: Path, **environment: str) -> None:
        self.data_dir, self.port = data_dir, free_port()
        self.token, self.key = f"phc_{secrets.token_hex(16)}", f"phx_{secrets.token_hex(20)}"
        self.environment = environment
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> "Product":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        self.data_dir.mkdir(parents=True, exist_ok=True)
        output = (self.data_dir / "supervisor.out").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "posthog.web.supervisor"],
            cwd=ROOT,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
        assert wait_until(self._says_running, READY_WITHIN_SECONDS), f"the product did not start:\n{self._output()}"

    def stop(self) -> int:
        """Ask it to stop as Ctrl-C does; its exit status."""
        assert self.process
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def kill(self, part: PartName) -> None:
        """kill -9 of a part with all its processes."""
        os.killpg(self.pid(part), signal.SIGKILL)

    def pid(self, part: PartName) -> int:
        """Process id of the part's newest incarnation, from the supervisor's log."""
        lines = re.findall(rf"{part} has process id (\d+)", (self.data_dir / "logs" / "posthog.log").read_text())
        return int(lines[-1])

    def request(
        self, method: str, path: str, body: object = None, *, headers: dict[str, str] | None = None, timeout: float = 30
    ) -> tuple[int, Any]:
        """Status and parsed body; (0, reason) when nothing answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        payload = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        given = {"Content-Type": "application/json", "Authorization": f"Bearer {self.key}", **(headers or {})}
        try:
            connection.request(method, path, payload, given)
            response = connection.getresponse()
            text = response.read()
        except (OSError, http.client.HTTPException) as error:
            return 0, str(error)
        finally:
            connection.close()
        return response.status, _parsed(text)

    def manage(self, *arguments: str) -> str:
        """Output of a management command on this product."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self._environment(), capture_output=True, text=True, timeout=120, check=False)
        return done.stdout + done.stderr

    def capture(self, events: Iterable[dict[str, Any]]) -> tuple[int, Any]:
        body = gzip.compress(json.dumps({"api_key": self.token, "batch": list(events)}).encode(), 1)
        return self.request("POST", "/batch/", body, headers={"Content-Encoding": "gzip"})

    def query(self, query: dict[str, Any]) -> Any:
        status, answer = self.request("POST", "/api/projects/@current/query/", {"query": query, "refresh": "force_blocking"})
        assert status == 200, (status, answer)
        return answer

    def sql(self, text: str) -> list[list[Any]]:
        """Rows of a HogQL query."""
        return list(self.query({"kind": "HogQLQuery", "query": text})["results"])

    def _environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
        initial = {
            "INITIAL_EMAIL": EMAIL,
            "INITIAL_PASSWORD": PASSWORD,
            "INITIAL_PROJECT_TOKEN": self.token,
            "INITIAL_PERSONAL_API_KEY": self.key,
        }
        return {**inherited, **initial, "DATA_DIR": str(self.data_dir), "PORT": str(self.port), **self.environment}

    def _says_running(self) -> bool:
        assert self.process
        assert self.process.poll() is None, f"the product ended:\n{self._output()}"
        return self._output().count("is running at") > 0 and self.request("GET", "/_ready")[0] == 200

    def _output(self) -> str:
        return (self.data_dir / "supervisor.out").read_text()[-6000:]


def wait_until(condition: Callable[[], object], within_seconds: float, every_seconds: float = 0.05) -> bool:
    """Poll until condition() is true; False when the time is up."""
    deadline = time.monotonic() + within_seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(every_seconds)
    return bool(condition())


def llm_event(user: str, assistant: str, *, person: str, session: str, **properties: Any) -> dict[str, Any]:
    """One task of a conversation, as the examples of PostHog-LLM send it."""
    return {
        "event": "llm-task",
        "distinct_id": person,
        "uuid": str(uuid.uuid4()),
        "properties": {"$llm_input": user, "$llm_output": assistant, "$session_id": session, **properties},
    }


def _parsed(text: bytes) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text.decode("utf-8", "replace")
