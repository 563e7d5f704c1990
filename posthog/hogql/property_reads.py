"""How one JSON property is read from the engine, by the type that is wanted.

The JSON type stores an integer as Int64, a fraction as Float64, a word as String, each in its own sub-column, so that a plain typed access
misses the others: values are cast instead. A dot inside a key is stored as `%2E`, since a plain one separates keys.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from posthog.clickhouse.labels import TYPED_PATHS
from posthog.hogql.context import Context
from posthog.hogql.property_types import PropertyType, ReadAs, Scope, label_type
from posthog.hogql.resolved import Column, Resolved, Value, function, text
from posthog.hogql.schema import JsonScope
from posthog.hogql.types import BOOLEAN, DATETIME, FLOAT, INTEGER, STRING

PRECISION = Value(6, type=INTEGER)


def declared(scope: JsonScope, path: Sequence[str], context: Context) -> PropertyType:
    if scope == "label":
        return label_type(path[0]) or "String"
    property_scope: Scope = scope
    return context.types.get(property_scope, path[0]) if len(path) == 1 else "String"


def whole(column: Column) -> Resolved:
    return function("toJSONString", column, type=STRING)


def read_label(column: Column, declared_type: PropertyType, zone: str) -> Resolved:
    """A label with a typed path is read as it is; others, as any JSON property."""
    if column.path[0] not in TYPED_PATHS:
        return read(column, declared_type, zone)
    return replace(column, type=STRING.or_null() if declared_type == "String" else FLOAT.or_null())


def read(column: Column, wanted: ReadAs, zone: str) -> Resolved:
    if wanted == "Numeric":
        return function("accurateCastOrNull", column, text("Float64"), type=FLOAT.or_null())
    as_text = function("CAST", column, text("Nullable(String)"), type=STRING.or_null())
    return _with_json(column, as_text) if wanted == "String" else _from_text(as_text, wanted, zone)


def _from_text(as_text: Resolved, wanted: ReadAs, zone: str) -> Resolved:
    if wanted == "Numeric":
        return function("toFloat64OrNull", as_text, type=FLOAT.or_null())
    if wanted == "Boolean":
        words = function("array", text("true"), text("false"))
        values = function("array", Value(True), Value(False))
        return function("transform", as_text, words, values, Value(None), type=BOOLEAN.or_null())
    if wanted == "DateTime":
        return function("parseDateTime64BestEffortOrNull", as_text, PRECISION, text(zone), type=DATETIME.or_null())
    return as_text


def _with_json(column: Column, as_text: Resolved) -> Resolved:
    """Arrays and objects as JSON; a plain text as it is, since it may hold JSON itself.

    Strings come first, since they are the most and asking for the stored type costs twice the reading (measured).
    """
    string = function("dynamicElement", column, text("String"), type=STRING.or_null())
    is_string = function("isNotNull", string, type=BOOLEAN)
    is_missing = function("isNull", column, type=BOOLEAN)
    below = replace(column, whole_object=True)
    found_object = function("nullIf", function("toString", below, type=STRING), text("{}"), type=STRING.or_null())
    is_array = function("startsWith", function("dynamicType", column, type=STRING), text("Array"), type=BOOLEAN)
    as_array = function("toJSONString", column, type=STRING)
    return function("multiIf", is_string, string, is_missing, found_object, is_array, as_array, as_text, type=STRING.or_null())


def read_text(column: Column, path: Sequence[str], wanted: ReadAs, zone: str) -> Resolved:
    """A property of JSON text that came out of a sub-query."""
    keys = [text(key) for key in path]
    source = function("ifNull", function("toString", column, type=STRING), text(""), type=STRING)
    is_text = function("equals", function("JSONType", source, *keys), text("String"), type=BOOLEAN)
    raw = function("JSONExtractRaw", source, *keys, type=STRING)
    known = function("nullIf", function("nullIf", raw, text("")), text("null"), type=STRING.or_null())
    string = function("JSONExtractString", source, *keys, type=STRING)
    as_text = function("if", is_text, string, known, type=STRING.or_null())
    return _from_text(as_text, wanted, zone)
