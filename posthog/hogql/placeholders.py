"""Putting nodes in the place of `{name}`. The tree given is left as it is: what lies above a placeholder is copied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, TypeVar, cast

from posthog.hogql import ast
from posthog.hogql.errors import ResolutionError

N = TypeVar("N", bound=ast.Node)


def replace_placeholders(node: N, given: Mapping[str, ast.Expr]) -> N:
    """Raises ResolutionError for a placeholder that nothing was given for."""
    if not any(isinstance(found, ast.Placeholder) for found in ast.walk(node)):
        return node
    return cast("N", _replaced(node, given))


def _replaced(value: object, given: Mapping[str, ast.Expr]) -> object:
    if isinstance(value, ast.Placeholder):
        if value.name not in given:
            raise ResolutionError(f"Nothing was given for the placeholder {{{value.name[:64]}}}.", position=value.start)
        return given[value.name]
    if isinstance(value, ast.Node):
        changes: dict[str, Any] = {item.name: _replaced(getattr(value, item.name), given) for item in fields(value)}
        return replace(value, **changes)
    if isinstance(value, dict):
        return {key: _replaced(item, given) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_replaced(item, given) for item in value)
    return value
