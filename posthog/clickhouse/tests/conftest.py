"""The store with all tables, empty at the start of a test; and a connection of one's own to it."""

import subprocess
from collections.abc import Iterator
from urllib.parse import urlsplit

import clickhouse_driver
import pytest
from django.conf import settings

from posthog.clickhouse import client
from posthog.clickhouse.tests.tables import TABLES


@pytest.fixture
def store(engine: subprocess.Popen[bytes]) -> subprocess.Popen[bytes]:
    for table in TABLES:
        client.execute(f"TRUNCATE TABLE {table}")
    return engine


def connect(url: str, **options: object) -> clickhouse_driver.Client:
    parts = urlsplit(url)
    options = {"password": parts.password, "user": parts.username, "database": parts.path.lstrip("/")} | options
    return clickhouse_driver.Client(parts.hostname, port=parts.port, **options)


@pytest.fixture
def connection(store: subprocess.Popen[bytes]) -> Iterator[clickhouse_driver.Client]:
    """clickhouse-driver on the embedded engine, without our client in between."""
    made = connect(settings.CLICKHOUSE_URL)
    yield made
    made.disconnect()
