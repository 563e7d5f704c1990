"""Breakdowns: the key that events are grouped by, the markers for missing and remaining values, and names for answers.

A key is a tuple of one text per breakdown of the query (at most three).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from posthog.common import json
from posthog.hogql import ast
from posthog.hogql import build as b
from posthog.query.columns import parse
from posthog.query.schema import TrendsQuery
from posthog.query.schema_shared import Breakdown, BreakdownFilter
from posthog.rest.errors import InvalidInput

BreakdownKey = tuple[str, ...]

NULL = "$$_posthog_breakdown_null_$$"
OTHER = "$$_posthog_breakdown_other_$$"
DEFAULT_LIMIT = 25
VALUE_LENGTH = 400
NO_BIN = json.dumps_text(["", ""])
_METADATA = frozenset({"event", "distinct_id", "person_id", "uuid", "timestamp", "created_at", "conversation_id", "$session_id"})


@dataclass(frozen=True)
class Breakdowns:
    """`several` says that the query asked for a list of breakdowns, and so gets lists of values."""

    parts: tuple[Breakdown, ...]
    several: bool
    limit: int
    hide_other: bool
    bins: Mapping[int, tuple[float, ...]]

    @classmethod
    def of(cls, query: TrendsQuery, bins: Mapping[int, tuple[float, ...]]) -> Breakdowns:
        """`bins` are the bounds of the histogram breakdowns among the parts, once they are known."""
        asked = query.breakdownFilter or BreakdownFilter()
        parts, several = _parts(asked)
        limit = asked.breakdown_limit or DEFAULT_LIMIT
        return cls(tuple(parts), several, limit, bool(asked.breakdown_hide_other_aggregation), bins)

    @property
    def none(self) -> bool:
        return not self.parts

    @property
    def exprs(self) -> list[ast.Expr]:
        """One text per breakdown, never NULL."""
        return [_binned(part, self.bins[index]) if index in self.bins else _text(part) for index, part in enumerate(self.parts)]

    @property
    def other(self) -> BreakdownKey:
        return tuple(OTHER for _ in self.parts)

    def matches(self, key: BreakdownKey, tops: Sequence[BreakdownKey]) -> ast.Expr:
        """Whether an event has this key; the key "other" stands for all that are not in `tops`."""
        if key == self.other:
            # A client's own value that reads like the marker was counted there too.
            return b.not_(self.is_one_of([top for top in tops if top != self.other]))
        return b.and_(b.eq(expr, value) for expr, value in zip(self.exprs, key, strict=True))

    def is_one_of(self, keys: Sequence[BreakdownKey]) -> ast.Expr:
        if not keys:
            return b.constant(False)
        if len(self.parts) == 1:
            return b.in_(self.exprs[0], [key[0] for key in keys])
        return b.call("has", b.array(*(b.array(*key) for key in keys)), b.array(*self.exprs))

    def folded(self, tops: Sequence[BreakdownKey]) -> list[ast.Expr]:
        """`exprs` with every value that has no series of its own turned into "other"."""
        kept = self.is_one_of(tops)
        return [b.call("if", kept, expr, OTHER) for expr in self.exprs]

    def key_of(self, value: object) -> BreakdownKey:
        """The key that a `breakdown_value` of an answer means. Raises InvalidInput."""
        values = value if isinstance(value, list) else [value]
        if len(values) != len(self.parts):
            raise InvalidInput(f"breakdown: the insight has {len(self.parts)} breakdowns", attr="breakdown")
        return tuple(NULL if item is None else str(item) for item in values)

    def value_of(self, key: BreakdownKey) -> str | list[str]:
        return list(key) if self.several else key[0]

    @staticmethod
    def label_of(key: BreakdownKey) -> str:
        return "::".join(key)


def order_of(key: BreakdownKey, total: float) -> tuple[bool, bool, float, BreakdownKey]:
    """Sorts values: the largest first, then by value; missing after those, "other" last."""
    return OTHER in key, NULL in key or NO_BIN in key, -total, key


def _parts(asked: BreakdownFilter) -> tuple[list[Breakdown], bool]:
    if asked.breakdowns:
        return asked.breakdowns, True
    if asked.breakdown is None or asked.breakdown == []:
        return [], False
    properties = asked.breakdown if isinstance(asked.breakdown, list) else [asked.breakdown]
    if len(properties) > 3:
        raise InvalidInput("breakdownFilter.breakdown: at most 3 breakdowns", attr="breakdownFilter")
    return [_part(asked, name) for name in properties], isinstance(asked.breakdown, list) and len(properties) > 1


def _part(asked: BreakdownFilter, name: str | int) -> Breakdown:
    return Breakdown(
        property=name,
        type=asked.breakdown_type or "event",
        group_type_index=asked.breakdown_group_type_index,
        histogram_bin_count=asked.breakdown_histogram_bin_count,
        normalize_url=asked.breakdown_normalize_url,
    )


def raw(part: Breakdown) -> ast.Expr:
    """What is broken down by, as the query language sees it."""
    kind, name = part.type or "event", str(part.property)
    if kind == "hogql":
        return parse(name, "breakdownFilter")
    if kind == "event_metadata" and name in _METADATA:
        return b.field(name)
    if kind == "session" and name == "$session_id":
        return b.field("$session_id")
    chains = {"event": ["properties"], "person": ["person", "properties"]}
    if kind == "group":
        if part.group_type_index is None:
            raise InvalidInput("breakdownFilter: a breakdown by group needs its group type index", attr="breakdownFilter")
        chains["group"] = [f"group_{part.group_type_index}", "properties"]
    if kind not in chains:
        raise InvalidInput(f"breakdownFilter: a breakdown by {kind} {name!r} is not available on this server yet", attr="breakdownFilter")
    return b.field(*chains[kind], name)


def _text(part: Breakdown) -> ast.Expr:
    text: ast.Expr = b.call("leftUTF8", b.call("toString", raw(part)), VALUE_LENGTH)
    if part.normalize_url:
        text = b.call("replaceRegexpOne", text, "[/?#]+$", "")
    return b.call("ifNull", b.call("nullIf", text, ""), NULL)


def edges(lowest: float, highest: float, bins: int) -> tuple[float, ...]:
    """Bounds of equal bins; the last lies a little above the highest value, which so falls inside."""
    width = (highest - lowest) / bins
    return (*(lowest + width * index for index in range(bins)), highest + 0.01)


def _binned(part: Breakdown, bounds: tuple[float, ...]) -> ast.Expr:
    number = b.call("toFloat", raw(part))
    if len(bounds) < 2:
        return b.constant(NO_BIN)
    digits = _digits(bounds[1] - bounds[0])
    labels = [_bin_label(low, high, digits) for low, high in itertools.pairwise(bounds)]
    starts = b.array(*bounds[:-1])
    place = b.call("indexOf", starts, b.call("roundDown", b.call("assumeNotNull", number), starts))
    return b.call("if", b.is_null(number), NO_BIN, b.call("arrayElement", b.array(*labels), place))


def _digits(width: float) -> int:
    """Decimals in which the bounds of bins this wide differ: prices of single answers are fractions of a cent."""
    return max(2, 2 - math.floor(math.log10(width))) if width > 0 else 2


def _bin_label(low: float, high: float, digits: int) -> str:
    return f"[{_plain(low, digits)},{_plain(high, digits)}]"


def _plain(number: float, digits: int) -> str:
    rounded = round(number, digits)
    return str(int(rounded)) if math.isfinite(rounded) and rounded == int(rounded) else str(rounded)
