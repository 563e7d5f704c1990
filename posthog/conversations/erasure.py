"""The erasure epoch of a project: part of every cache key of this room, so that one increment forgets all that was cached before."""

from posthog.common import redis


def epoch(team_id: int) -> int:
    return int(redis.client().get(_key(team_id)) or 0)


def advance(team_id: int) -> int:
    """Makes every cached message and exchange of the project unfindable; call after texts were erased."""
    return int(redis.client().incr(_key(team_id)))


def _key(team_id: int) -> str:
    return f"conversations:{team_id}:epoch"
