"""A reminder names task, queue and lifetime; that it cannot be sent is said in the log and nowhere else."""

import logging
from typing import Any

import pytest

from posthog.common import celery


def test_a_reminder_is_sent_once_with_its_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(celery.app, "send_task", lambda task, **options: sent.append((task, options)))
    celery.remind("some.task", 3, queue="ingestion", expires=5)
    assert sent == [("some.task", {"args": (3,), "queue": "ingestion", "expires": 5, "ignore_result": True, "retry": False})]


def test_a_broker_that_is_gone_is_logged_and_raises_nothing(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def gone(*_: Any, **__: Any) -> None:
        raise ConnectionError("no broker")

    monkeypatch.setattr(celery.app, "send_task", gone)
    with caplog.at_level(logging.WARNING):
        celery.remind("some.task")
    assert "some.task" in caplog.text
    assert "no broker" in caplog.text
