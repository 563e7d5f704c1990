"""Attributes of spans, resources and events as plain values, and how they are taken by name."""

from base64 import b64encode
from collections.abc import Iterable
from typing import Any

from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from posthog.common import json

Attributes = dict[str, Any]
# Under these prefixes libraries pass on what the application itself said about a call.
_CARRIED = ("ai.telemetry.metadata.", "ai.settings.context.", "traceloop.association.properties.")
_EMPTY: tuple[Any, ...] = (None, "", [], {})


def plain(pairs: Iterable[KeyValue]) -> Attributes:
    """By name; what a library passed on for the application stands under the application's own name for it."""
    given = {pair.key: _value(pair.value) for pair in pairs}
    return {_own_name(name): value for name, value in given.items()} | {
        name: value for name, value in given.items() if _own_name(name) == name
    }


def take(attributes: Attributes, *names: str) -> Any:
    """The first of these that says something, taken out; None where none does."""
    for name in names:
        if not is_empty(attributes.get(name)):
            return attributes.pop(name)
    return None


def parsed(value: Any) -> Any:
    """What a JSON text says, or each of a list of them; anything else as it is."""
    if isinstance(value, list):
        return [parsed(item) for item in value]
    if not isinstance(value, str) or value.lstrip()[:1] not in ("[", "{"):
        return value
    try:
        return json.loads(value)
    except (json.JSONError, RecursionError):
        return value


def is_empty(value: Any) -> bool:
    return value in _EMPTY


def _own_name(name: str) -> str:
    return next((name[len(prefix) :] for prefix in _CARRIED if name.startswith(prefix) and name != prefix), name)


def _value(value: AnyValue) -> Any:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [_value(item) for item in value.array_value.values]
    if kind == "kvlist_value":
        return {pair.key: _value(pair.value) for pair in value.kvlist_value.values}
    if kind == "bytes_value":
        return b64encode(value.bytes_value).decode()
    return getattr(value, kind) if kind else None
