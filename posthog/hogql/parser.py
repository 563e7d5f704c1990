"""Text to tree: `parse_select`, `parse_expr`, `parse_order_expr`.

Length and nesting are checked first, then a child process parses under a time limit, so that no text can hold up a server. Trees are cached
by text; they are shared and must not be changed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, cast

from posthog.common.limits import QUERY_TEXT_LENGTH
from posthog.hogql import ast
from posthog.hogql.convert import Converter
from posthog.hogql.errors import HogQLError, NotImplementedError, QueryTooComplexError, SyntaxError
from posthog.hogql.parse_client import parse_json
from posthog.hogql.placeholders import replace_placeholders

MAX_BRACKETS = 60
# Texts, comments and quoted names hold brackets that nest nothing.
_TOKENS = re.compile(r"'(?:[^'\\]|\\.|'')*'|\"(?:[^\"\\]|\\.)*\"|`(?:[^`\\]|\\.)*`|--[^\n]*|/\*.*?\*/|[()\[\]{}]", re.DOTALL)
# The grammar reads these and leaves them out of its tree.
_LOST = re.compile(
    r"\b(?:WITH\s+(?:ROLLUP|CUBE|TOTALS)\b(?!\s+AS\b)(?!\s*\()|NULLS\s+(?:FIRST|LAST)|FILTER\s*\((?=.*\bOVER\b))", re.IGNORECASE | re.DOTALL
)
_OPEN, _CLOSE = frozenset("([{"), frozenset(")]}")


def parse_select(text: str, placeholders: Mapping[str, ast.Expr] | None = None) -> ast.SelectQuery | ast.SelectSetQuery:
    """A query. Raises HogQLError. `placeholders` maps the names of `{name}` to what stands for them."""
    tree = _parse("select", text)
    if not isinstance(tree, ast.SelectQuery | ast.SelectSetQuery):
        raise SyntaxError("This is no SELECT.")
    return replace_placeholders(tree, placeholders or {})


def parse_expr(text: str) -> ast.Expr:
    """One expression, which may have an alias (`expr AS name`). Raises HogQLError, also for a placeholder."""
    return replace_placeholders(cast("ast.Expr", _parse("expr", text)), {})


def parse_order_expr(text: str) -> ast.OrderExpr:
    """`expr`, `expr ASC` or `expr DESC`. Raises HogQLError, also for a placeholder."""
    return replace_placeholders(cast("ast.OrderExpr", _parse("order", text)), {})


def _parse(kind: str, text: str) -> ast.Node:
    check_text(text)
    return _cached(kind, text)


@lru_cache(maxsize=512)
def _cached(kind: str, text: str) -> ast.Node:
    found: dict[str, Any] = parse_json(kind, text)
    if found.get("error"):
        raise _error(found)
    try:
        return Converter().order(found) if kind == "order" else Converter().expr(found)
    except RecursionError:
        raise QueryTooComplexError("The query is nested too deep.") from None


def _error(found: dict[str, Any]) -> HogQLError:
    start = found.get("start") or {}
    cls = NotImplementedError if found.get("type") == "NotImplementedError" else SyntaxError
    return cls(str(found.get("message"))[:300], position=start.get("offset"))


def check_text(text: str) -> None:
    """What can be said before parsing."""
    if not isinstance(text, str) or not text.strip():
        raise SyntaxError("The query is empty.")
    if len(text) > QUERY_TEXT_LENGTH:
        raise QueryTooComplexError(f"The query has {len(text)} characters; at most {QUERY_TEXT_LENGTH} are allowed.")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise SyntaxError("The query holds half a character (a lone surrogate).", position=error.start) from None
    _check_brackets(text)
    lost = _LOST.search(_TOKENS.sub(lambda found: found[0] if len(found[0]) == 1 else " ", text))
    if lost is not None:
        raise NotImplementedError(f"{lost[0].rstrip('( ').upper()} is not available here.")


def _check_brackets(text: str) -> None:
    depth = 0
    for token in _TOKENS.finditer(text):
        depth += (token[0] in _OPEN) - (token[0] in _CLOSE)
        if depth > MAX_BRACKETS:
            raise QueryTooComplexError(f"Brackets are nested more than {MAX_BRACKETS} deep.", position=token.start())
