"""Version comparisons: `1.10.0` is after `1.9.3`. A version is its first three numbers; what follows them is ignored."""

from __future__ import annotations

import re

from posthog.hogql import ast
from posthog.hogql import build as b
from posthog.hogql.ast import CompareOperationOp as Op
from posthog.rest.errors import InvalidInput

Version = tuple[int, int, int]

_VERSION = re.compile(r"v?(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?(?:[-+.].*)?", re.DOTALL)
_WILDCARD = re.compile(r"v?(\d{1,9})(?:\.(\d{1,9}))?(?:\.[*xX]){1,2}")
_COMPARISONS = {"semver_eq": Op.Eq, "semver_gt": Op.Gt, "semver_gte": Op.GtEq, "semver_lt": Op.Lt, "semver_lte": Op.LtEq}


def semver_condition(text: ast.Expr, operator: str, value: str, name: str) -> ast.Expr:
    """A condition on the version in `text`; false where there is none. Raises InvalidInput when `value` is no version."""
    version = _numbers(text)
    is_version = b.compare(Op.Regex, text, r"^v?[0-9]+(\.[0-9]+)*([-+].*)?$")
    if operator in _COMPARISONS:
        return b.and_([is_version, b.compare(_COMPARISONS[operator], version, _array(_read(value, name)))])
    low, high = _range(operator, value, name)
    return b.and_([is_version, b.gte(version, _array(low)), b.lt(version, _array(high))])


def _numbers(text: ast.Expr) -> ast.Expr:
    digits = b.call("extract", b.call("ifNull", text, ""), r"^v?([0-9]+(?:\.[0-9]+){0,2})")
    number = b.call("ifNull", b.call("toInt", b.field("part")), 0)
    numbers = b.call("arrayMap", b.lambda_(["part"], number), b.call("splitByChar", ".", digits))
    return b.call("arrayResize", numbers, 3, 0)


def _array(version: Version) -> ast.Expr:
    return b.array(*version)


def _read(value: str, name: str, pattern: re.Pattern[str] = _VERSION) -> Version:
    found = pattern.fullmatch(value.strip())
    if not found:
        raise InvalidInput(f"properties: {value[:100]!r} in the filter on {name!r} is not a version such as 1.4.2", attr="properties")
    parts = [int(part or 0) for part in found.groups()] + [0]
    return parts[0], parts[1], parts[2]


def _range(operator: str, value: str, name: str) -> tuple[Version, Version]:
    if operator == "semver_wildcard":
        major, minor, _ = _read(value, name, _WILDCARD)
        has_minor = value.strip().count(".") == 2 and value.strip().split(".")[1].isdigit()
        return (major, minor, 0), ((major, minor + 1, 0) if has_minor else (major + 1, 0, 0))
    major, minor, patch = low = _read(value, name)
    if operator == "semver_tilde":
        return low, (major, minor + 1, 0)
    if major:
        return low, (major + 1, 0, 0)
    return low, (0, minor + 1, 0) if minor else (0, 0, patch + 1)
