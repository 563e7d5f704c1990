"""What the engine's functions cannot take as it is: NULL where they give an array, and times finer than a second."""

from __future__ import annotations

import re

from posthog.hogql.functions import FunctionSpec
from posthog.hogql.resolved import Resolved, Value, function, text
from posthog.hogql.types import INTEGER, STRING

MILLISECONDS = 1_000
_NESTED = re.compile(r"\s*(Array|Tuple|Map)\b")
_SECONDS = re.compile(r"\(\?t(>=|<=|>|<|==|!=)(\d{1,15})\)")


def adapt(spec: FunctionSpec, args: list[Resolved], params: list[Resolved]) -> tuple[list[Resolved], list[Resolved]]:
    if spec.name.startswith(("windowFunnel", "sequenceMatch", "sequenceCount")) and args and args[0].type.kind == "DateTime":
        return [_milliseconds(args[0]), *args[1:]], [_in_milliseconds(param) for param in params]
    if _gives_array(spec, args):
        return [_without_null(arg) for arg in args], params
    return args, params


def _gives_array(spec: FunctionSpec, args: list[Resolved]) -> bool:
    """An array cannot be NULL, so it is empty instead."""
    if spec.name in {"JSONExtract", "JSONExtractKeysAndValues"}:
        wanted = args[-1].value if isinstance(args[-1], Value) else None
        return spec.name != "JSONExtract" or (isinstance(wanted, str) and _NESTED.match(wanted) is not None)
    return spec.result == "Array" and spec.kind == "scalar" and spec.reads == "String"


def _without_null(arg: Resolved) -> Resolved:
    if arg.type.kind in {"String", "Any"} and arg.type.nullable:
        return function("ifNull", arg, text(""), type=STRING)
    return arg


def _milliseconds(moment: Resolved) -> Resolved:
    fine = function("toDateTime64", moment, Value(3, type=INTEGER))
    return function("toUInt64", function("toUnixTimestamp64Milli", fine), type=INTEGER.or_null(moment.type.nullable))


def _in_milliseconds(param: Resolved) -> Resolved:
    """Windows are given in seconds, and so are `(?t<=60)` in patterns."""
    if not isinstance(param, Value):
        return param
    if isinstance(param.value, int | float):
        return Value(round(param.value * MILLISECONDS), type=INTEGER)
    return text(_SECONDS.sub(lambda found: f"(?t{found[1]}{int(found[2]) * MILLISECONDS})", str(param.value)))
