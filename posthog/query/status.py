"""What is known of a query that a client named (`client_query_id`): whether it runs, is done, failed or was cancelled. Kept in Redis."""

from __future__ import annotations

import zlib
from datetime import datetime, timedelta
from typing import Any

from rest_framework.exceptions import APIException

from posthog.common import json, limits, redis
from posthog.common.time import utc_now
from posthog.tenancy.models import Project

_KEEP = timedelta(minutes=20)
CANCELLED = "Query was cancelled."


class Cancelled(APIException):
    status_code = 400
    default_detail = CANCELLED
    default_code = "cancelled"


class QueryStatus:
    """One query of one project. Redis being away costs the status, never the query."""

    def __init__(self, project: Project, query_id: str) -> None:
        self.project = project
        self.query_id = query_id
        self._key = f"query_status_{project.pk}_{query_id}"
        self._cancel_key = f"query_cancel_{project.pk}_{query_id}"

    def start(self) -> None:
        _try(lambda client: client.delete(self._cancel_key))
        self._write(self._fields(complete=False, start_time=utc_now()))

    def finish(self, answer: dict[str, Any]) -> dict[str, Any]:
        """The status to give with the answer; the stored one carries the answer itself, unless that is too large to be kept."""
        fields = self._fields(complete=True, end_time=utc_now())
        if not self._write({**fields, "results": answer}):
            self._write(fields)
        return fields

    def fail(self, message: str, status_code: int) -> None:
        self._write(
            {**self._fields(complete=True, end_time=utc_now()), "error": True, "error_message": message, "status_code": status_code}
        )

    def read(self) -> dict[str, Any] | None:
        stored = _try(lambda client: client.get(self._key))
        return json.loads(zlib.decompress(stored)) if isinstance(stored, bytes) else None

    def cancel(self) -> None:
        """Stop the query before its next statement, and forget its result."""
        _try(lambda client: client.set(self._cancel_key, b"1", ex=_KEEP))
        _try(lambda client: client.delete(self._key))

    def check(self) -> None:
        """Raises Cancelled if somebody cancelled the query."""
        if _try(lambda client: client.exists(self._cancel_key)):
            raise Cancelled

    def _fields(self, *, complete: bool, **times: datetime) -> dict[str, Any]:
        now = utc_now()
        return {
            "id": self.query_id,
            "team_id": self.project.pk,
            "insight_id": None,
            "dashboard_id": None,
            "query_async": True,
            "complete": complete,
            "error": False,
            "error_message": None,
            "results": None,
            "start_time": times.get("start_time", now).isoformat(),
            "pickup_time": times.get("start_time", now).isoformat(),
            "end_time": times["end_time"].isoformat() if "end_time" in times else None,
            "expiration_time": (now + _KEEP).isoformat(),
            "task_id": None,
            "query_progress": None,
            "labels": None,
        }

    def _write(self, fields: dict[str, Any]) -> bool:
        """Whether it is small enough to be kept."""
        content = json.dumps(fields)
        if len(content) > limits.QUERY_CACHE_BYTES:
            return False
        _try(lambda client: client.set(self._key, zlib.compress(content, 1), ex=_KEEP))
        return True


def _try(action: Any) -> Any:
    try:
        return action(redis.client())
    except redis.UNAVAILABLE:
        return None
