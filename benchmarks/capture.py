"""How much capture takes on this machine, with the sender on the same cores.

    .venv/bin/python -m benchmarks.capture [--seconds 10] [--connections 32]

Starts Valkey (synced at every write) and granian as the product does, on loopback and a scratch directory. Sends single events,
then gzip batches of 50, and the same to a view that only appends. Prints a table; its last column is the time that the web
server itself computed per request.
"""

import argparse
import gzip
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from benchmarks import load
from posthog.common.ports import free_port
from posthog.eventlog import server as valkey
from posthog.web.supervisor import parts
from tests.product import wait_until

ROOT = Path(__file__).resolve().parent.parent
BATCH = 50
DIFFERENT_REQUESTS = 400
LOG_BYTES = 1024**3
MAKE_PROJECT = """
import django; django.setup()
from posthog.tenancy import services
from posthog.tenancy.models import Organization
print(services.create_project(Organization.objects.create(name="Benchmark"), "Benchmark").api_token)
"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=10, help="length of each of the four runs")
    parser.add_argument("--connections", type=int, default=32)
    arguments = parser.parse_args()
    print(f"{os.cpu_count()} cores, load before the run {os.getloadavg()[0]:.1f}, {arguments.connections} connections")
    print(f"{'':26}{'requests/s':>12}{'events/s':>12}{'p50 ms':>9}{'p99 ms':>9}{'not 200':>9}{'of bare':>9}{'CPU ms':>9}")
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), arguments.seconds, arguments.connections)


def measure(folder: Path, seconds: float, connections: int) -> None:
    with log_server(folder) as url:
        environment = {**os.environ, "DATA_DIR": str(folder), "REDIS_URL": url, "DJANGO_SETTINGS_MODULE": "posthog.settings"}
        environment |= {"EVENT_LOG_MAX_BYTES": str(LOG_BYTES), "LOG_LEVEL": "ERROR", "PROMETHEUS_MULTIPROC_DIR": str(folder / "metrics")}
        (folder / "metrics").mkdir()
        token = make_project(environment)
        for name, events in (("single events", 1), (f"gzip batches of {BATCH}", BATCH)):
            requests = [request(token, events) for _ in range(DIFFERENT_REQUESTS)]
            rates = []
            for kind, application in (("bare", "benchmarks.bare_append:application"), ("capture", "posthog.web.wsgi:application")):
                with web_server(environment, application) as (port, process):
                    load.run(port, requests, min(2.0, seconds), connections=connections)
                    before = cpu_seconds(process)
                    result = load.run(port, requests, seconds, connections=connections)
                    used = (cpu_seconds(process) - before) / len(result.latencies)
                rates.append(result.per_second)
                print_row(f"{name}, {kind}", result, events, result.per_second / rates[0], used)


def cpu_seconds(process: subprocess.Popen[bytes]) -> float:
    """What the web server's processes have used so far: unlike rates, hardly touched by what else runs on the machine."""
    return sum(sum(map(int, fields[11:13])) for fields in _stat() if process.pid in map(int, fields[1:4])) / os.sysconf("SC_CLK_TCK")


def _stat() -> Iterator[list[str]]:
    """Fields of each process after its name: state, parent, group, session, …; the 12th and 13th are its CPU ticks."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            yield path.read_text().rpartition(") ")[2].split()


def print_row(name: str, result: load.Result, events: int, of_bare: float, used: float) -> None:
    p50, p99 = (result.percentile(share) * 1000 for share in (0.5, 0.99))
    rate = result.per_second
    print(
        f"{name:26}{rate:12,.0f}{rate * events:12,.0f}{p50:9.1f}{p99:9.1f}{result.failures:9}{of_bare:9.2f}{used * 1000:9.2f}", flush=True
    )


def request(token: str, events: int) -> bytes:
    """A single event as JSON, or a gzip batch, as posthog-python sends them."""
    body = json.dumps({"api_key": token, "batch": [event() for _ in range(events)], "sent_at": "2026-11-23T12:00:00+00:00"}).encode()
    if events == 1:
        return load.request("/batch/", body)
    return load.request("/batch/", gzip.compress(body, 6), Content_Encoding="gzip")


def event() -> dict[str, object]:
    """About 700 bytes: one exchange with a model."""
    session = str(uuid.uuid4())
    return {
        "event": "$ai_generation",
        "uuid": str(uuid.uuid4()),
        "distinct_id": f"user-{secrets.randbelow(5_000)}@example.com",
        "timestamp": "2026-11-23T11:59:58.123456+00:00",
        "properties": {
            "$lib": "posthog-python",
            "$lib_version": "7.75.11",
            "$session_id": session,
            "$ai_trace_id": session,
            "$ai_model": "small-model-2",
            "$ai_provider": "local",
            "$ai_input": [{"role": "user", "content": f"Where is my parcel {secrets.token_hex(5)}? It should have come on Tuesday."}],
            "$ai_output_choices": [{"role": "assistant", "content": "I am sorry for the delay. It left our warehouse this morning."}],
            "$ai_input_tokens": 31,
            "$ai_output_tokens": 17,
            "$ai_latency": 0.84,
            "$groups": {"company": "acme"},
        },
    }


@contextmanager
def log_server(folder: Path) -> Iterator[str]:
    port, password = free_port(), secrets.token_hex(16)
    process = valkey.start(folder / "valkey", port, password, max_bytes=2 * LOG_BYTES)
    try:
        yield valkey.url(port, password)
    finally:
        process.terminate()
        process.wait(30)


@contextmanager
def web_server(environment: dict[str, str], application: str) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """The product's command line with another application: its port and process."""
    port = free_port()
    command = [*parts.web("127.0.0.1", port).command[:-1], application]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        assert wait_until(lambda: listens(port), 60), "the web server did not start"
        yield port, process
    finally:
        process.terminate()
        process.wait(30)


def listens(port: int) -> bool:
    """Whether something accepts connections on this loopback port."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def make_project(environment: dict[str, str]) -> str:
    """Token of a new project."""
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=environment, check=True)
    made = subprocess.run([sys.executable, "-c", MAKE_PROJECT], cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
    return made.stdout.split()[-1]


if __name__ == "__main__":
    main()
