"""One event as an SDK sends it, to one event as the log keeps it; or the reason why not."""

import re
from dataclasses import dataclass
from typing import Any

import orjson

from posthog.common import json, limits
from posthog.common.ids import parse_uuid, stored_distinct_id, uuid7

Event = dict[str, Any]
_CANONICAL = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one event is not taken. `code` counts it, `reason` tells the sender of a batch, `detail` is said when nothing was taken."""

    code: str
    reason: str
    detail: str = ""

    @property
    def text(self) -> str:
        return self.detail or self.reason


NOT_AN_OBJECT = Refusal("not_an_object", "invalid event could not be processed: it must be an object")
EMPTY_NAME = Refusal("empty_event_name", "event submitted with an empty event name")
BAD_NAME = Refusal("invalid_event_name", "invalid event could not be processed: event must be a string")
BAD_PROPERTIES = Refusal("invalid_properties", "invalid event could not be processed: properties must be an object")
NO_DISTINCT_ID = Refusal(
    "missing_distinct_id",
    "event submitted without a distinct_id",
    'Invalid payload: All events must have the event field "distinct_id"!',
)
EMPTY_DISTINCT_ID = Refusal(
    "empty_distinct_id",
    "event submitted with an empty distinct_id",
    'Invalid payload: Event field "distinct_id" should not be blank!',
)
BAD_UUID = Refusal(
    "invalid_uuid",
    "event submitted with an invalid uuid",
    'Invalid payload: Event field "uuid" is not a valid UUID!',
)
TOO_DEEP = Refusal("too_deep", f"invalid event could not be processed: nested deeper than {limits.EVENT_DEPTH} levels")


def too_big(bytes_max: int) -> Refusal:
    return Refusal("too_large", f"maximum event size exceeded: at most {bytes_max} bytes")


def normalise(raw: Any, default_event: str = "") -> Event | Refusal:
    """The event with its names, ids and property container in the form the log promises."""
    if type(raw) is not dict:
        return NOT_AN_OBJECT
    name = raw.get("event") or default_event
    if type(name) is not str:
        return BAD_NAME if name else EMPTY_NAME
    name = name.strip().replace("\0", "\ufffd")
    if not name:
        return EMPTY_NAME
    properties = raw.get("properties")
    if properties is None:
        properties = {}
    elif type(properties) is not dict:
        return BAD_PROPERTIES
    distinct_id = _distinct_id(raw, properties)
    if isinstance(distinct_id, Refusal):
        return distinct_id
    uuid = _uuid(raw.get("uuid"))
    if uuid is None:
        return BAD_UUID
    event: Event = {"uuid": uuid, "event": name[: limits.EVENT_NAME_LENGTH], "distinct_id": distinct_id, "properties": properties}
    _add_time(event, raw)
    _add_person_changes(event, raw)
    return event


def _distinct_id(raw: Event, properties: Event) -> str | Refusal:
    """Top level wins; numbers and containers are told as JSON text."""
    value = raw.get("distinct_id")
    if value is None:
        value = raw.get("$distinct_id")
    if value is None:
        value = properties.get("distinct_id")
    if type(value) is not str:
        if value is None:
            return NO_DISTINCT_ID
        try:
            value = json.dumps_text(value)
        except RecursionError:
            return TOO_DEEP
    return stored_distinct_id(value) or EMPTY_DISTINCT_ID


def _uuid(value: Any) -> str | None:
    """Canonical text; a new one when absent or empty, None when unreadable."""
    if value is None or value == "":
        return str(uuid7())
    if type(value) is not str or len(value) > 45:
        return None
    if _CANONICAL.fullmatch(value):
        return value
    parsed = parse_uuid(value)
    if parsed is None:
        return None
    text = str(parsed)
    # UUID() reads its digits with int(), which also takes underscores, spaces and signs.
    return text if text == value or text.replace("-", "") in value.replace("-", "").lower() else None


def _add_time(event: Event, raw: Event) -> None:
    timestamp = raw.get("timestamp")
    if timestamp is not None:
        event["timestamp"] = timestamp if type(timestamp) is str else _as_text(timestamp)
    offset = raw.get("offset")
    if (type(offset) is int or type(offset) is float) and abs(offset) <= limits.OFFSET_MILLISECONDS:
        event["offset"] = round(offset)


def _as_text(value: Any) -> str:
    """Times that are not text: numbers become digits; anything else is kept as unreadable text, which ingestion reports."""
    return str(value)[:64] if type(value) in (int, float) else type(value).__name__


def _add_person_changes(event: Event, raw: Event) -> None:
    for name in ("$set", "$set_once"):
        changes = raw.get(name)
        if type(changes) is dict:
            event[name] = changes
    removed = raw.get("$unset")
    if type(removed) is list or type(removed) is dict:
        event["$unset"] = removed


def fits(event: Event, bytes_max: int) -> Refusal | None:
    """Check one event's size and depth alone; called only when a request as a whole was too large or could not be written."""
    if _too_deep(event):
        return TOO_DEEP
    try:
        size = len(json.dumps(event))
    except RecursionError:
        return TOO_DEEP
    return too_big(bytes_max) if size > bytes_max else None


def _too_deep(value: Any) -> bool:
    level = [value]
    for _ in range(limits.EVENT_DEPTH):
        level = [child for node in level for child in _children(node)]
        if not level:
            return False
    return True


def _children(node: Any) -> list[Any]:
    inner = node.values() if type(node) is dict else node
    return [child for child in inner if type(child) is dict or type(child) is list]


def dumps(value: Any) -> bytes | None:
    """JSON text, or None when a part cannot be written the fast way."""
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        return None
