"""Values that an event property has had lately."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from posthog.common import limits
from posthog.common.time import utc_now
from posthog.hogql import ast, build, query
from posthog.hogql.context import Context
from posthog.query.errors import as_answers
from posthog.tenancy.models import Project

_SECONDS_MAX = 10


def event_property_values(project: Project, key: str, containing: str = "", events: Sequence[str] = ()) -> list[dict[str, Any]]:
    """The most frequent values of the last weeks, labels included: `[{"name": value, "count": events}]`."""
    value = build.field("properties", key)
    conditions = [
        build.gt(build.field("timestamp"), utc_now() - timedelta(days=limits.PROPERTY_VALUE_DAYS)),
        build.is_not_null(value),
    ]
    if events:
        conditions.append(build.in_(build.field("event"), list(events)))
    if containing:
        text = build.call("lower", build.call("toString", value))
        conditions.append(build.gt(build.call("position", text, containing.lower()), 0))
    count = build.call("count")
    node = ast.SelectQuery(
        select=[build.alias("value", value), build.alias("quantity", count)],
        select_from=build.table("events"),
        where=build.and_(conditions),
        group_by=[value],
        order_by=[build.order(count, "DESC"), build.order(value)],
        limit=limits.PROPERTY_VALUES,
    )
    context = Context(team_id=project.pk, timezone=project.timezone)
    with as_answers():
        found = query.execute(node, context, settings={"max_execution_time": _SECONDS_MAX}, tag="property_values")
    return [{"name": name, "count": quantity} for name, quantity in found.rows if name != ""]
