"""Start the parts in order, restart one that dies, stop them in reverse order."""

import fcntl
import json
import math
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

from posthog import settings
from posthog.settings import environment
from posthog.web.supervisor import children, parts, ports
from posthog.web.supervisor.logs import CombinedLog
from posthog.web.supervisor.parts import Part

STOP_WITHIN_SECONDS = 15.0
READY_WITHIN_SECONDS = 180.0
# How often one hears that a part is still starting.
STILL_STARTING_SECONDS = 15.0
# A part that fails to come up this often in a row is given up, and with it the product; so is one that comes up and dies again and again.
FAILED_STARTS_MAX = 6
DEATHS_MAX = 100
DEATHS_WINDOW_SECONDS = 600.0
BACK_OFF_SECONDS_MAX = 15.0
CHECK_EVERY_SECONDS = 0.25
MANAGE = [sys.executable, "manage.py"]


class StartFailed(Exception):
    """The product cannot run; the message is for the person who started it."""


@dataclass
class Running:
    part: Part
    process: subprocess.Popen[bytes]
    came_up: bool = False
    failed_starts: int = 0
    deaths: list[float] = field(default_factory=list)
    restart_at: float = 0.0


class Reminder:
    """Says a sentence every STILL_STARTING_SECONDS, so that a slow start does not look like a stuck one."""

    def __init__(self, sentence: str) -> None:
        self.sentence, self.last = sentence, time.monotonic()

    def remind(self) -> None:
        now = time.monotonic()
        if now - self.last >= STILL_STARTING_SECONDS:
            self.last = now
            say(self.sentence)


class Supervisor:
    def __init__(self, data_dir: Path, host: str, port: int) -> None:
        self.data_dir, self.host, self.port = data_dir, host, port
        self.log = CombinedLog(data_dir / "logs" / "posthog.log")
        self.stores = parts.choose_stores(data_dir)
        self.environment = self._shared_environment()
        self.running: list[Running] = []
        self.fill: subprocess.Popen[bytes] | None = None
        self.stopping = False
        self._lock: IO[str] | None = None

    def run(self, *, demo: bool = False) -> int:
        """Run until stopped. Returns the exit status: 0 after a wanted stop, 1 when a part was given up."""
        self._take_data_dir()
        if problem := ports.why_not(self.host, self.port):
            raise StartFailed(problem)
        children.raise_open_files()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)
        try:
            self._start_all(demo)
            return self._watch()
        finally:
            self._stop_all()

    # starting

    def _start_all(self, demo: bool) -> None:
        for part in parts.store_parts(self.stores, self.data_dir):
            self._start(part)
        self._remember_stores()
        self._prepare(demo)
        self._start(parts.worker())
        self._start(parts.web(self.host, self.port))
        self._wait_until_ready()
        if not self.stopping:
            say(f"PostHog-LLM is running at {settings.SITE_URL}   (log: {self.log.path}; stop with Ctrl-C)")
        if demo:
            self._start_fill()

    def _start(self, part: Part) -> None:
        if self.stopping:
            return
        say(f"Starting {part.name} …")
        running = Running(part, self._spawn(part))
        self.running.append(running)
        still = Reminder(f"Still starting {part.name} … ({part.starts_within_seconds:.0f} s at most)")
        up = children.wait_for(lambda: self._stopping_or_up(part, still), part.starts_within_seconds, running.process)
        if not up and not self.stopping:
            raise StartFailed(f"{_why_not_up(running)}\n{self._tail(part.name)}")

    def _stopping_or_up(self, part: Part, still: Reminder) -> bool:
        still.remind()
        return self.stopping or self._is_up(part)

    def _is_up(self, part: Part) -> bool:
        return part.is_up() if part.is_up else self.log.said_ready(part.name)

    def _spawn(self, part: Part) -> subprocess.Popen[bytes]:
        process = children.spawn(part.command, {**self.environment, **part.environment}, str(settings.ROOT))
        if process.stdout:
            self.log.follow(part.name, process.stdout)
        self.log.write("start", f"{part.name} has process id {process.pid}")
        return process

    def _prepare(self, demo: bool) -> None:
        """Migrate, and make what must be there. Fails the start when it fails; a stop signal ends it."""
        if self.stopping:
            return
        say("Preparing the databases …")
        process = self._manage("prepare", *(["--demo"] if demo else []))
        children.wait_for(lambda: self.stopping, math.inf, process)
        children.stop(process, STOP_WITHIN_SECONDS)
        if process.returncode != 0 and not self.stopping:
            raise StartFailed(f"`manage.py prepare` failed with status {process.returncode}; what it said stands above.")

    def _manage(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a management command; its output goes to the terminal as it comes."""
        return children.spawn([*MANAGE, *arguments], self.environment, str(settings.ROOT), piped=False)

    def _start_fill(self) -> None:
        """Fill the demo project beside the running product."""
        if not self.stopping:
            say("Filling the demo project …")
            self.fill = self._manage("demo")

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        still = Reminder(f"Still waiting until all parts are ready … ({READY_WITHIN_SECONDS:.0f} s at most)")
        while not parts.is_ready(self.host, self.port) and not self.stopping:
            still.remind()
            self._restart_the_dead()
            if time.monotonic() > deadline:
                tails = "\n".join(self._tail(running.part.name) for running in self.running)
                raise StartFailed(f"Not all parts became ready within {READY_WITHIN_SECONDS:.0f} s.\n{tails}")
            time.sleep(CHECK_EVERY_SECONDS)

    # running

    def _watch(self) -> int:
        while not self.stopping:
            self._look_after_fill()
            try:
                self._restart_the_dead()
            except StartFailed as failure:
                complain(str(failure))
                return 1
            time.sleep(CHECK_EVERY_SECONDS)
        return 0

    def _look_after_fill(self) -> None:
        """A demo that cannot be filled is no reason to stop the product."""
        if self.fill is None or self.fill.poll() is None:
            return
        if self.fill.returncode != 0:
            problem = f"The demo is not filled: `manage.py demo` ended with status {self.fill.returncode}; what it said stands above."
            complain(f"{problem}\nThe product goes on. `bin/seed` fills in what is missing.")
        self.fill = None

    def _restart_the_dead(self) -> None:
        for running in self.running:
            if running.process.poll() is None:
                running.came_up = running.came_up or self._is_up(running.part)
            elif not running.restart_at:
                self._note_death(running)
            elif time.monotonic() >= running.restart_at:
                running.process, running.restart_at, running.came_up = self._spawn(running.part), 0.0, False
                say(f"Restarted {running.part.name}.")

    def _note_death(self, running: Running) -> None:
        children.kill_group(running.process)
        now, name = time.monotonic(), running.part.name
        running.deaths = [moment for moment in running.deaths if now - moment < DEATHS_WINDOW_SECONDS] + [now]
        # SIGKILL comes from outside (an operator, the kernel short of memory): it says nothing about whether the part can start.
        failed_to_start = not running.came_up and running.process.returncode != -signal.SIGKILL
        running.failed_starts = running.failed_starts + 1 if failed_to_start else 0
        if running.failed_starts >= FAILED_STARTS_MAX or len(running.deaths) >= DEATHS_MAX:
            raise StartFailed(f"{name} died {len(running.deaths)} times within minutes. Giving up.\n{self._tail(name)}")
        wait = back_off_seconds(running.failed_starts)
        running.restart_at = now + wait
        complain(f"{name} ended with status {running.process.returncode}; restarting in {wait:g} s. Last lines:\n{self._tail(name)}")

    # stopping

    def _ask_to_stop(self, number: int, frame: FrameType | None) -> None:
        if not self.stopping:
            say("Stopping …")
        self.stopping = True

    def _stop_all(self) -> None:
        """What fills the demo, then web, so that nothing new comes in; the stores last."""
        if self.fill:
            children.stop(self.fill, STOP_WITHIN_SECONDS)
        for running in sorted(self.running, key=lambda running: _STOP_ORDER.index(running.part.name)):
            if not children.stop(running.process, STOP_WITHIN_SECONDS):
                complain(f"{running.part.name} did not stop within {STOP_WITHIN_SECONDS:.0f} s and was killed.")
        settings.RUN_FILE.unlink(missing_ok=True)
        say("Stopped.")

    # surroundings

    def _shared_environment(self) -> dict[str, str]:
        given = {name: value for name, value in self.stores.environment.items() if not environment.given(name)}
        return {
            **given,
            "DATA_DIR": str(self.data_dir),
            "PROMETHEUS_MULTIPROC_DIR": str(self.data_dir / "run" / "metrics"),
            "PYTHONUNBUFFERED": "1",
            # Two glibc arenas per process instead of eight per core keep idle memory down.
            "MALLOC_ARENA_MAX": "2",
        }

    def _take_data_dir(self) -> None:
        metrics_dir = self.data_dir / "run" / "metrics"
        metrics_dir.mkdir(parents=True, exist_ok=True)
        lock = (self.data_dir / "run" / "lock").open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StartFailed(f"Another PostHog-LLM already runs on {self.data_dir}. Stop it, or choose another DATA_DIR.") from None
        self._lock = lock
        for stale in metrics_dir.glob("*.db"):
            stale.unlink()

    def _remember_stores(self) -> None:
        """For `bin/manage`. What is given by the environment stands there for it too."""
        started_here = {name: url for name, url in self.stores.environment.items() if name in self.environment}
        settings.RUN_FILE.parent.mkdir(parents=True, exist_ok=True)
        settings.RUN_FILE.touch(mode=0o600)
        settings.RUN_FILE.write_text(json.dumps(started_here))

    def _tail(self, name: str) -> str:
        return "\n".join(f"  {name}: {line}" for line in self.log.last_lines(name)) or f"  {name}: (it said nothing)"


_STOP_ORDER = ["web", "worker", "log", "store"]


def _why_not_up(running: Running) -> str:
    part, status = running.part, running.process.poll()
    if status is None:
        return f"{part.name} did not start within {part.starts_within_seconds:.0f} s."
    return f"{part.name} ended with status {status} instead of starting."


def back_off_seconds(failed_starts: int) -> float:
    """0.2 s for a part that was up, else 1 s, doubling up to BACK_OFF_SECONDS_MAX."""
    return 0.2 if failed_starts == 0 else float(min(2 ** (failed_starts - 1), BACK_OFF_SECONDS_MAX))


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def complain(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
