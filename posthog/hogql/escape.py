"""Writing names and values so that the engine reads back exactly them."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from uuid import UUID

from posthog.hogql.ast import ConstantValue
from posthog.hogql.errors import ResolutionError

_ESCAPES = str.maketrans(
    {
        "\\": "\\\\",
        "'": "\\'",
        "`": "\\`",
        "\0": "\\0",
        "\n": "\\n",
        "\r": "\\r",
        "\t": "\\t",
        "\b": "\\b",
        "\f": "\\f",
    }
)
_INTEGERS = range(-(2**63), 2**64)


def _escaped(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ResolutionError("A text holds half a character (a lone surrogate).") from None
    return value.translate(_ESCAPES)


def quote_string(value: str) -> str:
    return f"'{_escaped(value)}'"


def quote_name(name: str) -> str:
    """An identifier in back-ticks, always. Raises ResolutionError for an empty one, which the engine cannot have."""
    if not name:
        raise ResolutionError("A name cannot be empty.")
    return f"`{_escaped(name)}`"


def quote_json_key(key: str) -> str:
    """One step into a JSON column; stored keys have their dots written as %2E."""
    return quote_name(key.replace(".", "%2E"))


def quote_value(value: ConstantValue) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if value in _INTEGERS else _float(float(value))
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, str):
        return quote_string(value)
    return _other(value)


def _float(value: float) -> str:
    if math.isnan(value):
        return "nan"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    return repr(value)


def _other(value: ConstantValue) -> str:
    if isinstance(value, datetime):
        moment = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return f"toDateTime64('{moment:%Y-%m-%d %H:%M:%S.%f}', 6, 'UTC')"
    if isinstance(value, date):
        return f"toDate('{value.isoformat()}')"
    if isinstance(value, UUID):
        return f"toUUID('{value}')"
    raise ResolutionError(f"A constant cannot be a {type(value).__name__}.")
