"""The supervisor restarts what dies, gives up loudly, and stops everything in order."""

import errno
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from posthog.common.ports import free_port
from posthog.settings.web import own_address
from posthog.web.supervisor import children, parts, ports, supervise
from posthog.web.supervisor.parts import Part
from posthog.web.supervisor.supervise import StartFailed, Supervisor, back_off_seconds

LIVES = "import time; print('up', flush=True); print('ready', flush=True); time.sleep(600)"
DIES = "import sys; print('the disk is on fire', flush=True); sys.exit(3)"
WAITS_FOREVER = "import pathlib, sys, time; pathlib.Path({marker!r}).write_text(sys.argv[1]); time.sleep(600)"
IGNORES_SIGTERM = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {LIVES}"


def part(name: str, code: str) -> Part:
    return Part(name, [sys.executable, "-c", code], None)


def poll(condition: Callable[[], object], seconds: float = 15.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        threading.Event().wait(0.02)
    return False


@pytest.fixture
def supervisor(tmp_path: Path) -> Supervisor:
    return Supervisor(tmp_path, "127.0.0.1", free_port())


@pytest.fixture
def product(supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch) -> Iterator[Supervisor]:
    """A supervisor whose parts and commands do nothing, and whose signal handlers are gone afterwards."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    monkeypatch.setattr(parts, "store_parts", lambda stores, data_dir: [])
    monkeypatch.setattr(parts, "worker", lambda: part("worker", LIVES))
    monkeypatch.setattr(parts, "web", lambda host, port: part("web", LIVES))
    monkeypatch.setattr(parts, "is_ready", lambda *_: True)
    monkeypatch.setattr(supervise, "MANAGE", [sys.executable, "-c", "pass"])
    yield supervisor
    supervisor._stop_all()
    for number, handler in handlers.items():
        signal.signal(number, handler)


def commands_do(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    monkeypatch.setattr(supervise, "MANAGE", [sys.executable, "-c", code])


def stop_when(condition: Callable[[], object]) -> None:
    """Send ourselves SIGTERM, as an operator would, as soon as condition() is true."""

    def wait_and_stop() -> None:
        poll(condition, 60)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait_and_stop, daemon=True).start()


def test_a_stop_signal_interrupts_the_migrations(product: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    marker = tmp_path / "marker"
    commands_do(monkeypatch, WAITS_FOREVER.format(marker=str(marker)))
    stop_when(marker.exists)
    assert product.run() == 0
    assert product.running == []


def test_migrations_that_fail_fail_the_start(product: Supervisor, monkeypatch: pytest.MonkeyPatch) -> None:
    commands_do(monkeypatch, "import sys; sys.exit(4)")
    with pytest.raises(StartFailed, match="prepare` failed with status 4"):
        product.run()


def test_dead_parts_are_restarted_while_the_demo_is_filled_and_a_stop_signal_ends_it(
    product: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    marker = tmp_path / "marker"
    commands_do(monkeypatch, f"import sys; 'demo' == sys.argv[1] or sys.exit(0); {WAITS_FOREVER.format(marker=str(marker))}")
    killed: list[int] = []

    def web_came_back() -> bool:
        web = next((running for running in product.running if running.part.name == "web"), None)
        if marker.exists() and web and not killed:
            killed.append(web.process.pid)
            web.process.kill()
        return bool(killed and web and web.process.pid != killed[0])

    stop_when(web_came_back)
    assert product.run(demo=True) == 0
    assert product.fill
    assert product.fill.returncode == -signal.SIGTERM
    assert "Restarted web." in capfd.readouterr().out


def test_a_demo_that_fails_is_complained_about_while_the_product_goes_on(
    product: Supervisor, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    commands_do(monkeypatch, "import sys; sys.exit(5 if sys.argv[1] == 'demo' else 0)")
    said: list[str] = []
    stop_when(lambda: said.append(capfd.readouterr().err) or "goes on" in "".join(said))
    assert product.run(demo=True) == 0
    assert "`manage.py demo` ended with status 5" in "".join(said)


def test_a_part_that_was_killed_is_restarted(supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch) -> None:
    supervisor._start(part("web", LIVES))
    first = supervisor.running[0].process
    first.kill()
    first.wait()
    assert poll(lambda: supervisor._restart_the_dead() or supervisor.running[0].process.pid != first.pid)  # type: ignore[func-returns-value]
    supervisor._stop_all()


def test_a_part_is_restarted_as_often_as_it_is_killed(supervisor: Supervisor) -> None:
    supervisor._start(part("web", LIVES))
    running = supervisor.running[0]
    for _ in range(supervise.FAILED_STARTS_MAX + 2):
        before = running.process
        before.kill()
        before.wait()
        assert poll(lambda: supervisor._restart_the_dead() or running.process is not before)  # type: ignore[func-returns-value]  # noqa: B023
    supervisor._stop_all()


def test_a_part_that_keeps_dying_is_given_up_and_its_last_words_are_shown(supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervise, "back_off_seconds", lambda failed_starts: 0.01)
    supervisor.running.append(supervise.Running(part("worker", DIES), supervisor._spawn(part("worker", DIES))))

    def give_up() -> None:
        assert poll(lambda: supervisor._restart_the_dead(), 30)  # type: ignore[func-returns-value]

    with pytest.raises(StartFailed, match="the disk is on fire"):
        give_up()
    supervisor._stop_all()


def test_a_start_that_takes_long_is_said_now_and_then_and_the_limit_is_named(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(supervise, "STILL_STARTING_SECONDS", 0.1)
    slow = Part("worker", [sys.executable, "-c", "import time; time.sleep(600)"], None, starts_within_seconds=1.0)
    with pytest.raises(StartFailed, match="worker did not start within 1 s"):
        supervisor._start(slow)
    supervisor._stop_all()
    assert capfd.readouterr().out.count("Still starting worker … (1 s at most)") > 1


def test_a_part_that_dies_while_it_starts_is_not_waited_for(supervisor: Supervisor) -> None:
    with pytest.raises(StartFailed, match="worker ended with status 3 instead of starting"):
        supervisor._start(part("worker", DIES))
    supervisor._stop_all()


def test_a_stop_signal_interrupts_a_start(supervisor: Supervisor) -> None:
    def ask_to_stop() -> bool:
        supervisor.stopping = True
        return False

    supervisor._start(Part("web", [sys.executable, "-c", "import time; time.sleep(600)"], ask_to_stop, starts_within_seconds=600.0))
    supervisor._stop_all()


def test_the_web_server_stops_at_once_while_it_loads_the_application(tmp_path: Path) -> None:
    (tmp_path / "endless.py").write_text("import os, threading; os.write(1, b'loading\\n'); threading.Event().wait()")
    command = [*parts.web("127.0.0.1", free_port()).command[:-1], "endless:application"]
    process = children.spawn(command, {"PYTHONPATH": str(tmp_path)}, os.getcwd())
    assert process.stdout
    # All of them: a signal between two forks is granian's own affair, and the supervisor's patience ends that.
    loading = (line for line in iter(process.stdout.readline, b"") if line == b"loading\n")
    assert len(list(itertools.islice(loading, parts.WEB_PROCESSES))) == parts.WEB_PROCESSES
    assert children.stop(process, 60)


def test_a_busy_machine_has_three_minutes_to_start_web_and_worker() -> None:
    assert parts.worker().starts_within_seconds == parts.web("127.0.0.1", 8000).starts_within_seconds == 180


def test_the_wait_before_a_restart_doubles_up_to_a_bound() -> None:
    assert [back_off_seconds(failed) for failed in (0, 1, 2, 3, 20)] == [0.2, 1, 2, 4, supervise.BACK_OFF_SECONDS_MAX]


def test_stopping_ends_a_part_that_ignores_the_polite_signal(supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervise, "STOP_WITHIN_SECONDS", 0.3)
    supervisor._start(part("web", IGNORES_SIGTERM))
    assert poll(lambda: "up" in supervisor.log.last_lines("web"))
    supervisor._stop_all()
    assert supervisor.running[0].process.returncode == -signal.SIGKILL


def test_a_taken_port_is_named_with_a_way_out(supervisor: Supervisor) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", supervisor.port))
        other.listen()
        with pytest.raises(StartFailed, match=rf"Port {supervisor.port} .* PORT={supervisor.port + 1} bin/start"):
            supervisor.run()


class Fine(BaseHTTPRequestHandler):
    """Answers 200 to everything."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        return


def test_the_web_server_is_asked_at_the_address_it_listens_on() -> None:
    with HTTPServer(("127.0.0.2", 0), Fine) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        is_up = parts.web("127.0.0.2", server.server_port).is_up
        assert is_up
        assert is_up()
        server.shutdown()


@pytest.mark.parametrize(
    ("host", "asked"), [("0.0.0.0", "127.0.0.1"), ("::", "::1"), ("::1", "::1"), ("127.0.0.2", "127.0.0.2"), ("a.example", "a.example")]
)
def test_one_that_listens_everywhere_is_asked_on_loopback(host: str, asked: str) -> None:
    assert own_address(host) == asked


def test_an_address_of_another_machine_is_not_called_taken() -> None:
    assert "HOST=192.0.2.1 is not an address of this machine" in str(ports.why_not("192.0.2.1", free_port()))


def test_a_name_that_does_not_resolve_is_not_called_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert "HOST=nowhere does not resolve" in str(ports.why_not("nowhere", 8000))


def test_a_forbidden_port_is_not_called_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "_problem", lambda *_: errno.EACCES)
    assert "does not let this user listen on port 80." in str(ports.why_not("127.0.0.1", 80))


def test_loopback_of_ipv6_is_not_called_taken() -> None:
    assert "taken" not in str(ports.why_not("::1", free_port()))


@pytest.mark.parametrize("value", ["abc", "70000", "0", "--5", "²"])
def test_a_port_that_is_none_stops_the_start_with_a_sentence(value: str) -> None:
    environment = {**os.environ, "PORT": value}
    done = subprocess.run([sys.executable, "-m", "posthog.web.supervisor"], env=environment, capture_output=True, text=True, timeout=100)
    assert (done.returncode, done.stderr) == (1, f"PORT is {value!r}: use a whole number from 1 to 65535\n")


def test_two_products_cannot_share_a_data_dir(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor._take_data_dir()
    with pytest.raises(StartFailed, match="already runs"):
        Supervisor(tmp_path, "127.0.0.1", free_port())._take_data_dir()


def test_a_second_start_leaves_the_metrics_of_the_running_product(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor._take_data_dir()
    metrics = tmp_path / "run" / "metrics" / "counter_1.db"
    metrics.touch()
    with pytest.raises(StartFailed, match="already runs"):
        Supervisor(tmp_path, "127.0.0.1", free_port()).run()
    assert metrics.exists()


def test_a_store_whose_address_stands_in_a_file_is_not_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "redis").write_text("redis://elsewhere:6379/0\n")
    monkeypatch.setenv("REDIS_URL_FILE", str(tmp_path / "redis"))
    monkeypatch.setenv("REDIS_URL", "")
    monkeypatch.setenv("CLICKHOUSE_URL", "")
    supervisor = Supervisor(tmp_path, "127.0.0.1", free_port())
    assert [part.name for part in parts.store_parts(supervisor.stores, tmp_path)] == ["store"]
    supervisor._take_data_dir()
    monkeypatch.setattr(supervise.settings, "RUN_FILE", tmp_path / "run" / "stores.json")
    supervisor._remember_stores()
    assert list(json.loads((tmp_path / "run" / "stores.json").read_text())) == ["CLICKHOUSE_URL"]


def test_children_die_with_the_supervisor(tmp_path: Path) -> None:
    """A killed supervisor leaves no orphan behind."""
    code = (
        "import sys; from posthog.web.supervisor import children;"
        f"child = children.spawn([sys.executable, '-c', {LIVES!r}], {{}}, '.'); print(child.pid, flush=True); child.stdout.read()"
    )
    parent = children.spawn([sys.executable, "-c", code], {}, os.getcwd())
    assert parent.stdout
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    assert poll(lambda: not _runs(child))


def test_the_combined_log_names_part_and_time(supervisor: Supervisor) -> None:
    supervisor._start(part("store", LIVES))
    assert poll(lambda: "store    up" in supervisor.log.path.read_text())
    supervisor._stop_all()


def _runs(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
