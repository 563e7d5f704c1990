"""From a question about a point of an insight (InsightActorsQuery) to the events behind it. Every list below a chart starts here."""

from __future__ import annotations

from typing import Any

from posthog.hogql import ast
from posthog.hogql import build as b
from posthog.insights.trends.runner import Point, TrendsQueryRunner
from posthog.query.runner import QueryRunner
from posthog.query.schema import InsightActorsQuery


def point_of(runner: QueryRunner[Any], asked: InsightActorsQuery) -> Point:
    """The point, resolved at the runner's moment; statements needed to find it are noted on the runner."""
    insight = TrendsQueryRunner(runner.project, asked.source, now=runner.now, check=runner.check)
    insight.context, insight.statements = runner.context, runner.statements
    return insight.point(asked)


def actors_of(point: Point) -> ast.SelectQuery:
    """`actor_id`, `event_count` and some `distinct_ids` of everyone behind a point. Events without a group are nobody's."""
    by_somebody = [] if point.series.group_type_index is None else [b.is_not_null(point.series.actor)]
    return ast.SelectQuery(
        select=[
            b.alias("actor_id", point.series.actor),
            b.alias("event_count", b.call("count")),
            b.alias("actor_distinct_ids", b.call("groupUniqArray", b.field("distinct_id"), params=[10])),
        ],
        select_from=b.table("events"),
        where=b.and_([point.events_where(), *by_somebody]),
        group_by=[b.field("actor_id")],
    )
