"""Asking the parsing process, which ends itself at a text that takes too long. One that does not answer at all is ended from here."""

from __future__ import annotations

import atexit
import json
import os
import selectors
import subprocess
import sys
import threading
import time
from typing import IO, Any, cast

from posthog.common import limits
from posthog.hogql.errors import QueryTooComplexError

ANSWER_SECONDS = 10.0  # far more than the limit of processor time takes on a busy machine
START_SECONDS = 20.0
WAIT_SECONDS = 10.0
HEADER_BYTES = 4


class _TooLateError(Exception):
    """No answer in time, or none at all."""


class ParseProcess:
    """One child, started when first needed and again after it was ended. Safe for threads; one text at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def parse(self, kind: str, text: str) -> dict[str, Any]:
        """The parser's JSON. Raises QueryTooComplexError when the child takes too long or dies of it."""
        if not self._lock.acquire(timeout=WAIT_SECONDS):
            raise QueryTooComplexError("Too many queries are waiting to be parsed. Try again.")
        try:
            return cast("dict[str, Any]", json.loads(self._ask(json.dumps([kind, text]).encode())))
        except RecursionError:
            raise QueryTooComplexError("The query is nested too deep.") from None
        except (_TooLateError, OSError):
            self._end()
            raise QueryTooComplexError(
                f"The query took more than {limits.QUERY_PARSE_SECONDS:g} s to read: make it shorter or flatter."
            ) from None
        finally:
            self._lock.release()

    def close(self) -> None:
        with self._lock:
            self._end()

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child is not None else None

    def _ask(self, request: bytes) -> bytes:
        child = self._running()
        stdin, stdout = cast("IO[bytes]", child.stdin), cast("IO[bytes]", child.stdout)
        stdin.write(len(request).to_bytes(HEADER_BYTES, "big") + request)
        stdin.flush()
        return _read_message(stdout, ANSWER_SECONDS)

    def _running(self) -> subprocess.Popen[bytes]:
        """A forked copy of this object must not talk to its parent's child."""
        child = self._child
        if child is not None and self._owner == os.getpid() and child.poll() is None:
            return child
        self._child = None
        self._owner = os.getpid()
        self._child = subprocess.Popen(
            [sys.executable, "-m", "posthog.hogql.parse_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "LC_ALL": "C.UTF-8"},
        )
        _read_message(cast("IO[bytes]", self._child.stdout), START_SECONDS)
        return self._child

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None or self._owner != os.getpid():
            return
        child.kill()
        child.wait()
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                _close(stream)


def _close(stream: IO[bytes]) -> None:
    try:
        stream.close()
    except OSError:
        return


def _read_message(stream: IO[bytes], seconds: float) -> bytes:
    deadline = time.monotonic() + seconds
    size = int.from_bytes(_read_exactly(stream, HEADER_BYTES, deadline), "big")
    return _read_exactly(stream, size, deadline)


def _read_exactly(stream: IO[bytes], size: int, deadline: float) -> bytes:
    """Read past Python's buffer, whose contents a selector does not see."""
    parts = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        while len(parts) < size:
            if not selector.select(max(0.0, deadline - time.monotonic())):
                raise _TooLateError
            part = os.read(stream.fileno(), size - len(parts))
            if not part:
                raise _TooLateError
            parts += part
    return bytes(parts)


_process = ParseProcess()
atexit.register(_process.close)


def parse_json(kind: str, text: str) -> dict[str, Any]:
    return _process.parse(kind, text)
