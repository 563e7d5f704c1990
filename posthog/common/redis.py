"""The one Redis (or Valkey) client of a process."""

from contextlib import suppress
from functools import cache

import redis
from django.conf import settings
from redis.exceptions import LockNotOwnedError
from redis.lock import Lock


class NotConfigured(RuntimeError):
    """REDIS_URL is empty: the product is not running on this DATA_DIR and no server was named."""


# What a caller that can do without Redis takes for "not there".
UNAVAILABLE = (redis.RedisError, NotConfigured)


@cache
def client() -> "redis.Redis":
    """Shared, thread-safe, answers bytes."""
    if not settings.REDIS_URL:
        raise NotConfigured("REDIS_URL is not set and no running product was found")
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=30, socket_connect_timeout=5, health_check_interval=30)


class _Lock(Lock):
    def release(self) -> None:
        """Does nothing to a lock that was lost, since its holder took too long."""
        with suppress(LockNotOwnedError):
            super().release()


def lock(name: str, seconds: float) -> Lock:
    """A lock, not taken yet. It is free again after the seconds, unless its holder extends it."""
    return _Lock(client(), name, timeout=seconds, sleep=0.05)
