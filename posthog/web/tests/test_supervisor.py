"""The supervisor restarts what dies, gives up loudly, and stops everything in order."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from posthog.web.supervisor import children, ports, supervise
from posthog.web.supervisor.parts import Part
from posthog.web.supervisor.supervise import StartFailed, Supervisor, back_off_seconds

LIVES = "import time; print('up', flush=True); print('ready', flush=True); time.sleep(600)"
DIES = "import sys; print('the disk is on fire', flush=True); sys.exit(3)"
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
    return Supervisor(tmp_path, "127.0.0.1", ports.free_port())


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


def test_the_wait_before_a_restart_doubles_up_to_a_bound() -> None:
    assert [back_off_seconds(failed) for failed in (0, 1, 2, 3, 20)] == [0.2, 1, 2, 4, supervise.BACK_OFF_SECONDS_MAX]


def test_stopping_ends_a_part_that_ignores_the_polite_signal(supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervise, "STOP_WITHIN_SECONDS", 0.3)
    supervisor._start(part("web", IGNORES_SIGTERM))
    assert poll(lambda: "up" in supervisor.log.last_lines("web"))
    supervisor._stop_all()
    assert supervisor.running[0].process.returncode == -signal.SIGKILL


def test_a_taken_port_is_named_with_a_way_out(supervisor: Supervisor) -> None:
    import socket

    with socket.socket() as other:
        other.bind(("127.0.0.1", supervisor.port))
        other.listen()
        with pytest.raises(StartFailed, match=rf"Port {supervisor.port} .* PORT={supervisor.port + 1} bin/start"):
            supervisor.run()


def test_two_products_cannot_share_a_data_dir(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor._take_data_dir()
    with pytest.raises(StartFailed, match="already runs"):
        Supervisor(tmp_path, "127.0.0.1", ports.free_port())._take_data_dir()


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
