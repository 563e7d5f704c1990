"""Errors of the query language and of the engine as answers in PostHog's shape."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from rest_framework.exceptions import APIException

from posthog.clickhouse.errors import ClickHouseError, InvalidQuery, QueryLimitExceeded, StoreUnavailable
from posthog.hogql.errors import HogQLError
from posthog.rest.errors import InvalidInput, Unavailable

_ENGINE_NAME = re.compile(r"\(([A-Z][A-Z_0-9]+)\)\.?\s*(?:\(version [^)]*\))?\s*$")
# The engine explains itself with the statement it ran; that speaks of our tables, not of the user's query.
_STATEMENT = re.compile(
    r"(?::?\s*(?:In scope|While processing|while executing|while processing|[Ii]n query|\(version) .*|\(in file/uri.*)$", re.DOTALL
)
_DETAIL_LENGTH = 500


class EngineFault(APIException):
    """The engine failed and the query's author cannot help it."""

    status_code = 500
    default_detail = "ClickHouse error while executing query."
    default_code = "clickhouse_error"


def as_answer(error: HogQLError | ClickHouseError) -> APIException:
    """What the asker is told: 400 for what they can change, 503 while the store is away, 500 else. To be raised."""
    if isinstance(error, HogQLError):
        where = f" (at character {error.position})" if error.position is not None else ""
        return InvalidInput(f"{error.message}{where}", attr="query")
    if isinstance(error, QueryLimitExceeded):
        return InvalidInput(
            f"The query was stopped, because it took too long or too much memory: {_detail(error)}. Take a shorter date range.",
            code=_code(error, "query_limit_exceeded"),
        )
    if isinstance(error, InvalidQuery):
        return InvalidInput(_detail(error), code=_code(error, "invalid_input"))
    return Unavailable() if isinstance(error, StoreUnavailable) else EngineFault()


@contextmanager
def as_answers() -> Iterator[None]:
    """What goes wrong with a query within the block becomes an answer."""
    try:
        yield
    except (HogQLError, ClickHouseError) as error:
        raise as_answer(error) from error


def _code(error: ClickHouseError, default: str) -> str:
    found = _ENGINE_NAME.search(str(error.message).strip())
    return found[1].lower() if found else default


def _detail(error: ClickHouseError) -> str:
    text = _STATEMENT.sub("", str(error.message).removeprefix("DB::Exception: "))
    return _ENGINE_NAME.sub("", text).strip().rstrip(".:")[:_DETAIL_LENGTH]
