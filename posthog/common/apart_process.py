"""The process in which posthog.common.apart calls a function: the call is read from stdin, progress and the answer go to stdout."""

import logging
import os
import pickle
import signal
import sys
from collections.abc import Callable
from typing import IO

logger = logging.getLogger(__name__)


def main() -> None:
    # What the signal does by itself ends us, stuck in whatever code; also when nobody waits any more.
    signal.setitimer(signal.ITIMER_REAL, float(sys.argv[1]))
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get between the answers
    try:
        value = _called(answers)
    except Exception as error:  # told to the caller, as text: the kind may be one that only this process should import
        logger.exception("a call in a process of its own failed")
        _tell(answers, "failed", f"{type(error).__name__}: {error}")
    else:
        _tell(answers, "done", value)


def _called(answers: IO[bytes]) -> object:
    function, arguments, reports = pickle.load(sys.stdin.buffer)  # noqa: S301  (our own process wrote it)
    return function(*arguments, report=_reporter(answers)) if reports else function(*arguments)


def _reporter(answers: IO[bytes]) -> Callable[[float], None]:
    return lambda done: _tell(answers, "progress", done)


def _tell(answers: IO[bytes], kind: str, value: object) -> None:
    answers.write(pickle.dumps((kind, value)))
    answers.flush()


if __name__ == "__main__":
    main()
