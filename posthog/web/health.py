"""Is the process alive, are all parts ready, and the numbers for Prometheus."""

import os
import time
from collections.abc import Callable

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest, multiprocess
from prometheus_client.registry import REGISTRY

from posthog.clickhouse import client as clickhouse
from posthog.common.redis import client as redis_client
from posthog.eventlog import log
from posthog.ingestion import model_state, ticker

# A worker whose last tick is older than this does nothing any more.
WORKER_SILENT_AFTER_SECONDS = 30


def health(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


def ready(request: HttpRequest) -> JsonResponse:
    """200 when every part answers, 503 with the reason per part otherwise. Labels decide nothing: events go in without them."""
    parts = {name: _state(check) for name, check in PARTS.items()}
    is_ready = all(state == "ok" for state in parts.values())
    labels = _state(model_state.check) if settings.LABELS_ENABLED else "off"
    answer = {"status": "ok" if is_ready else "unready", "parts": parts, "labels": labels}
    response = JsonResponse(answer, status=200 if is_ready else 503)
    # Whoever asks reads the answer; a line per question in the log would drown the reason.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def metrics(request: HttpRequest) -> HttpResponse:
    registry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return HttpResponse(generate_latest(registry) + _log_lines(), content_type=CONTENT_TYPE_LATEST)


def _log_lines() -> bytes:
    """State of the event log as gauges; nothing when it does not answer."""
    try:
        depth = log.depth()
    except Exception:
        return b""
    return "".join(f"# TYPE posthog_event_log_{name} gauge\nposthog_event_log_{name} {value}\n" for name, value in depth.items()).encode()


def _state(check: Callable[[], None]) -> str:
    try:
        check()
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:300]
    return "ok"


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _store() -> None:
    clickhouse.execute("SELECT 1")


def _log() -> None:
    redis_client().ping()


def _worker() -> None:
    beat = redis_client().get(ticker.HEARTBEAT_KEY)
    age = time.time() - float(beat) if beat else None
    if age is None or age > WORKER_SILENT_AFTER_SECONDS:
        raise RuntimeError("no sign of life yet" if age is None else f"silent for {age:.0f} s")


PARTS: dict[str, Callable[[], None]] = {"metadata": _database, "store": _store, "event_log": _log, "worker": _worker}
