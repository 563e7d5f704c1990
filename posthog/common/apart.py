"""A function called in a process of its own, which ends with it: what it imports and allocates does not stay with us.

Not multiprocessing: its spawned children import the parent's main module (all of Celery), and it leaves a helper process running.
"""

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import IO, TypeVar, cast

from posthog.common.limits import APART_SECONDS

T = TypeVar("T")
Report = Callable[[float], object]


class Failed(Exception):
    """The function raised something, whose kind and message this text is, or its process died or took too long."""


def call(function: Callable[..., T], *arguments: object, report: Report | None = None, seconds: float = APART_SECONDS) -> T:
    """What a function of a module returns, called in a new process; with `report` it is given one, too, for its progress.

    A process that takes more `seconds` is stuck, and is ended.

    Raises Failed. The function's module, arguments and result should need little to import: they are imported on both sides.
    """
    with _start(seconds) as child:
        try:
            _ask(cast("IO[bytes]", child.stdin), (function, arguments, report is not None))
            return cast("T", _answer(child, report or (lambda _: None), seconds))
        finally:
            child.kill()  # when we fail ourselves, nobody waits for its answer


def _start(seconds: float) -> subprocess.Popen[bytes]:
    path = os.pathsep.join(path for path in sys.path if path)
    command = [sys.executable, "-m", "posthog.common.apart_process", str(seconds)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path})


def _ask(stdin: IO[bytes], request: object) -> None:
    # That the process is gone shows when its answer is read. Closing writes what is left, and can fail likewise.
    with suppress(BrokenPipeError):
        pickle.dump(request, stdin)
    with suppress(BrokenPipeError):
        stdin.close()


def _answer(child: subprocess.Popen[bytes], report: Report, seconds: float) -> object:
    while True:
        try:
            kind, value = pickle.load(cast("IO[bytes]", child.stdout))  # noqa: S301  (our own process wrote it)
        except (EOFError, pickle.UnpicklingError):
            raise Failed(_death(child.wait(), seconds)) from None
        if kind == "done":
            return cast("object", value)
        if kind == "failed":
            raise Failed(value)
        report(value)


def _death(status: int, seconds: float) -> str:
    if status == -signal.SIGALRM:
        return f"the process that computes was not done after {seconds:g} seconds, and was ended"
    if status < 0:
        return f"the process that computes was ended by {signal.Signals(-status).name}; the system may be short of memory"
    return f"the process that computes ended with status {status} and no answer"
