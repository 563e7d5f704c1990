"""Counts of what somebody may do only so often, in Redis, so that all processes share them."""

from contextlib import suppress
from typing import cast

from posthog.common.redis import UNAVAILABLE, client

WINDOW_SECONDS = 60


class CannotCount(RuntimeError):
    """Redis does not answer. What may be done only so often is refused then."""


def count(key: str) -> int:
    """How often this was counted since the minute began with its first; this time included. Raises CannotCount."""
    try:
        pipeline = client().pipeline()
        pipeline.incr(key)
        pipeline.expire(key, WINDOW_SECONDS, nx=True)
        return cast(int, pipeline.execute()[0])
    except UNAVAILABLE as error:
        raise CannotCount("Attempts cannot be counted now: the log server does not answer. Try again in a moment.") from error


def forget(*keys: str) -> None:
    """Begin to count anew. Where Redis does not answer the counts stay, for the rest of their minute."""
    with suppress(*UNAVAILABLE):
        client().delete(*keys)
