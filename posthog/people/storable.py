"""JSON that every database stores: PostgreSQL refuses NUL characters in it."""

from typing import Any

from posthog.common import json
from posthog.people.schema import Properties

_NUL = "\0"
_NUL_IN_JSON = "\\u0000"
_REPLACEMENT = "\ufffd"


def storable(properties: Properties) -> Properties:
    """The same properties, NUL characters in keys and values replaced by U+FFFD."""
    if _NUL_IN_JSON not in json.dumps_text(properties):
        return properties
    replaced: dict[str, Any] = _replaced(properties)
    return replaced


def _replaced(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace(_NUL, _REPLACEMENT)
    if isinstance(value, list):
        return [_replaced(item) for item in value]
    return {_replaced(key): _replaced(item) for key, item in value.items()} if isinstance(value, dict) else value
