"""The numbers of one series: one statement where its breakdown has few values, three where the rest has to be folded into "other"."""

from __future__ import annotations

import math as numbers
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from posthog.common import limits
from posthog.common.time import EPOCH
from posthog.hogql import ast
from posthog.hogql import build as b
from posthog.hogql.query import HogQLResult
from posthog.insights.trends import math
from posthog.insights.trends.breakdowns import NO_BIN, NULL, BreakdownKey, edges, order_of, raw
from posthog.insights.trends.series import TrendsSeries
from posthog.rest.errors import InvalidInput

Execute = Callable[[ast.SelectQuery], HogQLResult]
# One number per bucket; a single one for a whole period.
Values = list[float]


@dataclass(frozen=True)
class Numbers:
    """`values` in the order of the answer; the key is None without a breakdown. `tops` are the keys with a series of their own."""

    values: list[tuple[BreakdownKey | None, Values]]
    tops: list[BreakdownKey]
    has_more: bool = False


def numbers_of(series: Sequence[TrendsSeries], execute: Execute) -> list[Numbers]:
    """All numbers of series that share their values of the breakdown, zero where nothing happened.

    The values with a series of their own are the largest over all of them: what has numbers of its own in one is not "other" in another.
    """
    counted, of = [_Counted(item, execute) for item in series], series[0].breakdowns
    if of.none:
        return [each.whole() for each in counted]
    scanned = [each.scanned() for each in counted]
    found = [values for values in scanned if values is not None]
    totals = _totals([values if values is not None else each.tops() for each, values in zip(counted, scanned, strict=True)])
    tops = _ranked(totals)[: of.limit]
    if len(found) == len(counted) and len(totals) <= of.limit:
        return [Numbers(_sorted(values), tops) for values in found]
    return [each.folded(tops) for each in counted]


def with_bins(series: Sequence[TrendsSeries], execute: Execute) -> list[TrendsSeries]:
    """The series with the bounds of histogram bins that they share, which depend on the lowest and highest value of all in the period."""
    wanted = {index: part for index, part in enumerate(series[0].breakdowns.parts) if part.histogram_bin_count}
    if not wanted:
        return list(series)
    values = [b.call("toFloat", raw(part)) for part in wanted.values()]
    row = execute(
        ast.SelectQuery(
            select=[b.call(name, value) for value in values for name in ("min", "max")],
            select_from=b.table("events"),
            where=b.or_([item.events_where() for item in series]),
        )
    ).rows[0]
    bounds = {
        index: edges(float(row[2 * place]), float(row[2 * place + 1]), part.histogram_bin_count or 1) if row[2 * place] is not None else ()
        for place, (index, part) in enumerate(wanted.items())
    }
    return [replace(item, bins=bounds) for item in series]


def _sorted(found: dict[BreakdownKey, Values]) -> list[tuple[BreakdownKey | None, Values]]:
    return [(key, found[key]) for key in _ranked(_totals([found]))]


def _totals(several: Iterable[Mapping[BreakdownKey, Values]]) -> dict[BreakdownKey, float]:
    totals = dict[BreakdownKey, float]()
    for found in several:
        for key, values in found.items():
            totals[key] = totals.get(key, 0.0) + sum(values)
    return totals


def _ranked(totals: Mapping[BreakdownKey, float]) -> list[BreakdownKey]:
    return sorted(totals, key=lambda key: order_of(key, totals[key]))


class _Counted:
    """The statements for one series. Rows are (bucket, value, one text per breakdown)."""

    def __init__(self, series: TrendsSeries, execute: Execute) -> None:
        self.series, self.execute = series, execute
        starts = enumerate(series.period.starts)
        # What the engine says for a bucket, and the bucket's index.
        self.place = (
            {index: index for index, _ in starts} if series.sliding_days else {_microseconds(start): index for index, start in starts}
        )

    @property
    def zeros(self) -> Values:
        return [0.0] * (len(self.place) or 1)

    @property
    def factor(self) -> float:
        return math.scale(self.series.node, self.series.query.samplingFactor)

    def whole(self) -> Numbers:
        """Without a breakdown."""
        return Numbers([(None, self._filled(self._rows([])).get((), self.zeros))], [])

    def scanned(self) -> dict[BreakdownKey, Values] | None:
        """The numbers of every value of the breakdown; None where these are too many to read."""
        rows = self._rows(self.series.breakdowns.exprs, limits.QUERY_SINGLE_SCAN_ROWS + 1)
        return self._filled(rows) if len(rows) <= limits.QUERY_SINGLE_SCAN_ROWS else None

    def folded(self, tops: list[BreakdownKey]) -> Numbers:
        """The numbers of `tops`, and of all other values together."""
        of = self.series.breakdowns
        found = self._filled(self._rows(of.folded(tops)))
        if of.hide_other:
            found.pop(of.other, None)
        return Numbers(_sorted(found), tops, has_more=True)

    def _rows(self, keys: Sequence[ast.Expr], limit: int | None = None) -> list[tuple[Any, ...]]:
        return self.execute(self._statement(keys, limit)).rows

    def _filled(self, rows: Sequence[tuple[Any, ...]]) -> dict[BreakdownKey, Values]:
        found: dict[BreakdownKey, Values] = {}
        for bucket, value, *key in rows:
            values = found.setdefault(tuple(key), self.zeros)
            values[self.place[bucket] if self.place else 0] = _float(value) * self.factor
        return found

    def tops(self) -> dict[BreakdownKey, Values]:
        """The totals of the largest values, ranked by the engine, for breakdowns with very many."""
        of = self.series.breakdowns
        names = [f"key_{index}" for index in range(len(of.parts))]
        missing = b.or_([b.call("has", b.array(*(b.field(name) for name in names)), marker) for marker in (NULL, NO_BIN)])
        ranked = ast.SelectQuery(
            select=[b.alias("total", b.call("sum", b.field("value"))), *(b.field(name) for name in names)],
            select_from=b.table(self._statement(of.exprs, None)),
            group_by=[b.field(name) for name in names],
            order_by=[b.order(missing), b.order(b.field("total"), "DESC"), *(b.order(b.field(name)) for name in names)],
            limit=of.limit,
        )
        return {tuple(key): [_float(total) * self.factor] for total, *key in self.execute(ranked).rows}

    def _statement(self, keys: Sequence[ast.Expr], limit: int | None) -> ast.SelectQuery:
        named = [b.alias(f"key_{index}", key) for index, key in enumerate(keys)]
        series = self.series
        if math.per_actor(series.node):
            statement = self._per_actor(named)
        elif series.is_cumulative and series.counted_once is not None and self.place:
            statement = self._cumulative(named)
        else:
            value = math.aggregate(series.node, series.query.aggregation_group_type_index)
            statement = self._plain(self._bucket(), value, named, b.table("events"), series.events_where())
        statement.limit = limit
        return statement

    def _plain(
        self, bucket: ast.Expr, value: ast.Expr, keys: Sequence[ast.Alias], source: ast.JoinExpr, where: ast.Expr | None
    ) -> ast.SelectQuery:
        groups = [b.field("bucket") if self.place else None, *(b.field(key.alias) for key in keys)]
        return ast.SelectQuery(
            select=[b.alias("bucket", bucket), b.alias("value", value), *keys],
            select_from=source,
            where=where,
            group_by=[group for group in groups if group is not None],
        )

    def _bucket(self) -> ast.Expr:
        """Start of the bucket in µs, or its index where windows slide.

        The buckets are cut here and not by the engine, so that both agree on every change of the clock.
        """
        if not self.place:
            return b.constant(0)
        if self.series.sliding_days:
            return self._sliding_buckets()
        return b.call("roundDown", b.call("toUnixTimestamp64Micro", b.field("timestamp")), _instants(self.place))

    def _sliding_buckets(self) -> ast.Expr:
        """Index of every bucket in whose window the event lies; an event counts in several.

        The ends of all windows cut time into pieces; all events of a piece lie in the same windows, which follow each other.
        """
        windows = [self.series.window(index) for index in range(len(self.place))]
        firsts, ends = [_microseconds(window[0]) for window in windows], [_microseconds(window[1]) for window in windows]
        pieces = sorted({*firsts, *ends})
        piece = b.call("roundDown", b.call("toUnixTimestamp64Micro", b.field("timestamp")), _instants(pieces))
        lowest = [bisect_right(ends, start) for start in pieces]
        highest = [max(low, bisect_right(firsts, start)) for low, start in zip(lowest, pieces, strict=True)]
        low, high = (b.call("transform", piece, _instants(pieces), b.array(*bounds), 0) for bounds in (lowest, highest))
        return b.call("arrayJoin", b.call("range", low, high))

    def _per_actor(self, keys: Sequence[ast.Alias]) -> ast.SelectQuery:
        """First each actor's count in each bucket, then the aggregate over actors."""
        inner = self._plain(self._bucket(), b.call("count"), keys, b.table("events"), self.series.events_where())
        inner.select = [*inner.select, b.alias("actor", self.series.actor)]
        inner.group_by = [*inner.group_by, b.field("actor")]
        value = math.over(math.per_actor(self.series.node) or "avg", b.field("value"))
        return self._plain_over(inner, value, keys)

    def _cumulative(self, keys: Sequence[ast.Alias]) -> ast.SelectQuery:
        """Who is counted once counts in the first bucket only, so that the running sum counts nobody twice."""
        once = self.series.counted_once
        assert once is not None
        inner = ast.SelectQuery(
            select=[b.alias("bucket", b.call("min", self._bucket())), b.alias("once", once), *keys],
            select_from=b.table("events"),
            where=self.series.events_where(),
            group_by=[b.field("once"), *(b.field(key.alias) for key in keys)],
        )
        return self._plain_over(inner, b.call("count"), keys)

    def _plain_over(self, inner: ast.SelectQuery, value: ast.Expr, keys: Sequence[ast.Alias]) -> ast.SelectQuery:
        outer = [b.alias(key.alias, b.field("counted", key.alias)) for key in keys]
        statement = self._plain(b.field("counted", "bucket"), value, outer, b.table(inner, "counted"), None)
        if not self.place:
            statement.group_by = [b.field("bucket"), *statement.group_by]
        return statement


def _instants(microseconds: Iterable[int]) -> ast.Expr:
    """As numbers of the timestamp's type: the engine takes small ones for another."""
    return b.call("arrayMap", b.lambda_(["instant"], b.call("toInt64", b.field("instant"))), b.array(*microseconds))


def _microseconds(moment: datetime) -> int:
    """Not below zero: no range begins before 1970, and an array of the engine cannot hold both negative and large numbers."""
    return max((moment - EPOCH) // timedelta(microseconds=1), 0)


def _float(value: Any) -> float:
    """A value of the engine as a number that JSON can say; an average of nothing is 0."""
    try:
        number = float(value or 0)
    except (TypeError, ValueError):
        raise InvalidInput("series.math_hogql: the expression must give a number", attr="math_hogql") from None
    return number if numbers.isfinite(number) else 0.0
