"""Short names for columns that got no alias."""

from __future__ import annotations

from posthog.hogql import ast

LONGEST = 200


def describe(expr: ast.Expr) -> str:
    """`properties.$browser` is called `$browser`, a call like it is written, anything else by its kind."""
    if isinstance(expr, ast.Field):
        return str(expr.chain[-1])
    if isinstance(expr, ast.ArrayAccess) and isinstance(expr.property, ast.Constant) and isinstance(expr.property.value, str):
        return expr.property.value
    return _text(expr)[:LONGEST]


def _text(expr: ast.Expr, depth: int = 0) -> str:
    if depth > 8:
        return "…"
    if isinstance(expr, ast.Field):
        return ".".join(str(part) for part in expr.chain)
    if isinstance(expr, ast.Constant):
        return "NULL" if expr.value is None else repr(expr.value) if isinstance(expr.value, str | int | float) else str(expr.value)
    if isinstance(expr, ast.Call):
        distinct = "DISTINCT " if expr.distinct else ""
        return f"{expr.name}({distinct}{', '.join(_text(arg, depth + 1) for arg in expr.args)})"
    if isinstance(expr, ast.ArithmeticOperation | ast.CompareOperation):
        return f"{_text(expr.left, depth + 1)} {expr.op.value} {_text(expr.right, depth + 1)}"
    return type(expr).__name__.lower()
