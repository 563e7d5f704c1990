"""Short constructors for trees that code writes, as insights do: `and_([eq(field("event"), constant("$pageview")), …])`."""

from __future__ import annotations

from collections.abc import Iterable

from posthog.hogql import ast
from posthog.hogql.ast import ArithmeticOperationOp as Arithmetic
from posthog.hogql.ast import CompareOperationOp as Op

Value = ast.Expr | ast.ConstantValue


def constant(value: ast.ConstantValue) -> ast.Constant:
    return ast.Constant(value)


def expr_of(value: Value) -> ast.Expr:
    """A node as it is, anything else as a constant."""
    return value if isinstance(value, ast.Expr) else ast.Constant(value)


def field(*chain: str | int) -> ast.Field:
    return ast.Field(list(chain))


def call(name: str, *args: Value, params: Iterable[Value] | None = None, distinct: bool = False) -> ast.Call:
    return ast.Call(name, [expr_of(arg) for arg in args], None if params is None else [expr_of(p) for p in params], distinct)


def and_(exprs: Iterable[ast.Expr]) -> ast.Expr:
    """All of them; true when there are none."""
    found = list(exprs)
    if len(found) == 1:
        return found[0]
    return ast.And(found) if found else ast.Constant(True)


def or_(exprs: Iterable[ast.Expr]) -> ast.Expr:
    """Any of them; false when there are none."""
    found = list(exprs)
    if len(found) == 1:
        return found[0]
    return ast.Or(found) if found else ast.Constant(False)


def not_(expr: ast.Expr) -> ast.Expr:
    return ast.Not(expr)


def compare(op: Op, left: Value, right: Value) -> ast.CompareOperation:
    return ast.CompareOperation(op, expr_of(left), expr_of(right))


def eq(left: Value, right: Value) -> ast.CompareOperation:
    return compare(Op.Eq, left, right)


def not_eq(left: Value, right: Value) -> ast.CompareOperation:
    return compare(Op.NotEq, left, right)


def gt(left: Value, right: Value) -> ast.CompareOperation:
    return compare(Op.Gt, left, right)


def gte(left: Value, right: Value) -> ast.CompareOperation:
    return compare(Op.GtEq, left, right)


def lt(left: Value, right: Value) -> ast.CompareOperation:
    return compare(Op.Lt, left, right)


def lte(left: Value, right: Value) -> ast.CompareOperation:
    return compare(Op.LtEq, left, right)


def is_null(expr: ast.Expr) -> ast.CompareOperation:
    return eq(expr, None)


def is_not_null(expr: ast.Expr) -> ast.CompareOperation:
    return not_eq(expr, None)


def in_(left: Value, right: Iterable[Value] | ast.Expr) -> ast.CompareOperation:
    """`right` is a query, or the values."""
    return compare(Op.In, left, right if isinstance(right, ast.Expr) else tuple_(*right))


def arithmetic(op: str, left: Value, right: Value) -> ast.ArithmeticOperation:
    """`op` is one of + - * / %."""
    return ast.ArithmeticOperation(Arithmetic(op), expr_of(left), expr_of(right))


def alias(name: str, expr: Value) -> ast.Alias:
    return ast.Alias(name, expr_of(expr))


def tuple_(*exprs: Value) -> ast.Tuple:
    return ast.Tuple([expr_of(expr) for expr in exprs])


def array(*exprs: Value) -> ast.Array:
    return ast.Array([expr_of(expr) for expr in exprs])


def lambda_(args: Iterable[str], expr: Value) -> ast.Lambda:
    return ast.Lambda(list(args), expr_of(expr))


def order(expr: Value, direction: str = "ASC") -> ast.OrderExpr:
    return ast.OrderExpr(expr_of(expr), "DESC" if direction.upper() == "DESC" else "ASC")


def table(
    source: str | ast.SelectQuery | ast.SelectSetQuery,
    alias: str | None = None,
    *,
    args: Iterable[Value] | None = None,
    next_join: ast.JoinExpr | None = None,
) -> ast.JoinExpr:
    """`FROM source AS alias`; `args` for `numbers(n)`."""
    name = ast.Field([source]) if isinstance(source, str) else source
    return ast.JoinExpr(name, alias, None if args is None else [expr_of(arg) for arg in args], next_join=next_join)


def join(kind: str, source: str | ast.SelectQuery | ast.SelectSetQuery, alias: str, on: ast.Expr | None) -> ast.JoinExpr:
    """A later table: `kind` is "LEFT JOIN", "INNER JOIN", "CROSS JOIN", …"""
    name = ast.Field([source]) if isinstance(source, str) else source
    return ast.JoinExpr(name, alias, join_type=kind, constraint=on)
