"""Properties of persons and groups as they may be stored: within their limit, and without the NUL characters that PostgreSQL refuses."""

from typing import Any
from uuid import UUID

from posthog.common import json, limits
from posthog.people.schema import Properties, Warning

_NUL = "\0"
_NUL_IN_JSON = "\\u0000"
_REPLACEMENT = "\ufffd"


def within_limit(wanted: Properties, otherwise: Properties, event_uuid: UUID, warnings: list[Warning]) -> Properties:
    """The wanted properties, or the others with a warning where these are more than limits.PROFILE_BYTES."""
    if wanted is otherwise or len(json.dumps(wanted)) <= limits.PROFILE_BYTES:
        return wanted
    warnings.append(Warning("profile_too_large", {"limit": f"{limits.PROFILE_BYTES} bytes", "event_uuid": str(event_uuid)}))
    return otherwise


def differ(before: Properties, after: Properties) -> bool:
    """Whether they are written differently. Python holds 1 and True for equal."""
    return before != after or any(isinstance(value, bool) is not isinstance(before[name], bool) for name, value in after.items())


def changed(before: Properties, after: Properties) -> Properties:
    """What is to be stored of the properties after a change; the very object before where nothing changes, so that it costs no more."""
    if not differ(before, after):
        return before
    stored = storable(after)
    return stored if differ(before, stored) else before


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
