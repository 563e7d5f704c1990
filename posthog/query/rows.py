"""Values of the engine as JSON values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from posthog.common import json


def object_of(value: Any) -> dict[str, Any]:
    """Properties as the engine gives them: JSON text, or already read."""
    read = json.loads(value) if isinstance(value, str | bytes) and value else value
    return read if isinstance(read, dict) else {}


def plain(value: Any) -> Any:
    """A value that JSON can say: times in ISO 8601, infinities and NaN as null."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, str | int | bool):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    return float(value) if isinstance(value, Decimal) else str(value)
