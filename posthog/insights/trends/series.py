"""One series of a trend in one period. `events_where` says which events a point stands for; the numbers and the way down both use it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from posthog.hogql import ast
from posthog.hogql import build as b
from posthog.hogql.ast import CompareOperationOp as Op
from posthog.hogql.context import Context
from posthog.insights.trends import math
from posthog.insights.trends.breakdowns import BreakdownKey, Breakdowns
from posthog.insights.trends.period import Period, Span
from posthog.query.calendar import add_days
from posthog.query.filters import property_to_expr, test_account_filters
from posthog.query.schema import TrendsQuery
from posthog.query.schema_shared import EventsNode
from posthog.tenancy.models import Project

CUMULATIVE = "ActionsLineGraphCumulative"
WHOLE = frozenset({"BoldNumber", "ActionsPie", "ActionsBarValue", "ActionsTable", "WorldMap", "CalendarHeatmap"})
_SAMPLE_PARTS = 1_000_000


@dataclass(frozen=True)
class TrendsSeries:
    """`index` counts from 0 in the query's series, `bins` are the bounds of histogram breakdowns."""

    project: Project
    context: Context
    query: TrendsQuery
    index: int
    node: EventsNode
    period: Period
    bins: Mapping[int, tuple[float, ...]] = field(default_factory=dict)

    @property
    def is_cumulative(self) -> bool:
        return self.query.trendsFilter is not None and self.query.trendsFilter.display == CUMULATIVE

    @property
    def sliding_days(self) -> int | None:
        return math.SLIDING_DAYS.get(self.node.math or "total")

    @cached_property
    def breakdowns(self) -> Breakdowns:
        return Breakdowns.of(self.query, self.bins)

    @property
    def group_type_index(self) -> int | None:
        return math.group_counted(self.node, self.query.aggregation_group_type_index)

    @property
    def actor(self) -> ast.Expr:
        return math.actor(self.group_type_index)

    @property
    def counted_once(self) -> ast.Expr | None:
        return math.counted_once(self.node, self.query.aggregation_group_type_index)

    def span(self, index: int | None = None) -> Span:
        """When the events of a point happened: of one bucket, or of the whole period."""
        if index is None or self.period.whole:
            return self._whole_span()
        first, last = self.window(index) if self.sliding_days else self.period.bucket_span(index)
        return (self._whole_span()[0] if self.is_cumulative else first), last

    def window(self, index: int) -> Span:
        """The sliding days up to the end of a bucket, or to the end of the period where that comes first."""
        end = self.period.bucket_span(index)[1]
        return add_days(end, -(self.sliding_days or 0), self.period.range.zone), end

    def _whole_span(self) -> Span:
        first, last = self.period.span
        if not self.sliding_days:
            return first, last
        if self.period.whole:
            return add_days(last, -self.sliding_days, self.period.range.zone), last
        return self.window(0)[0], self.window(len(self.period.starts) - 1)[1]

    def events_where(
        self, index: int | None = None, breakdown: BreakdownKey | None = None, *, tops: list[BreakdownKey] | None = None
    ) -> ast.Expr:
        """Condition on events: those behind the point of bucket `index` (None: of the whole period) and of one breakdown value.

        `tops` are the values that have a series of their own; needed for the value "other".
        """
        conditions = [*self._in_time(self.span(index)), *self._matching(), *self._first_time()]
        once = self.actor if math.per_actor(self.node) else self.counted_once
        if once is not None and once != b.field("person_id"):
            conditions.append(b.is_not_null(once))
        if breakdown is not None:
            conditions.append(self.breakdowns.matches(breakdown, tops or []))
        return b.and_(conditions)

    def _in_time(self, span: tuple[datetime, datetime]) -> list[ast.Expr]:
        return [b.gte(b.field("timestamp"), span[0]), b.lt(b.field("timestamp"), span[1])]

    def _is_event(self) -> list[ast.Expr]:
        return [] if self.node.event is None else [b.eq(b.field("event"), self.node.event)]

    def _matching(self) -> list[ast.Expr]:
        """The filters of the series and of the whole query."""
        query, node = self.query, self.node
        filters = [property_to_expr(part, self.context) for part in (node.fixedProperties, node.properties, query.properties) if part]
        if query.filterTestAccounts:
            filters.append(test_account_filters(self.project, self.context))
        if query.samplingFactor is not None and query.samplingFactor < 1:
            sampled = b.arithmetic("%", b.call("cityHash64", b.field("distinct_id")), _SAMPLE_PARTS)
            filters.append(b.lt(sampled, int(query.samplingFactor * _SAMPLE_PARTS)))
        return [*self._is_event(), *(expr for expr in filters if expr != b.constant(True))]

    def _first_time(self) -> list[ast.Expr]:
        """For counts of first times: the event is its actor's first one ever, of all or of the matching ones."""
        if self.node.math not in math.FIRST_TIME:
            return []
        matching = self._is_event() if self.node.math == "first_time_for_user" else self._matching()
        firsts = ast.SelectQuery(
            select=[b.alias("first_actor", self.actor), b.alias("first_time", b.call("min", b.field("timestamp")))],
            select_from=b.table("events"),
            where=b.and_(matching),
            group_by=[b.field("first_actor")],
        )
        return [b.compare(Op.In, b.tuple_(self.actor, b.field("timestamp")), firsts)]
