"""What each operator of a property filter means for one field and its values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import re2

from posthog.common.numbers import finite
from posthog.common.time import utc_now
from posthog.hogql import ast
from posthog.hogql import build as b
from posthog.hogql.ast import CompareOperationOp as Op
from posthog.hogql.property_types import PropertyType
from posthog.query.calendar import add_days, start_of_day
from posthog.query.dates import has_time, parse_moment
from posthog.query.semver import semver_condition
from posthog.rest.errors import InvalidInput

Value = str | int | float | bool

_OPPOSITES = {
    "is_not": "exact",
    "not_icontains": "icontains",
    "not_icontains_multi": "icontains",
    "not_regex": "regex",
    "is_not_set": "is_set",
    "not_between": "between",
    "semver_neq": "semver_eq",
}
_ORDER = {"gt": Op.Gt, "gte": Op.GtEq, "lt": Op.Lt, "lte": Op.LtEq, "min": Op.GtEq, "max": Op.LtEq}


@dataclass(frozen=True)
class Operand:
    """The field that is compared, the type of its values, and its name for messages."""

    field: ast.Expr
    kind: PropertyType
    name: str
    timezone: str

    @property
    def text(self) -> ast.Expr:
        return self.field if self.kind == "String" else b.call("toString", self.field)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


def opposite(operator: str) -> str | None:
    """The positive operator that a negative one denies; None for positive ones."""
    return _OPPOSITES.get(operator)


def condition(operand: Operand, operator: str, values: Sequence[Value]) -> ast.Expr:
    """A condition that is never NULL. Several values mean any of them, or none of them for a negative operator."""
    positive = opposite(operator)
    if positive is not None:
        return b.not_(condition(operand, positive, values))
    if operator == "is_set":
        return b.is_not_null(operand.field)
    if operator == "exact":
        return _equals(operand, values)
    if operator == "between":
        return _between(operand, values)
    if operator.startswith("semver_"):
        return b.or_(semver_condition(operand.text, operator, _text(value), operand.name) for value in values)
    compare = _COMPARISONS.get(operator)
    if compare is None:
        raise InvalidInput(f"properties: the operator {operator!r} cannot be used with the property {operand.name!r}", attr="properties")
    return b.or_(compare(operand, operator, value) for value in values)


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _number(value: Value) -> float | None:
    return None if isinstance(value, bool) else finite(value)


def _equals(operand: Operand, values: Sequence[Value]) -> ast.Expr:
    typed = [_typed(operand, value) for value in values]
    if any(value is None for value in typed):
        return _is_one_of(operand.text, [_text(value) for value in values])
    return _is_one_of(operand.field, [value for value in typed if value is not None])


def _is_one_of(field: ast.Expr, values: Sequence[Value | datetime]) -> ast.Expr:
    return b.eq(field, values[0]) if len(values) == 1 else b.in_(field, values)


def _typed(operand: Operand, value: Value) -> Value | datetime | None:
    """The value in the type of the property; None where it does not fit, and both are compared as text."""
    if operand.kind == "Numeric":
        return {"true": 1.0, "false": 0.0}.get(_text(value).lower(), _number(value))
    if operand.kind == "Boolean":
        return {"true": True, "false": False, "1": True, "0": False}.get(_text(value).lower())
    if operand.kind == "DateTime":
        return _moment(operand, value, strict=False)
    return _text(value)


def _contains(operand: Operand, operator: str, value: Value) -> ast.Expr:
    escaped = _text(value).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return b.compare(Op.ILike, operand.text, f"%{escaped}%")


def _matches(operand: Operand, operator: str, value: Value) -> ast.Expr:
    pattern = _text(value)
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(pattern, options)
    except (re2.error, UnicodeEncodeError) as error:
        raise InvalidInput(f"properties: the regular expression on {operand.name!r} is not valid: {error}", attr="properties") from None
    return b.compare(Op.Regex, operand.text, pattern)


def _ordered(operand: Operand, operator: str, value: Value) -> ast.Expr:
    """As numbers when the value is one, as dates on a date property, else in the order of text."""
    op, number = _ORDER[operator], _number(value)
    if operand.kind == "DateTime":
        moment = _moment(operand, value, strict=False)
        if moment is not None:
            return b.compare(op, operand.field, moment)
    if number is not None:
        return b.compare(op, operand.field if operand.kind == "Numeric" else b.call("toFloat", operand.field), number)
    return b.compare(op, operand.text, _text(value))


def _between(operand: Operand, values: Sequence[Value]) -> ast.Expr:
    if len(values) != 2:
        raise InvalidInput(f"properties: between on {operand.name!r} needs two values, the lowest and the highest", attr="properties")
    return b.and_([_ordered(operand, "gte", values[0]), _ordered(operand, "lte", values[1])])


def _on_date(operand: Operand, operator: str, value: Value) -> ast.Expr:
    moment = _moment(operand, value)
    assert moment
    field = operand.field if operand.kind == "DateTime" else b.call("toDateTime", operand.field)
    if operator == "is_date_before":
        return b.lt(field, moment)
    if operator == "is_date_after":
        return b.gt(field, moment)
    if has_time(_text(value)):
        return b.and_([b.gte(field, moment), b.lt(field, moment + timedelta(seconds=1))])
    first = start_of_day(moment, operand.zone)
    return b.and_([b.gte(field, first), b.lt(field, start_of_day(add_days(first, 1, operand.zone), operand.zone))])


def _moment(operand: Operand, value: Value, *, strict: bool = True) -> datetime | None:
    try:
        return parse_moment(_text(value), operand.zone, utc_now(), f"value of the filter on {operand.name!r}")
    except InvalidInput:
        if strict:
            raise
        return None


_COMPARISONS: dict[str, Callable[[Operand, str, Value], ast.Expr]] = {
    "icontains": _contains,
    "icontains_multi": _contains,
    "regex": _matches,
    "is_date_exact": _on_date,
    "is_date_before": _on_date,
    "is_date_after": _on_date,
    **dict.fromkeys(_ORDER, _ordered),
}
