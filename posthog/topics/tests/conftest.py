import pytest

from posthog.clickhouse import client
from posthog.common import redis


@pytest.fixture
def stores(engine: object, valkey: object) -> None:
    """Both stores, empty."""
    for table in ("events", "messages", "turns", "conversations"):
        if client.execute(f"SELECT 1 FROM {table} LIMIT 1"):
            client.execute(f"TRUNCATE TABLE {table}")
    redis.client().flushdb()
