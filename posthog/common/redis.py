"""The one Redis (or Valkey) client of a process."""

from functools import cache

import redis
from django.conf import settings


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
