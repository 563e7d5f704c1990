"""Looking up functions in the closed list of `function_table`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import cast

from posthog.hogql.errors import ResolutionError
from posthog.hogql.function_table import AGGREGATES, COMBINATORS, MERGES, SCALARS, WINDOWS
from posthog.hogql.types import Kind, Type

_ENTRY = re.compile(r"(\w+):(\d+)(-)?(\d+)?(?:/(\d+)(-)?(\d+)?)?")
_NEVER_NULL = frozenset({"toTypeName", "toJSONString", "isZeroOrNull", "assumeNotNull"})
_ALWAYS_NULL = frozenset({"nullIf", "toNullable", "intDivOrNull", "divideOrNull", "moduloOrNull", "hasTokenOrNull"})


@dataclass(frozen=True)
class FunctionSpec:
    """`reads` says as what a JSON property among the arguments is read: "String", "Float" or "" (as declared)."""

    name: str
    least: int
    most: int | None
    result: Kind
    reads: str
    kind: str
    least_params: int = 0
    most_params: int | None = 0

    @property
    def is_aggregate(self) -> bool:
        return self.kind == "aggregate"

    @property
    def is_window(self) -> bool:
        return self.kind in {"aggregate", "window"}

    def result_type(self, args: list[Type]) -> Type:
        if self.kind == "window":
            return Type(self.result, nullable=True)
        nullable = self.name in _ALWAYS_NULL or self.result == "Any" or (self.name not in _NEVER_NULL and any(arg.nullable for arg in args))
        if self.is_aggregate and self.result in {"Integer", "Array", "Map"} and not self.name.endswith(("OrNull", "OrNullIf")):
            nullable = False
        return Type(self.result, nullable)

    def check(self, args: int, params: int, position: int | None) -> None:
        """Raises ResolutionError when the counts do not fit."""
        _check_count(self.name, "argument", args, self.least, self.most, position)
        _check_count(self.name, "parameter", params, self.least_params, self.most_params, position)


def _check_count(name: str, word: str, count: int, least: int, most: int | None, position: int | None) -> None:
    if count < least or (most is not None and count > most):
        raise ResolutionError(f"Function {name} takes {in_words(least, most)} {word}s, not {count}.", position=position)


def in_words(least: int, most: int | None) -> str:
    """A range of counts, for an error's text."""
    if most is None:
        return f"at least {least}"
    return str(least) if least == most else f"{least} to {most}"


def _upper(least: str | None, dash: str | None, most: str | None) -> int | None:
    if most is not None:
        return int(most)
    return None if dash else int(least or 0)


def _parse(table: tuple[tuple[str, str, str], ...], kind: str) -> Iterator[FunctionSpec]:
    for result, reads, entries in table:
        for name, least, dash, most, p_least, p_dash, p_most in _ENTRY.findall(entries):
            yield FunctionSpec(
                name,
                int(least),
                _upper(least, dash, most or None),
                cast("Kind", result),
                reads,
                kind,
                int(p_least or 0),
                _upper(p_least or "0", p_dash, p_most or None),
            )


def _combined(base: FunctionSpec) -> Iterator[FunctionSpec]:
    for suffix, added in COMBINATORS.items():
        result: Kind = "Any" if suffix.startswith(("State", "ForEach", "Array")) else base.result
        most = None if base.most is None else base.most + added
        yield replace(base, name=base.name + suffix, least=base.least + added, most=most, result=result)
    for suffix in MERGES:
        count = 2 if suffix.endswith("If") else 1
        yield replace(base, name=base.name + suffix, least=count, most=count, reads="")


def _all() -> Iterator[FunctionSpec]:
    yield from _parse(SCALARS, "scalar")
    yield from _parse(WINDOWS, "window")
    for spec in _parse(AGGREGATES, "aggregate"):
        yield spec
        yield from _combined(spec)


FUNCTIONS: dict[str, FunctionSpec] = {spec.name.lower(): spec for spec in _all()}

# Written by the resolver in its own way; see `calls`.
SPECIAL: dict[str, tuple[int, int | None]] = {
    "and": (1, None),
    "or": (1, None),
    "not": (1, 1),
    "if": (3, 3),
    "multiif": (3, None),
    "_casewithexpression": (3, None),
    "ifnull": (2, 2),
    "coalesce": (1, None),
    "isnull": (1, 1),
    "isnotnull": (1, 1),
    "equals": (2, 2),
    "notequals": (2, 2),
    "less": (2, 2),
    "lessorequals": (2, 2),
    "greater": (2, 2),
    "greaterorequals": (2, 2),
    "like": (2, 2),
    "ilike": (2, 2),
    "notlike": (2, 2),
    "notilike": (2, 2),
    "in": (2, 2),
    "notin": (2, 2),
    "exists": (1, 1),
    "now": (0, 0),
    "now64": (0, 1),
    "today": (0, 0),
    "yesterday": (0, 0),
    "toint": (1, 1),
    "tofloat": (1, 1),
    "tobool": (1, 1),
    "tostring": (1, 1),
    "todate": (1, 1),
    "todatetime": (1, 2),
    "todatetime64": (1, 3),
    "touuid": (1, 1),
    "parsedatetime64besteffortornull": (1, 3),
    "parsedatetime64besteffort": (1, 3),
    "parsedatetimebesteffort": (1, 2),
    "parsedatetimebesteffortornull": (1, 2),
    "fromunixtimestamp": (1, 1),
    "accuratecastornull": (2, 2),
    "accuratecast": (2, 2),
    "cast": (2, 2),
    "dateadd": (3, 3),
    "datesub": (3, 3),
    "date_add": (3, 3),
    "date_sub": (3, 3),
    "date_diff": (3, 3),
    "date_trunc": (2, 2),
}

_COMBINED = re.compile("(" + "|".join([*COMBINATORS, *MERGES]) + ")$")
_SUGGESTED = [*SPECIAL, *(key for key, spec in FUNCTIONS.items() if not spec.is_aggregate or not _COMBINED.search(spec.name)), "countif"]


def find(name: str, position: int | None = None) -> FunctionSpec:
    """The function of that name, in any case. Raises ResolutionError when it is not on the list."""
    spec = FUNCTIONS.get(name.lower())
    if spec is None:
        raise unknown(name, position)
    return spec


def unknown(name: str, position: int | None) -> ResolutionError:
    near = difflib.get_close_matches(name.lower()[:64], _SUGGESTED, n=1, cutoff=0.85)
    hint = f" Did you mean {FUNCTIONS[near[0]].name if near[0] in FUNCTIONS else near[0]}?" if near else ""
    return ResolutionError(f"Function {name[:64]} is not available.{hint}", position=position)
