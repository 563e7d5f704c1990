"""Comparisons that are never NULL, between sides of types that fit.

A property of unknown type is read as what it is compared with, and a constant is turned into the type of the other side, as `'12'` for
a number and `'true'` for a boolean; one that cannot be turned equals nothing. A missing side makes positive operators false and negative
ones true.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from posthog.common.ids import parse_uuid
from posthog.hogql import ast, expressions
from posthog.hogql.ast import CompareOperationOp as Op
from posthog.hogql.errors import NotImplementedError, ResolutionError
from posthog.hogql.property_types import ReadAs
from posthog.hogql.resolved import Function, Operand, PropertyRead, Resolved, Value, function, settle, text
from posthog.hogql.scope import Scope
from posthog.hogql.types import BOOLEAN, UUID_TYPE, Type

NAMES = {
    Op.Eq: "equals",
    Op.NotEq: "notEquals",
    Op.Gt: "greater",
    Op.GtEq: "greaterOrEquals",
    Op.Lt: "less",
    Op.LtEq: "lessOrEquals",
    Op.Like: "like",
    Op.ILike: "ilike",
    Op.NotLike: "notLike",
    Op.NotILike: "notILike",
    Op.In: "in",
    Op.GlobalIn: "in",
    Op.NotIn: "notIn",
    Op.GlobalNotIn: "notIn",
    Op.Regex: "match",
    Op.IRegex: "match",
    Op.NotRegex: "match",
    Op.NotIRegex: "match",
}
NEGATIVE = {Op.NotEq, Op.NotLike, Op.NotILike, Op.NotIn, Op.GlobalNotIn, Op.NotRegex, Op.NotIRegex}
MEMBERSHIP = {Op.In, Op.NotIn, Op.GlobalIn, Op.GlobalNotIn}
PATTERNS = {Op.Like, Op.ILike, Op.NotLike, Op.NotILike, Op.Regex, Op.IRegex, Op.NotRegex, Op.NotIRegex}


def compare(expr: ast.CompareOperation, scope: Scope, *, plain: bool = False) -> Resolved:
    """`plain` leaves a NULL where it means the same as false."""
    if expr.op in {Op.InCohort, Op.NotInCohort}:
        raise NotImplementedError("IN COHORT is not available.", position=expr.start)
    if expr.op in MEMBERSHIP:
        return _member(expr, scope, plain)
    for side, other in ((expr.right, expr.left), (expr.left, expr.right)):
        if isinstance(side, ast.Constant) and side.value is None:
            return _null_check(expr.op, expressions.value(other, scope))
    if expr.op in PATTERNS:
        return _pattern(expr, scope, plain)
    left, right = _fit_both(expressions.operand(expr.left, scope), expressions.operand(expr.right, scope), scope, expr.start)
    if left is None or right is None:
        return Value(expr.op in NEGATIVE, type=BOOLEAN)
    return _finish(function(NAMES[expr.op], left, right), expr.op, [left, right], plain)


def _null_check(op: Op, side: Resolved) -> Resolved:
    if op in {Op.Eq, Op.NotEq}:
        return function("isNull" if op is Op.Eq else "isNotNull", side, type=BOOLEAN)
    return Value(op in NEGATIVE, type=BOOLEAN)


def _finish(compared: Function, op: Op, sides: list[Resolved], plain: bool) -> Resolved:
    nullable = any(side.type.nullable for side in sides)
    compared.type = BOOLEAN.or_null(nullable)
    negative = op in NEGATIVE
    if not nullable or (plain and not negative):
        return compared
    return function("ifNull", compared, Value(int(negative)), type=BOOLEAN)


def _pattern(expr: ast.CompareOperation, scope: Scope, plain: bool) -> Resolved:
    left, right = expressions.value(expr.left, scope, "String"), expressions.value(expr.right, scope, "String")
    if expr.op in {Op.IRegex, Op.NotIRegex}:
        right = function("concat", text("(?i)"), right, type=right.type)
    compared = function(NAMES[expr.op], left, right, type=BOOLEAN.or_null(left.type.nullable or right.type.nullable))
    if expr.op in {Op.NotRegex, Op.NotIRegex}:
        compared = function("not", compared)
    return _finish(compared, expr.op, [left, right], plain)


# IN


def _member(expr: ast.CompareOperation, scope: Scope, plain: bool) -> Resolved:
    negative = expr.op in NEGATIVE
    query = expressions.subquery_of(expr.right, scope)
    if query is not None:
        left = expressions.value(expr.left, scope)
        return _finish(function("notIn" if negative else "in", left, query), expr.op, [left], plain)
    if isinstance(expr.right, ast.Tuple | ast.Array | ast.Constant):
        return _in_values(expr, scope, plain)
    left, array = expressions.value(expr.left, scope), expressions.value(expr.right, scope)
    found: Function = function("has", array, left, type=BOOLEAN.or_null(array.type.nullable))
    if negative:
        found = function("not", found)
    return _finish(found, expr.op, [array], plain)


def _in_values(expr: ast.CompareOperation, scope: Scope, plain: bool) -> Resolved:
    negative = expr.op in NEGATIVE
    items = [expr.right] if isinstance(expr.right, ast.Constant) else list(_items(expr.right))
    values = [expressions.value(item, scope) for item in items]
    if not all(_is_constant(item) for item in values):
        one_of = ast.Or([ast.CompareOperation(Op.Eq, expr.left, item) for item in items])
        return expressions.value(ast.Not(one_of) if negative else one_of, scope)
    left = settle(expressions.operand(expr.left, scope), _wanted_of(values))
    has_null = any(isinstance(item, Value) and item.value is None for item in values)
    fitting = [item for item in (_fit(item, left.type, scope, expr.start) for item in values) if item is not None]
    result: Resolved = Value(negative, type=BOOLEAN)
    if fitting:
        result = _finish(function("notIn" if negative else "in", left, Function("tuple", fitting)), expr.op, [left], plain)
    if not has_null:
        return result
    is_null = function("isNotNull" if negative else "isNull", left, type=BOOLEAN)
    return function("and" if negative else "or", is_null, result, type=BOOLEAN)


def _items(expr: ast.Expr) -> Iterator[ast.Expr]:
    if isinstance(expr, ast.Tuple | ast.Array):
        yield from expr.exprs


def _is_constant(item: Resolved) -> bool:
    if isinstance(item, Function) and item.name in {"tuple", "array", "toTimeZone"}:
        return all(_is_constant(arg) for arg in item.args)
    return isinstance(item, Value)


def _wanted_of(values: list[Resolved]) -> ReadAs | None:
    wanted = {_wanted(item) for item in values if not (isinstance(item, Value) and item.value is None)}
    return wanted.pop() if len(wanted) == 1 else None


# Types


def _wanted(other: Resolved) -> ReadAs | None:
    """What a property of unknown type is read as, beside `other`."""
    if other.type.is_number:
        return "Numeric"
    if other.type.kind == "Boolean":
        return "Boolean"
    if isinstance(other, Value) and isinstance(other.value, str) and not other.value.startswith(("[", "{")):
        return "Plain"
    return "DateTime" if other.type.kind in {"DateTime", "Date"} else None


def _fit_both(left: Operand, right: Operand, scope: Scope, position: int | None) -> tuple[Resolved | None, Resolved | None]:
    """Both sides as types that the engine can compare; None for a constant that fits nothing."""
    settled_left = settle(left, None if isinstance(right, PropertyRead) else _wanted(right))
    settled_right = settle(right, _wanted(settled_left) if isinstance(right, PropertyRead) else None)
    fitted_right = _fit(settled_right, settled_left.type, scope, position)
    fitted_left = None if fitted_right is None else _fit(settled_left, fitted_right.type, scope, position)
    return fitted_left, fitted_right


def _fit(item: Resolved, type: Type, scope: Scope, position: int | None) -> Resolved | None:
    if not isinstance(item, Value):
        return item
    if item.value is None:
        return None
    if type.is_number:
        number = _number(item.value)
        return None if number is None else replace(item, value=number, type=type.or_null(False))
    if type.kind == "Boolean":
        boolean = _boolean(item.value)
        return None if boolean is None else Value(boolean, type=BOOLEAN)
    if type.kind == "String":
        return text(_text(item.value))
    if type.kind == "UUID":
        return _uuid(item)
    if type.kind in {"DateTime", "Date"} and isinstance(item.value, str):
        moment = _time(item.value, scope.context.zone, position)
        return expressions.constant(moment if type.kind == "DateTime" else _day(item.value, moment), scope)
    return item


def _number(value: ast.ConstantValue) -> int | float | None:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float):
        return value
    try:
        number = float(value) if isinstance(value, str) and len(value) < 400 else None
    except ValueError:
        return None
    return number if number is None or math.isfinite(number) else None


def _boolean(value: ast.ConstantValue) -> bool | None:
    if isinstance(value, str):
        return {"true": True, "false": False, "1": True, "0": False}.get(value.lower())
    return bool(value) if value in {0, 1} else None


def _text(value: ast.ConstantValue) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat() if isinstance(value, datetime | date) else str(value)


def _uuid(item: Value) -> Value | None:
    found = parse_uuid(str(item.value))
    return None if found is None else Value(found, type=UUID_TYPE)


def _time(value: str, zone: str, position: int | None) -> datetime:
    """A time without a zone, and the midnight of a day, are in the project's."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise ResolutionError(
            f"{value[:64]!r} is no date or time: write it as 2024-01-31 or 2024-01-31 23:59:59.", position=position
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _day(written: str, moment: datetime) -> date | datetime:
    return date.fromisoformat(written) if len(written) == 10 else moment
