"""Health says that the process lives; readiness says which part does not."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from pytest_django import Settings

from posthog.classifiers import service
from posthog.classifiers.card import MODEL
from posthog.common.redis import client as redis_client
from posthog.ingestion import tasks, ticker

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("engine", "valkey")]


@pytest.fixture
def own_model() -> Iterator[None]:
    """The folder of the model may be changed."""
    yield
    service.use_folder(settings.MODEL_DIR)


def damage(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


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


def test_a_damaged_model_is_told_before_the_first_text_comes_and_delays_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, own_model: None
) -> None:
    redis_client().set(ticker.HEARTBEAT_KEY, time.time())
    folder = Path(shutil.copytree(settings.MODEL_DIR, tmp_path / "model"))
    service.use_folder(folder)
    damage(folder / MODEL)
    for _ in range(2):
        tasks.label_backlog()
    answer = Client().get("/_ready")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")
    assert answer.json()["labels"] == "NoLabelsError: events go in without labels: the log says why"
    assert [record.message for record in caplog.records if record.name == "posthog.ingestion.model_state"] == [
        f"events go in without labels: {folder / MODEL} is not the file that the card describes"
    ]
    shutil.copy(settings.MODEL_DIR / MODEL, folder / MODEL)
    tasks.label_backlog()
    assert Client().get("/_ready").json()["labels"] == "ok"


def test_labels_that_are_switched_off_are_no_failure(settings: Settings) -> None:
    settings.LABELS_ENABLED = False
    assert Client().get("/_ready").json()["labels"] == "off"


def test_metrics_are_in_prometheus_format() -> None:
    answer = Client().get("/metrics")
    assert answer.status_code == 200
    assert b"posthog_event_log_pending" in answer.content
