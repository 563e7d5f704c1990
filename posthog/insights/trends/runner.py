"""Answers TrendsQuery, and finds the series and point that a question about the people behind a trend speaks of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from posthog.hogql import ast
from posthog.hogql import build as b
from posthog.insights.trends import results
from posthog.insights.trends.breakdowns import BreakdownKey
from posthog.insights.trends.calculate import numbers_of, with_bins
from posthog.insights.trends.period import CompareLabel, Period
from posthog.insights.trends.results import Counted
from posthog.insights.trends.series import WHOLE, TrendsSeries
from posthog.query import dates
from posthog.query.runner import QueryRunner, register
from posthog.query.schema import InsightActorsQuery, TrendsQuery
from posthog.query.schema_shared import EventsNode
from posthog.rest.errors import InvalidInput

# A chart that reaches into the present is computed again after a few seconds, so that new events show.
FRESH_SECONDS = 10
FRESH_SECONDS_OF_THE_PAST = 60


@dataclass(frozen=True)
class Point:
    """One point of a trend: a series, one of its buckets (None: all of them), one breakdown value (None: all of them)."""

    series: TrendsSeries
    bucket: int | None
    breakdown: BreakdownKey | None
    tops: list[BreakdownKey]

    def events_where(self) -> ast.Expr:
        """Condition on the events behind the point."""
        return self.series.events_where(self.bucket, self.breakdown, tops=self.tops)


@register("TrendsQuery")
class TrendsQueryRunner(QueryRunner[TrendsQuery]):
    def run(self) -> dict[str, Any]:
        results.check_formulas(self.query)
        answers, has_more = list[dict[str, Any]](), False
        for period in self.periods:
            series = self.series(period)
            groups = [series] if self._by_formula else [[item] for item in series]
            counted = [item for group in groups for item in self._counted(group)]
            has_more = has_more or any(item.numbers.has_more for item in counted)
            answers += results.formula_results(self.query, counted) if self._by_formula else results.series_results(counted)
        return {"results": answers, "hasMore": has_more, "resolved_date_range": self.periods[0].range.shown()}

    def fresh_seconds(self) -> int:
        """Asks only where the range ends: to find where it begins may take a statement."""
        asked = self.query.dateRange
        if asked is None or asked.date_to is None:
            return FRESH_SECONDS
        until = asked.model_copy(update={"date_from": dates.LONG_AGO})
        ended = dates.resolve(until, self.query.interval, self.project, now=self.now).date_to < self.now - timedelta(days=1)
        return FRESH_SECONDS_OF_THE_PAST if ended else FRESH_SECONDS

    @property
    def periods(self) -> list[Period]:
        """The current period, and the one it is compared with."""
        current = self._resolved()
        whole = bool(self.query.trendsFilter and self.query.trendsFilter.display in WHOLE)
        found, compare = [Period(current, whole)], self.query.compareFilter
        if compare and compare.compare:
            found.append(Period(dates.previous(current, compare.compare_to), whole, "previous"))
        return found

    def series(self, period: Period) -> list[TrendsSeries]:
        return [
            TrendsSeries(self.project, self.context, self.query, index, _events_node(node, index), period)
            for index, node in enumerate(self.query.series)
        ]

    def group(self, period: Period, index: int) -> tuple[list[TrendsSeries], int]:
        """The series that share their breakdown's values and bins with the one at `index`, and its place among them.

        A formula computes with the same value of all series.
        """
        series = self.series(period)
        return (series, index) if self._by_formula else ([series[index]], 0)

    @property
    def _by_formula(self) -> bool:
        return bool(results.formulas(self.query.trendsFilter))

    def point(self, asked: InsightActorsQuery) -> Point:
        """The point that a question names. Raises InvalidInput naming the field that does not fit the insight."""
        group, place = self._asked_group(asked.series or 0, asked.compare or "current")
        series = group[place]
        bucket = None if asked.day is None or series.period.whole else series.period.index_of(asked.day)
        if asked.breakdown is None or asked.breakdown == []:
            return Point(series, bucket, None, [])
        if series.breakdowns.none:
            raise InvalidInput("breakdown: the insight has no breakdown", attr="breakdown")
        group = with_bins(group, self.execute)
        series = group[place]
        key = series.breakdowns.key_of(asked.breakdown)
        tops = numbers_of(group, self.execute)[place].tops if key == series.breakdowns.other else []
        return Point(series, bucket, key, tops)

    def _asked_group(self, index: int, compare: CompareLabel) -> tuple[list[TrendsSeries], int]:
        if index >= len(self.query.series):
            raise InvalidInput(f"series: the insight has {len(self.query.series)} series, counted from 0", attr="series")
        for period in self.periods:
            if period.compare_label == compare:
                return self.group(period, index)
        raise InvalidInput("compare: the insight does not compare with a previous period", attr="compare")

    def _counted(self, group: list[TrendsSeries]) -> list[Counted]:
        ready = with_bins(group, self.execute)
        return [Counted(series, numbers) for series, numbers in zip(ready, numbers_of(ready, self.execute), strict=True)]

    def _resolved(self) -> dates.ResolvedRange:
        return dates.resolve(self.query.dateRange, self.query.interval, self.project, now=self.now, earliest=self._earliest)

    def _earliest(self) -> datetime | None:
        first = ast.SelectQuery(
            select=[b.call("toUnixTimestamp64Milli", b.call("min", b.field("timestamp"))), b.call("count")], select_from=b.table("events")
        )
        milliseconds, count = self.execute(first).rows[0]
        return datetime.fromtimestamp(milliseconds / 1000, tz=self.now.tzinfo) if count else None


def _events_node(node: object, index: int) -> EventsNode:
    if isinstance(node, EventsNode):
        return node
    raise InvalidInput(f"series.{index}.kind: {getattr(node, 'kind', node)} is not available on this server yet", attr="series")
