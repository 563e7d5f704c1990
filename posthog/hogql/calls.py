"""Function calls: those of the closed list, and a few that mean more than the engine's function of that name."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import cast

from posthog.hogql import ast, comparisons, engine_arguments, expressions
from posthog.hogql.errors import ResolutionError
from posthog.hogql.functions import SPECIAL, FunctionSpec, find, in_words
from posthog.hogql.property_types import ReadAs
from posthog.hogql.resolved import Function, Operand, Query, Resolved, SetQuery, Value, function, text
from posthog.hogql.scope import Scope
from posthog.hogql.types import ANY, BOOLEAN, DATE, DATETIME, FLOAT, INTEGER, STRING, UUID_TYPE, Type, common

Op = ast.CompareOperationOp
READS: dict[str, ReadAs] = {"String": "String", "Float": "Numeric"}
UNITS = ("second", "minute", "hour", "day", "week", "month", "quarter", "year")
UNIT_ARGUMENT = {"datediff", "age", "datetrunc"}
CASTS = re.compile(r"(Nullable\()?(String|U?Int(8|16|32|64)|Float(32|64)|Bool|Date|UUID)\)?")
TYPE_TEXT = re.compile(r"[A-Za-z0-9_(), ]{1,200}")
CAST_KINDS = {"String": STRING, "Bool": BOOLEAN, "Date": DATE, "UUID": UUID_TYPE}


def call(expr: ast.Call, scope: Scope, *, window: bool = False) -> Operand:
    """Raises ResolutionError for a function that is not on the list, or that does not take what is given."""
    name = expr.name.lower()
    if name in SPECIAL and not window:
        return _special(name, expr, scope)
    spec = find(expr.name, expr.start)
    if spec.kind == "window" and not window:
        raise ResolutionError(f"{spec.name} needs OVER (…).", position=expr.start)
    if window and not spec.is_window:
        raise ResolutionError(f"{spec.name} is no window function.", position=expr.start)
    return _listed(spec, expr, scope)


def _listed(spec: FunctionSpec, expr: ast.Call, scope: Scope) -> Resolved:
    written = _without_star(spec, list(expr.args))
    params = [_parameter(param, scope) for param in expr.params or ()]
    spec.check(len(written), len(params), expr.start)
    if expr.distinct and not spec.is_aggregate:
        raise ResolutionError(f"{spec.name} does not take DISTINCT.", position=expr.start)
    args = [expressions.value(arg, scope, READS.get(spec.reads)) for arg in written]
    _check_special_arguments(spec, args, expr.start)
    args, params = engine_arguments.adapt(spec, args, params)
    resolved = Function(spec.name, args, params or None, expr.distinct, type=spec.result_type([arg.type for arg in args]))
    if spec.name in {"min", "max", "any", "anyLast", "argMin", "argMax", "greatest", "least", "assumeNotNull", "nullIf", "identity"}:
        resolved.type = _kept_type(spec.name, args)
    return resolved


def _kept_type(name: str, args: list[Resolved]) -> Type:
    if name in {"greatest", "least"}:
        return common([arg.type for arg in args])
    return args[0].type.or_null(name == "nullIf" or (args[0].type.nullable and name != "assumeNotNull"))


def _without_star(spec: FunctionSpec, args: list[ast.Expr]) -> list[ast.Expr]:
    is_star = len(args) == 1 and isinstance(args[0], ast.Field) and list(args[0].chain) == ["*"]
    return [] if is_star and spec.name == "count" else args


def _parameter(param: ast.Expr, scope: Scope) -> Resolved:
    resolved = expressions.value(param, scope)
    if not isinstance(resolved, Value):
        raise ResolutionError("A parameter must be a number or a text.", position=param.start)
    return resolved


def _check_special_arguments(spec: FunctionSpec, args: list[Resolved], position: int | None) -> None:
    """A unit of time is one of ours; the type in JSONExtract is a plain one."""
    if spec.name.lower() in UNIT_ARGUMENT:
        _unit(args[0], position)
    if spec.name in {"JSONExtract", "JSONExtractKeysAndValues"} and not (
        isinstance(args[-1], Value) and isinstance(args[-1].value, str) and TYPE_TEXT.fullmatch(args[-1].value)
    ):
        raise ResolutionError(f"The last argument of {spec.name} must be a type, as 'Array(String)'.", position=position)


def _unit(arg: Resolved, position: int | None) -> str:
    unit = arg.value.lower().rstrip("s") if isinstance(arg, Value) and isinstance(arg.value, str) else ""
    if unit not in UNITS:
        raise ResolutionError(f"The unit must be one of {', '.join(UNITS)}, in quotes.", position=position)
    return unit


def _special(name: str, expr: ast.Call, scope: Scope) -> Operand:
    least, most = SPECIAL[name]
    count = len(expr.args)
    if count < least or (most is not None and count > most) or expr.params or expr.distinct:
        raise ResolutionError(f"Function {expr.name} takes {in_words(least, most)} plain arguments, not {count}.", position=expr.start)
    return HANDLERS[name](expr, scope)


# Logic


def _as_node(make: Callable[[ast.Call], ast.Expr]) -> Callable[[ast.Call, Scope], Operand]:
    return lambda expr, scope: expressions.operand(make(expr), scope)


def _compared(op: Op) -> Callable[[ast.Call, Scope], Operand]:
    return lambda expr, scope: comparisons.compare(ast.CompareOperation(op, expr.args[0], expr.args[1], start=expr.start), scope)


def _if(expr: ast.Call, scope: Scope) -> Operand:
    """`if` and `multiIf`: every other argument is a condition, the last a value."""
    args = list(expr.args)
    if len(args) % 2 == 0:
        raise ResolutionError(f"{expr.name} takes an odd number of arguments.", position=expr.start)
    last = len(args) - 1
    resolved = [
        expressions.condition(arg, scope) if index % 2 == 0 and index != last else expressions.value(arg, scope)
        for index, arg in enumerate(args)
    ]
    values = [*resolved[1::2], resolved[-1]]
    return function("multiIf" if last > 2 else "if", *resolved, type=_either(values))


def _either(values: list[Resolved]) -> Type:
    known = [item.type for item in values if not (isinstance(item, Value) and item.value is None)]
    return common(known).or_null(len(known) < len(values) or any(item.nullable for item in known)) if known else ANY


def _case(expr: ast.Call, scope: Scope) -> Operand:
    subject, *rest = expr.args
    pairs: list[ast.Expr] = []
    for index in range(0, len(rest) - 1, 2):
        pairs += [ast.CompareOperation(Op.Eq, subject, rest[index]), rest[index + 1]]
    return _if(ast.Call("multiIf", [*pairs, rest[-1]], start=expr.start), scope)


def _coalesce(expr: ast.Call, scope: Scope) -> Operand:
    values = [expressions.value(arg, scope) for arg in expr.args]
    found = common([item.type for item in values if not (isinstance(item, Value) and item.value is None)] or [ANY])
    return function("coalesce", *values, type=found.or_null(all(item.type.nullable for item in values)))


def _exists(expr: ast.Call, scope: Scope) -> Operand:
    query = expressions.value(expr.args[0], scope)
    if not isinstance(query, Query | SetQuery):
        raise ResolutionError("EXISTS takes a query.", position=expr.start)
    return function("exists", query, type=BOOLEAN)


def _null_check(op: Op) -> Callable[[ast.Call, Scope], Operand]:
    return lambda expr, scope: comparisons.compare(ast.CompareOperation(op, expr.args[0], ast.Constant(None)), scope)


# Time, in the zone of the context


def _zone(scope: Scope) -> Value:
    return Value(scope.context.zone, type=STRING)


def _now(expr: ast.Call, scope: Scope) -> Operand:
    return function("now64", Value(6, type=INTEGER), _zone(scope), type=DATETIME)


def _today(expr: ast.Call, scope: Scope) -> Operand:
    return function("toDate", function("now64", Value(6, type=INTEGER), _zone(scope)), type=DATE)


def _yesterday(expr: ast.Call, scope: Scope) -> Operand:
    return function("minus", expressions.value(ast.Call("today"), scope), Value(1, type=INTEGER), type=DATE)


def _to_datetime(expr: ast.Call, scope: Scope) -> Operand:
    """Text is parsed, in the zone given or the context's; a time keeps its moment."""
    subject = expressions.value(expr.args[0], scope, "DateTime")
    zone = expressions.value(expr.args[-1], scope) if len(expr.args) > 1 else _zone(scope)
    if not isinstance(zone, Value) or not isinstance(zone.value, str):
        zone = _zone(scope)
    if subject.type.kind == "DateTime":
        return function("toTimeZone", subject, zone, type=subject.type)
    if subject.type.kind in {"Date", "Integer", "Float"}:
        return function("toDateTime64", subject, Value(6, type=INTEGER), zone, type=DATETIME.or_null(subject.type.nullable))
    parsed = function("toString", subject, type=STRING.or_null(subject.type.nullable))
    return function("parseDateTime64BestEffortOrNull", parsed, Value(6, type=INTEGER), zone, type=DATETIME.or_null())


def _to_date(expr: ast.Call, scope: Scope) -> Operand:
    subject = expressions.value(expr.args[0], scope, "DateTime")
    if subject.type.kind in {"String", "Any"}:
        moment = _to_datetime(expr, scope)
        return function("toDate", cast("Resolved", moment), type=DATE.or_null())
    return function("toDate", subject, type=DATE.or_null(subject.type.nullable))


def _from_unix(expr: ast.Call, scope: Scope) -> Operand:
    seconds = expressions.value(expr.args[0], scope, "Numeric")
    moment = function("toDateTime64", seconds, Value(6, type=INTEGER), _zone(scope))
    moment.type = DATETIME.or_null(seconds.type.nullable)
    return moment


def _add_time(sign: str) -> Callable[[ast.Call, Scope], Operand]:
    def handler(expr: ast.Call, scope: Scope) -> Operand:
        unit = _unit(expressions.value(expr.args[0], scope), expr.start)
        interval = ast.Call(f"toInterval{unit.title()}", [expr.args[1]])
        return expressions.operand(ast.ArithmeticOperation(ast.ArithmeticOperationOp(sign), expr.args[2], interval), scope)

    return handler


def _renamed(name: str) -> Callable[[ast.Call, Scope], Operand]:
    return lambda expr, scope: call(ast.Call(name, expr.args, start=expr.start), scope)


# Casts: what does not fit becomes NULL


def _cast_to(engine_type: str, found: Type, wanted: ReadAs | None) -> Callable[[ast.Call, Scope], Operand]:
    def handler(expr: ast.Call, scope: Scope) -> Operand:
        subject = expressions.value(expr.args[0], scope, wanted)
        return function("accurateCastOrNull", subject, text(engine_type), type=found.or_null())

    return handler


def _to_string(expr: ast.Call, scope: Scope) -> Operand:
    subject = expressions.value(expr.args[0], scope, "String")
    return function("toString", subject, type=STRING.or_null(subject.type.nullable))


def _cast(expr: ast.Call, scope: Scope) -> Operand:
    target = expr.args[1].value if isinstance(expr.args[1], ast.Constant) else None
    found = CASTS.fullmatch(target) if isinstance(target, str) else None
    if found is None:
        raise ResolutionError("The type must be one of String, Int64, Float64, Bool, Date, UUID, in quotes.", position=expr.start)
    plain = found.group(2)
    kind = CAST_KINDS.get(plain, FLOAT if plain.startswith("Float") else INTEGER)
    wanted: ReadAs | None = "Numeric" if kind.is_number else "String" if kind is STRING else None
    return _cast_to(plain, kind, wanted)(expr, scope)


HANDLERS: dict[str, Callable[[ast.Call, Scope], Operand]] = {
    "and": _as_node(lambda expr: ast.And(expr.args)),
    "or": _as_node(lambda expr: ast.Or(expr.args)),
    "not": _as_node(lambda expr: ast.Not(expr.args[0])),
    "if": _if,
    "multiif": _if,
    "_casewithexpression": _case,
    "ifnull": _coalesce,
    "coalesce": _coalesce,
    "isnull": _null_check(Op.Eq),
    "isnotnull": _null_check(Op.NotEq),
    "equals": _compared(Op.Eq),
    "notequals": _compared(Op.NotEq),
    "less": _compared(Op.Lt),
    "lessorequals": _compared(Op.LtEq),
    "greater": _compared(Op.Gt),
    "greaterorequals": _compared(Op.GtEq),
    "like": _compared(Op.Like),
    "ilike": _compared(Op.ILike),
    "notlike": _compared(Op.NotLike),
    "notilike": _compared(Op.NotILike),
    "in": _compared(Op.In),
    "notin": _compared(Op.NotIn),
    "exists": _exists,
    "now": _now,
    "now64": _now,
    "today": _today,
    "yesterday": _yesterday,
    "toint": _cast_to("Int64", INTEGER, "Numeric"),
    "tofloat": _cast_to("Float64", FLOAT, "Numeric"),
    "tobool": _cast_to("Bool", BOOLEAN, "Boolean"),
    "tostring": _to_string,
    "todate": _to_date,
    "todatetime": _to_datetime,
    "todatetime64": _to_datetime,
    "touuid": _cast_to("UUID", UUID_TYPE, "String"),
    "parsedatetime64besteffortornull": _to_datetime,
    "parsedatetime64besteffort": _to_datetime,
    "parsedatetimebesteffort": _to_datetime,
    "parsedatetimebesteffortornull": _to_datetime,
    "fromunixtimestamp": _from_unix,
    "accuratecastornull": _cast,
    "accuratecast": _cast,
    "cast": _cast,
    "dateadd": _add_time("+"),
    "datesub": _add_time("-"),
    "date_add": _add_time("+"),
    "date_sub": _add_time("-"),
    "date_diff": _renamed("dateDiff"),
    "date_trunc": _renamed("dateTrunc"),
}
