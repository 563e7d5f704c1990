"""Long work that one worker at a time does, in steps. It ends between two steps when its worker stops."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from posthog.common import redis

_LOCK_SECONDS = 120  # renewed with each step


class Stopped(Exception):
    """The worker stops; what is left is done by the next."""


@contextmanager
def exclusively(lock: str, stopping: threading.Event) -> Iterator[Callable[[], None] | None]:
    """Gives what the work is to call with each step, which may raise Stopped; None while another worker holds the lock."""
    if not redis.client().set(lock, 1, nx=True, ex=_LOCK_SECONDS):
        yield None
        return

    def step() -> None:
        if stopping.is_set():
            raise Stopped
        redis.client().set(lock, 1, ex=_LOCK_SECONDS)

    try:
        yield step
    finally:
        redis.client().delete(lock)
