# ruff: noqa: N815
"""Parts that several query kinds share: date range, filters, breakdowns, series. Field names are PostHog's (camelCase stays)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from posthog.common import limits

Scalar = str | int | float | bool | None
FilterValue = Scalar | list[Scalar]
Name = Annotated[str, Field(max_length=limits.QUERY_NAME_LENGTH)]
Expression = Annotated[str, Field(max_length=limits.QUERY_EXPRESSION_LENGTH)]
GroupTypeIndex = Annotated[int, Field(ge=0, le=limits.GROUP_TYPES - 1)]
BinCount = Annotated[int, Field(ge=1, le=90)]
Interval = Literal["minute", "hour", "day", "week", "month"]

Operator = Literal[
    "exact",
    "is_not",
    "icontains",
    "not_icontains",
    "icontains_multi",
    "not_icontains_multi",
    "regex",
    "not_regex",
    "is_set",
    "is_not_set",
    "gt",
    "gte",
    "lt",
    "lte",
    "between",
    "not_between",
    "min",
    "max",
    "is_date_exact",
    "is_date_before",
    "is_date_after",
    "in",
    "not_in",
    "is_cleaned_path_exact",
    "semver_eq",
    "semver_neq",
    "semver_gt",
    "semver_gte",
    "semver_lt",
    "semver_lte",
    "semver_tilde",
    "semver_caret",
    "semver_wildcard",
    "flag_evaluates_to",
]

Math = Literal[
    "total",
    "dau",
    "weekly_active",
    "monthly_active",
    "unique_session",
    "unique_group",
    "hogql",
    "avg",
    "sum",
    "min",
    "max",
    "median",
    "p75",
    "p90",
    "p95",
    "p99",
    "avg_count_per_actor",
    "min_count_per_actor",
    "max_count_per_actor",
    "median_count_per_actor",
    "p75_count_per_actor",
    "p90_count_per_actor",
    "p95_count_per_actor",
    "p99_count_per_actor",
    "first_time_for_user",
    "first_matching_event_for_user",
]


class Node(BaseModel):
    """A part of a query. Unknown fields are refused, so that a misspelled one cannot silently change a number."""

    model_config = ConfigDict(extra="forbid")


class DateRange(Node):
    date_from: Name | None = None
    date_to: Name | None = None
    explicitDate: bool | None = False


class CompareFilter(Node):
    compare: bool | None = False
    compare_to: Name | None = None


BreakdownType = Literal[
    "event",
    "person",
    "cohort",
    "group",
    "session",
    "hogql",
    "event_metadata",
    "data_warehouse",
    "data_warehouse_person_property",
    "revenue_analytics",
]


class Breakdown(Node):
    property: Expression | int
    type: BreakdownType | None = "event"
    group_type_index: GroupTypeIndex | None = None
    histogram_bin_count: BinCount | None = None
    normalize_url: bool | None = None


class BreakdownFilter(Node):
    breakdown: Expression | int | list[Expression | int] | None = None
    breakdown_type: BreakdownType | None = "event"
    breakdown_group_type_index: GroupTypeIndex | None = None
    breakdown_histogram_bin_count: BinCount | None = None
    breakdown_hide_other_aggregation: bool | None = None
    breakdown_limit: Annotated[int, Field(ge=1, le=limits.QUERY_BREAKDOWN_LIMIT)] | None = None
    breakdown_normalize_url: bool | None = None
    breakdowns: Annotated[list[Breakdown], Field(max_length=3)] | None = None


class BaseFilter(Node):
    key: Name | None = None
    operator: Operator | None = "exact"
    value: FilterValue = None
    # What the client shows beside a filter; no meaning for the query.
    label: Name | None = None
    cohort_name: Name | None = None
    group_key_names: dict[str, str] | None = None


class EventFilter(BaseFilter):
    type: Literal["event"] = "event"


class PersonFilter(BaseFilter):
    type: Literal["person"]


class FeatureFilter(BaseFilter):
    type: Literal["feature"]


class SessionFilter(BaseFilter):
    type: Literal["session"]


class EventMetadataFilter(BaseFilter):
    type: Literal["event_metadata"]


class GroupFilter(BaseFilter):
    type: Literal["group"]
    group_type_index: GroupTypeIndex | None = None


class HogQLFilter(BaseFilter):
    type: Literal["hogql"]
    key: Expression | None = None
    operator: Operator | None = None


class CohortFilter(BaseFilter):
    type: Literal["cohort", "static-cohort", "precalculated-cohort"]
    key: Name | None = "id"
    operator: Operator | None = "in"


class ElementFilter(BaseFilter):
    type: Literal["element"]


class FlagFilter(BaseFilter):
    type: Literal["flag"]
    operator: Operator | None = "flag_evaluates_to"


class EmptyFilter(Node):
    """`{}`: a filter that the client has not filled in yet."""

    type: Literal["empty"] | None = None


def _filter_tag(value: Any) -> str:
    if isinstance(value, BaseModel):
        return str(getattr(value, "type", None) or "empty")
    if not isinstance(value, dict) or not value or value.get("type") == "empty":
        return "empty"
    return str(value.get("type") or "event")


PropertyFilter = Annotated[
    Annotated[EventFilter, Tag("event")]
    | Annotated[PersonFilter, Tag("person")]
    | Annotated[FeatureFilter, Tag("feature")]
    | Annotated[SessionFilter, Tag("session")]
    | Annotated[EventMetadataFilter, Tag("event_metadata")]
    | Annotated[GroupFilter, Tag("group")]
    | Annotated[HogQLFilter, Tag("hogql")]
    | Annotated[CohortFilter, Tag("cohort")]
    | Annotated[CohortFilter, Tag("static-cohort")]
    | Annotated[CohortFilter, Tag("precalculated-cohort")]
    | Annotated[ElementFilter, Tag("element")]
    | Annotated[FlagFilter, Tag("flag")]
    | Annotated[EmptyFilter, Tag("empty")],
    Discriminator(
        _filter_tag,
        custom_error_type="unknown_filter_type",
        custom_error_message=(
            "Unknown filter type. Known: event, person, feature, session, event_metadata, group, hogql, cohort, element, flag"
        ),
    ),
]
Filters = Annotated[list[PropertyFilter], Field(max_length=limits.QUERY_FILTERS)]


def _member_tag(value: Any) -> str:
    kind = value.get("type") if isinstance(value, dict) else getattr(value, "type", None)
    return "group" if kind in ("AND", "OR") else "filter"


class PropertyGroup(Node):
    """Filters joined by AND or OR; groups may nest."""

    type: Literal["AND", "OR"]
    values: Annotated[
        list[Annotated[Annotated[PropertyGroup, Tag("group")] | Annotated[PropertyFilter, Tag("filter")], Discriminator(_member_tag)]],
        Field(max_length=limits.QUERY_FILTERS),
    ]


def _properties_tag(value: Any) -> str:
    return "list" if isinstance(value, list) else "group"


Properties = Annotated[Annotated[Filters, Tag("list")] | Annotated[PropertyGroup, Tag("group")], Discriminator(_properties_tag)]


class SeriesFields(Node):
    """What events and actions nodes have in common."""

    name: Name | None = None
    custom_name: Name | None = None
    math: Math | None = "total"
    math_property: Name | None = None
    math_property_type: Literal["event_properties", "person_properties", "session_properties", "data_warehouse_properties"] | None = None
    math_property_revenue_currency: dict[str, Any] | None = None
    math_hogql: Expression | None = None
    math_group_type_index: GroupTypeIndex | None = None
    math_multiplier: float | None = None
    optionalInFunnel: bool | None = None
    properties: Filters | None = None
    fixedProperties: Filters | None = None
    limit: Annotated[int, Field(ge=0)] | None = None
    orderBy: list[Expression] | None = None
    version: float | None = None
    response: dict[str, Any] | None = None


class EventsNode(SeriesFields):
    kind: Literal["EventsNode"] = "EventsNode"
    event: Name | None = None


class ActionsNode(SeriesFields):
    kind: Literal["ActionsNode"]
    id: int


class DataWarehouseNode(SeriesFields):
    kind: Literal["DataWarehouseNode"]
    id: Name | int | None = None
    table_name: Name
    id_field: Name
    timestamp_field: Name
    distinct_id_field: Name


def _series_tag(value: Any) -> Any:
    """A series without `kind` counts events, as upstream."""
    return value.get("kind", "EventsNode") if isinstance(value, dict) else getattr(value, "kind", "EventsNode")


SeriesNode = Annotated[
    Annotated[EventsNode, Tag("EventsNode")]
    | Annotated[ActionsNode, Tag("ActionsNode")]
    | Annotated[DataWarehouseNode, Tag("DataWarehouseNode")],
    Discriminator(_series_tag),
]
