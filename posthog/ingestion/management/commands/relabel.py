"""Gives stored messages, turns and events the labels of the present model. The worker does the same by itself, more slowly."""

import os
import signal
import sys
import threading
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from redis.exceptions import LockError
from redis.lock import Lock

from posthog.classifiers import service
from posthog.ingestion import relabel
from posthog.ingestion.relabel import Outdated, Relabelling
from posthog.tenancy.commands import require_project

_BAR = 24
_LINE_SECONDS = 10.0  # between lines where no terminal shows the bar
_POLL_SECONDS = 0.25
_NICENESS = 10


class Command(BaseCommand):
    help = "Read all messages again that another version of the model has labelled. May be stopped and killed: it goes on from there."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--project", type=int, help="id of one project; default: all")
        parser.add_argument("--dry-run", action="store_true", help="only say how much there is to do")

    def handle(self, *args: Any, project: int | None, dry_run: bool, **options: Any) -> None:
        if project is not None:
            require_project(project)
        if not service.available():
            raise CommandError("there is no model: see MODEL_DIR in docs/settings.md")
        found = relabel.outdated(project)
        self.stdout.write(f"model {service.label_version()}")
        for row in found:
            self.stdout.write(
                f"project {row.project_id}: {row.messages:,} messages and {row.turns:,} turns have labels of {row.label_version}"
            )
        if dry_run:
            return
        stopping = _stop_on_signals()
        held = relabel.lock()
        if not _acquired(held, stopping, self):
            return
        os.nice(_NICENESS)
        try:
            self._run(project, found, held, stopping)
        except LockError as error:
            raise CommandError("another run went on with the work; what is done stays done") from error
        finally:
            held.release()

    def _run(self, project: int | None, found: list[Outdated], held: Lock, stopping: threading.Event) -> None:
        bar = _Bar(self, sum(row.messages + row.turns for row in found))

        def may_go_on(took: float) -> bool:
            held.reacquire()
            while relabel.ingestion_is_behind() and not stopping.wait(_POLL_SECONDS):
                held.reacquire()
                bar.show("waits for ingestion")
            return not stopping.is_set()

        run = Relabelling(project, may_go_on, bar.add)
        finished = run.run()
        bar.end()
        self.stdout.write(f"{run.messages:,} messages and {run.turns:,} turns relabelled in {bar.seconds:.0f} s")
        if not finished and stopping.is_set():
            self.stdout.write("stopped; run it again to go on")
        elif not finished:
            raise CommandError("the model fails, see the log; what is done stays done")


class _Bar:
    """Progress with rate and time left: on a terminal one line that changes, else a line now and then."""

    def __init__(self, command: Command, total: int) -> None:
        self._out, self._total, self._done = command.stdout, total, 0
        self._began = self._shown = time.monotonic()
        self._terminal = sys.stdout.isatty()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began

    def add(self, messages: int, turns: int) -> None:
        self._done += messages + turns
        self.show("")

    def show(self, note: str) -> None:
        if not self._terminal and time.monotonic() - self._shown < _LINE_SECONDS:
            return
        self._shown = time.monotonic()
        self._out.write(f"\r{self._line(note)}\x1b[K" if self._terminal else self._line(note), ending="" if self._terminal else "\n")
        self._out.flush()

    def end(self) -> None:
        if self._terminal:
            self._out.write("")

    def _line(self, note: str) -> str:
        share = min(1.0, self._done / max(1, self._total))
        rate = self._done / max(self.seconds, 1e-3)
        left = f"{(self._total - self._done) / rate:.0f} s left" if rate > 0 and self._done < self._total else ""
        bar = ("#" * round(share * _BAR)).ljust(_BAR, ".")
        return "  ".join(filter(None, [f"[{bar}] {share:4.0%}  {self._done:,} of {self._total:,}  {rate:,.0f}/s", left, note]))


def _stop_on_signals() -> threading.Event:
    """Set by an interrupt: then the chunk at hand is finished."""
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    return stopping


def _acquired(held: Lock, stopping: threading.Event, command: Command) -> bool:
    if held.acquire(blocking=False):
        return True
    command.stdout.write("waiting for the run that is at work")
    while not held.acquire(blocking_timeout=_POLL_SECONDS):
        if stopping.is_set():
            return False
    return True
