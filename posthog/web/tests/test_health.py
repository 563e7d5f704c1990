"""Health says that the process lives; readiness says which part does not."""

import time

import pytest
from django.test import Client

from posthog.common.redis import client as redis_client
from posthog.ingestion import ticker

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("engine", "valkey")]


def test_health_needs_no_other_part(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Client().get("/_health").json() == {"status": "ok"}


def test_ready_when_all_parts_answer() -> None:
    redis_client().set(ticker.HEARTBEAT_KEY, time.time())
    answer = Client().get("/_ready")
    assert answer.status_code == 200
    assert set(answer.json()["parts"].values()) == {"ok"}


def test_a_silent_worker_is_named() -> None:
    redis_client().set(ticker.HEARTBEAT_KEY, time.time() - 300)
    answer = Client().get("/_ready")
    assert answer.status_code == 503
    assert "silent" in answer.json()["parts"]["worker"]
    assert answer.json()["parts"]["store"] == "ok"


def test_metrics_are_in_prometheus_format() -> None:
    answer = Client().get("/metrics")
    assert answer.status_code == 200
    assert b"posthog_event_log_pending" in answer.content
