"""Long work that one worker at a time does, in steps. It ends between two steps when its worker stops."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from redis.exceptions import LockError

from posthog.common import redis

_LOCK_SECONDS = 120  # renewed with each step


class Stopped(Exception):
    """The worker stops, or another has taken over since a step took too long; what is left is done by the next."""


@contextmanager
def exclusively(lock: str, stopping: threading.Event) -> Iterator[Callable[[], None] | None]:
    """Gives what the work is to call with each step, which may raise Stopped; None while another worker holds the lock."""
    held = redis.lock(lock, _LOCK_SECONDS)
    if not held.acquire(blocking=False):
        yield None
        return

    def step() -> None:
        if stopping.is_set():
            raise Stopped
        try:
            held.reacquire()
        except LockError as error:
            raise Stopped from error

    try:
        yield step
    finally:
        held.release()
