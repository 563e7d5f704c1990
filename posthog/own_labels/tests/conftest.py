import pytest

from posthog.classifiers import service
from posthog.clickhouse import client
from posthog.common import redis
from posthog.own_labels.tests.words import WordModel


@pytest.fixture
def stores(engine: object, valkey: object) -> None:
    """Both stores, empty."""
    for table in ("events", "messages", "turns", "conversations"):
        if client.execute(f"SELECT 1 FROM {table} LIMIT 1"):
            client.execute(f"TRUNCATE TABLE {table}")
    redis.client().flushdb()


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> WordModel:
    fake = WordModel()
    monkeypatch.setattr(service, "classify", fake.classify)
    monkeypatch.setattr(service, "label_version", lambda: fake.version)
    return fake
