"""Counts of what somebody may do only so often, in Redis, so that all processes share them."""

from posthog.common.redis import client

WINDOW_SECONDS = 60


def count(key: str) -> int:
    """How often this was counted since the minute began with its first; this time included."""
    pipeline = client().pipeline()
    pipeline.incr(key)
    pipeline.expire(key, WINDOW_SECONDS, nx=True)
    return int(pipeline.execute()[0])


def forget(*keys: str) -> None:
    client().delete(*keys)
