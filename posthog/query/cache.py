"""Answers kept in Redis. The cache is a convenience: without Redis every query is computed."""

from __future__ import annotations

import hashlib
import logging
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from pydantic import BaseModel

from posthog.common import json, limits, redis
from posthog.rest.errors import InvalidInput
from posthog.tenancy.models import Project

# Raise it when the same query gets other numbers than before.
MEANING = 2
_KEEP = timedelta(hours=1)
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Cached:
    answer: dict[str, Any]
    computed_at: datetime

    def is_stale(self, now: datetime, seconds: int) -> bool:
        return (now - self.computed_at).total_seconds() >= seconds


def key_of(project: Project, query: BaseModel) -> str:
    """Names everything that an answer depends on, besides the events: the project and its settings, the query, and our version.

    Raises InvalidInput for a query too deep to be written down.
    """
    parts = {
        "project": project.pk,
        "timezone": project.timezone,
        "week_start": project.week_start_day,
        "test_account_filters": project.test_account_filters,
        "query": query.model_dump(mode="json", exclude_defaults=True),
        "kind": type(query).__name__,
        "version": f"{settings.VERSION}/{MEANING}",
    }
    try:
        content = json.dumps(parts)
    except RecursionError:
        raise InvalidInput("query: nested too deep", attr="query") from None
    return f"query_{project.pk}_{hashlib.sha256(content).hexdigest()[:32]}"


def read(key: str) -> Cached | None:
    try:
        stored = redis.client().get(key)
    except redis.UNAVAILABLE as error:
        logger.warning("query cache cannot be read: %s", error)
        return None
    if not isinstance(stored, bytes):
        return None
    content = json.loads(zlib.decompress(stored))
    return Cached(content["answer"], datetime.fromisoformat(content["computed_at"]))


def write(key: str, answer: dict[str, Any], computed_at: datetime) -> None:
    content = json.dumps({"answer": answer, "computed_at": computed_at.isoformat()})
    if len(content) > limits.QUERY_CACHE_BYTES:
        return
    try:
        redis.client().set(key, zlib.compress(content, 1), ex=_KEEP)
    except redis.UNAVAILABLE as error:
        logger.warning("query cache cannot be written: %s", error)
