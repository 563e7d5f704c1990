"""JSON as SDKs really send it: NaN, Infinity, 1e999 and lone surrogates included.

orjson reads nearly everything; what it refuses goes through the standard library after a check of the nesting depth,
because that parser would run out of stack near 1,000 levels.
"""

import json
import math
import re
from typing import Any

import orjson

from posthog.common import limits

_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)


class JSONError(ValueError):
    """The text is not JSON, or is nested deeper than limits.JSON_DEPTH."""


def loads(data: bytes | str) -> Any:
    """Parse JSON. NaN and infinities become None, lone surrogates U+FFFD. Raises JSONError."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return _loads_tolerantly(data)


def dumps(value: Any) -> bytes:
    """Serialize; integers beyond 64 bits and lone surrogates are kept as far as JSON can say them."""
    try:
        return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_UTC_Z)
    except (orjson.JSONEncodeError, TypeError):
        return json.dumps(_clean(value), ensure_ascii=False, separators=(",", ":"), default=str).encode()


def dumps_text(value: Any) -> str:
    """As dumps, for where text is wanted."""
    return dumps(value).decode()


def _loads_tolerantly(data: bytes | str) -> Any:
    text = data.decode("utf-8", "replace") if isinstance(data, bytes | bytearray | memoryview) else data
    if depth_exceeds(text, limits.JSON_DEPTH):
        raise JSONError(f"nested deeper than {limits.JSON_DEPTH} levels")
    try:
        return _clean(json.loads(text, parse_constant=lambda _: None))
    except (ValueError, RecursionError) as error:
        raise JSONError(str(error)) from error


def depth_exceeds(text: str, bound: int) -> bool:
    """Whether brackets outside strings nest deeper than bound; one pass, no recursion."""
    depth = 0
    for bracket in _STRINGS.sub("", text) if '"' in text else text:
        if bracket in "[{":
            depth += 1
            if depth > bound:
                return True
        elif bracket in "]}":
            depth -= 1
    return False


def _clean(value: Any) -> Any:
    """The same value with non-finite numbers as None and lone surrogates replaced."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if not value.isascii() else value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return {_clean(str(key)): _clean(item) for key, item in value.items()}
    return value
