"""What a series counts: the aggregate over its events, and whether it counts actors, sessions or groups once."""

from __future__ import annotations

from posthog.hogql import ast
from posthog.hogql import build as b
from posthog.query.columns import parse
from posthog.query.schema_shared import EventsNode
from posthog.rest.errors import InvalidInput

_QUANTILES = {"median": 0.5, "p75": 0.75, "p90": 0.9, "p95": 0.95, "p99": 0.99}
_OF_PROPERTY = frozenset({"avg", "sum", "min", "max", *_QUANTILES})
_PER_ACTOR = "_count_per_actor"
# Days that a sliding count looks back from the end of each bucket.
SLIDING_DAYS = {"weekly_active": 7, "monthly_active": 30}
FIRST_TIME = frozenset({"first_time_for_user", "first_matching_event_for_user"})
_ACTORS = frozenset({"dau", *SLIDING_DAYS, *FIRST_TIME})
# Maths whose result grows with the number of events or actors, and so is scaled up when only a sample is read.
_SCALED = frozenset({"total", "sum", "unique_session", "unique_group", *_ACTORS})


def actor(group_type_index: int | None) -> ast.Expr:
    """The person, or the group where the query counts groups; an empty group key is nobody."""
    if group_type_index is None:
        return b.field("person_id")
    return b.call("nullIf", b.field(f"$group_{group_type_index}"), "")


def group_counted(node: EventsNode, group_type_index: int | None) -> int | None:
    """The type of the groups that a series is about; None for persons."""
    return node.math_group_type_index if node.math == "unique_group" else group_type_index


def counted_once(node: EventsNode, group_type_index: int | None) -> ast.Expr | None:
    """What is counted once per bucket; None for maths over all events."""
    math = node.math or "total"
    if math in _ACTORS:
        return actor(group_type_index)
    if math == "unique_session":
        return b.call("nullIf", b.field("$session_id"), "")
    if math == "unique_group":
        if node.math_group_type_index is None:
            raise InvalidInput("series.math_group_type_index: unique_group needs it", attr="math_group_type_index")
        return actor(node.math_group_type_index)
    return None


def per_actor(node: EventsNode) -> str | None:
    """The aggregate over the actors' own counts, for maths like `avg_count_per_actor`."""
    math = node.math or "total"
    return math.removesuffix(_PER_ACTOR) if math.endswith(_PER_ACTOR) else None


def aggregate(node: EventsNode, group_type_index: int | None) -> ast.Expr:
    """The value of one bucket, from the rows of events."""
    math, once = node.math or "total", counted_once(node, group_type_index)
    if once is not None:
        return b.call("count", once, distinct=True)
    if math == "hogql":
        if not (node.math_hogql and node.math_hogql.strip()):
            raise InvalidInput(
                "series.math_hogql: the math 'hogql' needs an aggregate expression such as sum(properties.price)", attr="math_hogql"
            )
        return parse(node.math_hogql, "math_hogql")
    return over(math, _number(node)) if math in _OF_PROPERTY else b.call("count")


def over(name: str, value: ast.Expr) -> ast.Expr:
    return b.call("quantile", value, params=[_QUANTILES[name]]) if name in _QUANTILES else b.call(name, value)


def scale(node: EventsNode, sampling: float | None) -> float:
    """Factor from what the engine counted to what the series says."""
    sampled = 1 / sampling if sampling and (node.math or "total") in _SCALED else 1.0
    return sampled * (1.0 if node.math_multiplier is None else node.math_multiplier)


def _number(node: EventsNode) -> ast.Expr:
    name = node.math_property
    if not name:
        raise InvalidInput(f"series.math_property: the math {node.math!r} needs a property", attr="math_property")
    if name == "$time":
        return b.call("toFloat", b.call("toUnixTimestamp", b.field("timestamp")))
    if node.math_property_type in ("session_properties", "data_warehouse_properties"):
        raise InvalidInput(
            f"series.math_property_type: {node.math_property_type} are not available on this server yet", attr="math_property_type"
        )
    person = ["person"] if node.math_property_type == "person_properties" else []
    return b.call("toFloat", b.field(*person, "properties", name))
