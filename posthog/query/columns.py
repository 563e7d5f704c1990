"""Columns and orders that users write as expressions: `properties.plan -- Plan`, `count() DESC`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from posthog.hogql import ast, functions, parser
from posthog.hogql.errors import HogQLError
from posthog.rest.errors import InvalidInput

# A label has no quotes, so that two dashes inside a text do not begin one.
_COMMENT = re.compile(r"\s+--[ \t][^'\"`]*$")


@dataclass(frozen=True)
class Column:
    """One column of an answer: `text` as the user wrote it, `source` without the label after `--`."""

    text: str
    source: str

    @classmethod
    def read(cls, text: str) -> Column:
        return cls(text, _COMMENT.sub("", text).strip())

    @property
    def expr(self) -> ast.Expr:
        """Raises InvalidInput naming the column."""
        return parse(self.source, "select")


def read_columns(texts: Sequence[str]) -> list[Column]:
    """The columns of a `select`, in order. One that cannot be read is refused when its `expr` is asked for."""
    return [Column.read(text) for text in texts]


def parse(text: str, field: str) -> ast.Expr:
    """An expression that a user wrote in `field`, without its alias. Raises InvalidInput naming both."""
    try:
        found = parser.parse_expr(text)
    except HogQLError as error:
        raise InvalidInput(f"{field}: cannot read {text[:200]!r}: {error.message}", attr=field) from None
    return found.expr if isinstance(found, ast.Alias) else found


def read_order(text: str) -> ast.OrderExpr:
    """`expr`, `expr ASC` or `expr DESC`. Raises InvalidInput naming the column."""
    try:
        found = parser.parse_order_expr(_COMMENT.sub("", text).strip())
    except HogQLError as error:
        raise InvalidInput(f"orderBy: cannot read {text[:200]!r}: {error.message}", attr="orderBy") from None
    return ast.OrderExpr(found.expr, found.order, found.nulls)


def is_aggregate(expr: ast.Expr) -> bool:
    """Whether an expression counts over many rows, outside of sub-queries."""
    if isinstance(expr, ast.SelectQuery | ast.SelectSetQuery | ast.WindowFunction):
        return False
    if isinstance(expr, ast.Call):
        spec = functions.FUNCTIONS.get(expr.name.lower())
        if spec is not None and spec.is_aggregate:
            return True
    return any(is_aggregate(child) for child in ast.children(expr) if isinstance(child, ast.Expr))
