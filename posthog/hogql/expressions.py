"""Resolving expressions: names to columns, operators to functions of the engine."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from posthog.hogql import ast, calls, comparisons
from posthog.hogql.errors import NotImplementedError, ResolutionError
from posthog.hogql.function_table import CAST_TYPES
from posthog.hogql.property_types import ReadAs
from posthog.hogql.resolved import (
    Function,
    LambdaFunction,
    Name,
    Operand,
    Order,
    PropertyRead,
    Resolved,
    Value,
    Window,
    WindowCall,
    function,
    settle,
)
from posthog.hogql.scope import Definition, Scope
from posthog.hogql.types import ANY, BOOLEAN, DATE, DATETIME, FLOAT, INTEGER, STRING, UUID_TYPE, Type, common

ARITHMETIC = {"+": "plus", "-": "minus", "*": "multiply", "/": "divide", "%": "modulo"}


def value(expr: ast.Expr, scope: Scope, wanted: ReadAs | None = None) -> Resolved:
    """The resolved expression; a JSON property in it is read as `wanted` where no definition says otherwise."""
    return settle(operand(expr, scope), wanted)


def operand(expr: ast.Expr, scope: Scope) -> Operand:
    handler = HANDLERS.get(type(expr))
    if handler is None:
        raise NotImplementedError(f"{type(expr).__name__} cannot stand here.", position=expr.start)
    return handler(expr, scope)


def condition(expr: ast.Expr, scope: Scope) -> Resolved:
    """An expression whose NULL and false mean the same, as in WHERE and ON: comparisons need no wrapping, which indexes and joins like."""
    if isinstance(expr, ast.And | ast.Or):
        name = "and" if isinstance(expr, ast.And) else "or"
        return combine(name, [condition(item, scope) for item in expr.exprs])
    if isinstance(expr, ast.CompareOperation):
        return comparisons.compare(expr, scope, plain=True)
    return value(expr, scope, "Boolean")


def combine(name: str, exprs: list[Resolved]) -> Resolved:
    if not exprs:
        return Value(name == "and", type=BOOLEAN)
    if len(exprs) == 1:
        return exprs[0]
    return Function(name, exprs, type=BOOLEAN.or_null(any(expr.type.nullable for expr in exprs)))


# Names


def _field(expr: ast.Field, scope: Scope) -> Operand:
    chain = [str(part) for part in expr.chain]
    if not chain or chain[-1] == "*":
        raise ResolutionError("* can stand only in a list of columns and in count(*).", position=expr.start)
    found = named(chain, scope, expr.start)
    if found is None:
        raise ResolutionError(_unknown(chain, scope), position=expr.start)
    return found


def named(chain: list[str], scope: Scope, position: int | None) -> Operand | None:
    if len(chain) == 1 and scope.is_argument(chain[0]):
        return Name(chain[0])
    if chain[0] in scope.aliases and len(chain) == 1:
        return scope.aliases[chain[0]]
    if len(chain) > 1 and chain[0] in scope.relations:
        found = scope.relations[chain[0]].read(chain[1:], position)
        if found is not None:
            return found
    return _unqualified(chain, scope, position) or _inlined(chain, scope)


def _unqualified(chain: list[str], scope: Scope, position: int | None) -> Operand | None:
    relations = [relation for relation in scope.relations.values() if relation.has(chain[0])]
    if len(relations) > 1:
        raise ResolutionError(f"The column {chain[0][:64]} is in more than one table: write which.", position=position)
    return relations[0].read(chain, position) if relations else None


def _inlined(chain: list[str], scope: Scope) -> Operand | None:
    """`WITH expr AS name`: the expression, with this query's columns."""
    definition = scope.ctes.get(chain[0])
    if definition is None or len(chain) > 1 or is_query(definition.cte.expr):
        return None
    scope.budget.count_inlined()
    return operand(definition.cte.expr, scope.with_definitions(definition.scope.ctes))


def is_query(expr: ast.Expr) -> bool:
    return isinstance(expr, ast.SelectQuery | ast.SelectSetQuery)


def _unknown(chain: Sequence[str], scope: Scope) -> str:
    name = ".".join(chain)[:100]
    known = [*scope.aliases, *scope.relations]
    for relation in scope.relations.values():
        known += relation.columns()
    near = difflib.get_close_matches(chain[0][:64], known, n=1)
    return f"There is no column {name} here." + (f" Did you mean {near[0]}?" if near else "")


# Values

_PYTHON_TYPES: tuple[tuple[type, Type], ...] = (
    (bool, BOOLEAN),
    (int, INTEGER),
    (float, FLOAT),
    (str, STRING),
    (datetime, DATETIME),
    (date, DATE),
    (UUID, UUID_TYPE),
)


def constant(item: ast.ConstantValue, scope: Scope) -> Resolved:
    """A time is shown in the context's zone, so that its day is the project's."""
    for python_type, found in _PYTHON_TYPES:
        if isinstance(item, python_type):
            resolved = Value(item, type=found)
            if found is DATETIME and scope.context.zone != "UTC":
                return function("toTimeZone", resolved, Value(scope.context.zone, type=STRING), type=DATETIME)
            return resolved
    if item is None:
        return Value(None, type=ANY)
    raise ResolutionError(f"A constant cannot be a {type(item).__name__}.")


def _constant(expr: ast.Constant, scope: Scope) -> Operand:
    return constant(expr.value, scope)


def _tuple(expr: ast.Tuple, scope: Scope) -> Operand:
    return function("tuple", *[value(item, scope) for item in expr.exprs], type=Type("Tuple"))


def _array(expr: ast.Array, scope: Scope) -> Operand:
    return function("array", *[value(item, scope) for item in expr.exprs], type=Type("Array"))


def _dict(expr: ast.Dict, scope: Scope) -> Operand:
    return function("map", *[value(part, scope) for item in expr.items for part in item], type=Type("Map"))


# Operators


def _and(expr: ast.And, scope: Scope) -> Operand:
    return combine("and", [value(item, scope, "Boolean") for item in expr.exprs])


def _or(expr: ast.Or, scope: Scope) -> Operand:
    return combine("or", [value(item, scope, "Boolean") for item in expr.exprs])


def _not(expr: ast.Not, scope: Scope) -> Operand:
    inner = value(expr.expr, scope, "Boolean")
    return function("not", inner, type=BOOLEAN.or_null(inner.type.nullable))


def _compare(expr: ast.CompareOperation, scope: Scope) -> Operand:
    return comparisons.compare(expr, scope)


def _between(expr: ast.Between, scope: Scope) -> Operand:
    ops = ast.CompareOperationOp
    both = ast.And([ast.CompareOperation(ops.GtEq, expr.expr, expr.low), ast.CompareOperation(ops.LtEq, expr.expr, expr.high)])
    return operand(ast.Not(both) if expr.negated else both, scope)


def _arithmetic(expr: ast.ArithmeticOperation, scope: Scope) -> Operand:
    left, right = value(expr.left, scope, "Numeric"), value(expr.right, scope, "Numeric")
    return function(ARITHMETIC[expr.op], left, right, type=_arithmetic_type(expr.op, left.type, right.type))


def _arithmetic_type(op: str, left: Type, right: Type) -> Type:
    nullable = left.nullable or right.nullable
    if {left.kind, right.kind} & {"DateTime", "Date"}:
        return Type("Integer" if left.kind == right.kind else "DateTime", nullable)
    if not (left.is_number and right.is_number):
        return ANY
    return FLOAT.or_null(nullable) if op == "/" else common([left, right])


def _cast(expr: ast.TypeCast, scope: Scope) -> Operand:
    name = CAST_TYPES.get(expr.type_name.lower())
    if name is None:
        raise ResolutionError(f"Cannot cast to {expr.type_name[:64]}: use one of {', '.join(CAST_TYPES)}.", position=expr.start)
    return calls.call(ast.Call(name, [expr.expr], start=expr.start), scope)


# Access


def _array_access(expr: ast.ArrayAccess, scope: Scope) -> Operand:
    property_chain = _property_chain(expr)
    if property_chain is not None:
        found = named(property_chain, scope, expr.start)
        if isinstance(found, PropertyRead):
            return found
    return calls.call(ast.Call("arrayElement", [expr.array, expr.property], start=expr.start), scope)


def _property_chain(expr: ast.Expr) -> list[str] | None:
    """`properties['a']['b']` and `properties?.a` are chains, when the first name is a JSON column."""
    if isinstance(expr, ast.Field):
        return [str(part) for part in expr.chain]
    if isinstance(expr, ast.ArrayAccess) and isinstance(expr.property, ast.Constant) and isinstance(expr.property.value, str):
        before = _property_chain(expr.array)
        return None if before is None else [*before, expr.property.value]
    return None


def _array_slice(expr: ast.ArraySlice, scope: Scope) -> Operand:
    begin = ast.Constant(1) if expr.begin is None else expr.begin
    if expr.end is None:
        return calls.call(ast.Call("arraySlice", [expr.array, begin]), scope)
    length = ast.ArithmeticOperation(ast.ArithmeticOperationOp.Sub, expr.end, begin)
    count = ast.ArithmeticOperation(ast.ArithmeticOperationOp.Add, length, ast.Constant(1))
    return calls.call(ast.Call("arraySlice", [expr.array, begin, count]), scope)


def _tuple_access(expr: ast.TupleAccess, scope: Scope) -> Operand:
    if isinstance(expr.tuple, ast.Field):
        found = named([*[str(part) for part in expr.tuple.chain], str(expr.index)], scope, expr.start)
        if isinstance(found, PropertyRead):
            return found
    return function("tupleElement", value(expr.tuple, scope), Value(expr.index, type=INTEGER), type=ANY)


# Functions


def _call(expr: ast.Call, scope: Scope) -> Operand:
    return calls.call(expr, scope)


def _lambda(expr: ast.Lambda, scope: Scope) -> Operand:
    with scope.arguments(expr.args):
        return LambdaFunction(list(expr.args), value(expr.expr, scope))


def _window_function(expr: ast.WindowFunction, scope: Scope) -> Operand:
    called = calls.call(ast.Call(expr.name, expr.args, expr.params, start=expr.start), scope, window=True)
    if not isinstance(called, Function):
        raise ResolutionError(f"{expr.name[:64]} is no window function.", position=expr.start)
    if expr.over_identifier is None:
        return WindowCall(called, window(expr.over_expr or ast.WindowExpr(), scope), type=called.type)
    if expr.over_identifier not in scope.windows:
        raise ResolutionError(f"There is no window {expr.over_identifier[:64]} here.", position=expr.start)
    return WindowCall(called, expr.over_identifier, type=called.type)


def window(expr: ast.WindowExpr, scope: Scope) -> Window:
    return Window(
        [value(item, scope) for item in expr.partition_by],
        [order(item, scope) for item in expr.order_by],
        expr.frame_method,
        expr.frame_start,
        expr.frame_end,
    )


def order(expr: ast.OrderExpr, scope: Scope) -> Order:
    return Order(value(expr.expr, scope), expr.order == "DESC", expr.nulls)


def _query(expr: ast.SelectQuery | ast.SelectSetQuery, scope: Scope) -> Operand:
    query = scope.subquery(expr, scope)
    if len(query.outputs) == 1:
        query.type = query.outputs[0].expr.type.or_null()
    return query


def subquery_of(expr: ast.Expr, scope: Scope) -> Resolved | None:
    """The query that `expr` is, or that it names in WITH."""
    if isinstance(expr, ast.SelectQuery | ast.SelectSetQuery):
        return scope.subquery(expr, scope)
    if isinstance(expr, ast.Field) and len(expr.chain) == 1:
        definition: Definition | None = scope.ctes.get(str(expr.chain[0]))
        if definition is not None and isinstance(definition.cte.expr, ast.SelectQuery | ast.SelectSetQuery):
            return definition.scope.subquery(definition.cte.expr, definition.scope)
    return None


def _placeholder(expr: ast.Placeholder, scope: Scope) -> Operand:
    raise ResolutionError(f"Nothing was given for the placeholder {{{expr.name[:64]}}}.", position=expr.start)


def _alias(expr: ast.Alias, scope: Scope) -> Operand:
    raise ResolutionError(f"An alias can be given only to a whole column: AS {expr.alias[:64]}.", position=expr.start)


HANDLERS: dict[type[ast.Expr], Callable[[Any, Scope], Operand]] = {
    ast.Field: _field,
    ast.Constant: _constant,
    ast.Tuple: _tuple,
    ast.Array: _array,
    ast.Dict: _dict,
    ast.And: _and,
    ast.Or: _or,
    ast.Not: _not,
    ast.CompareOperation: _compare,
    ast.Between: _between,
    ast.ArithmeticOperation: _arithmetic,
    ast.TypeCast: _cast,
    ast.ArrayAccess: _array_access,
    ast.ArraySlice: _array_slice,
    ast.TupleAccess: _tuple_access,
    ast.Call: _call,
    ast.Lambda: _lambda,
    ast.WindowFunction: _window_function,
    ast.SelectQuery: _query,
    ast.SelectSetQuery: _query,
    ast.Placeholder: _placeholder,
    ast.Alias: _alias,
}
