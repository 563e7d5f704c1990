# ruff: noqa: N815
"""The query kinds of the endpoint as closed models, with PostHog's names. `parse_query` is the door from JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from posthog.common import limits
from posthog.query.schema_shared import (
    BinCount,
    BreakdownFilter,
    CompareFilter,
    DateRange,
    Expression,
    Filters,
    GroupTypeIndex,
    Interval,
    Name,
    Node,
    Properties,
    PropertyFilter,
    PropertyGroup,
    SeriesNode,
)
from posthog.query.upgrade import upgrade
from posthog.rest.errors import InvalidInput

Display = Literal[
    "ActionsLineGraph",
    "ActionsBar",
    "ActionsUnstackedBar",
    "ActionsStackedBar",
    "ActionsAreaGraph",
    "ActionsLineGraphCumulative",
    "BoldNumber",
    "ActionsPie",
    "ActionsBarValue",
    "ActionsTable",
    "WorldMap",
    "CalendarHeatmap",
]


class FormulaNode(Node):
    formula: Expression
    custom_name: Name | None = None


class TrendsFilter(Node):
    """How a trend is computed (display, formula, smoothing) and shown (the rest; kept for the client, without effect here)."""

    display: Display | None = "ActionsLineGraph"
    formula: Expression | None = None
    formulas: Annotated[list[Expression], Field(max_length=limits.QUERY_FORMULAS)] | None = None
    formulaNodes: Annotated[list[FormulaNode], Field(max_length=limits.QUERY_FORMULAS)] | None = None
    smoothingIntervals: Annotated[int, Field(ge=1, le=limits.QUERY_SMOOTHING_INTERVALS)] | None = 1
    aggregationAxisFormat: Literal["numeric", "duration", "duration_ms", "percentage", "percentage_scaled", "currency", "short"] | None = (
        "numeric"
    )
    aggregationAxisPrefix: Name | None = None
    aggregationAxisPostfix: Name | None = None
    decimalPlaces: float | None = None
    minDecimalPlaces: float | None = None
    showLegend: bool | None = False
    showValuesOnSeries: bool | None = False
    showPercentStackView: bool | None = False
    showLabelsOnSeries: bool | None = None
    showMultipleYAxes: bool | None = False
    showAlertThresholdLines: bool | None = False
    showTrendLines: bool | None = False
    showConfidenceIntervals: bool | None = None
    confidenceLevel: float | None = None
    showMovingAverage: bool | None = None
    movingAverageIntervals: float | None = None
    hideWeekends: bool | None = False
    excludeBoxPlotOutliers: bool | None = True
    hiddenLegendIndexes: list[int] | None = None
    goalLines: list[dict[str, Any]] | None = None
    resultCustomizationBy: Literal["value", "position"] | None = None
    resultCustomizations: dict[str, Any] | None = None
    yAxisScaleType: Literal["linear", "log10"] | None = None
    detailedResultsAggregationType: Literal["total", "average", "median"] | None = None
    breakdown_histogram_bin_count: BinCount | None = None


class QueryFields(Node):
    """Fields that every query kind accepts and that do not change its numbers."""

    modifiers: dict[str, Any] | None = None
    tags: dict[str, Any] | None = None
    version: float | None = None
    response: dict[str, Any] | None = None


class InsightFields(QueryFields):
    dateRange: DateRange | None = None
    properties: Properties | None = None
    filterTestAccounts: bool | None = False
    samplingFactor: Annotated[float, Field(gt=0, le=1)] | None = None
    aggregation_group_type_index: GroupTypeIndex | None = None
    dataColorTheme: int | None = None


class TrendsQuery(InsightFields):
    kind: Literal["TrendsQuery"] = "TrendsQuery"
    series: Annotated[list[SeriesNode], Field(min_length=1, max_length=limits.QUERY_SERIES)]
    interval: Interval | None = "day"
    breakdownFilter: BreakdownFilter | None = None
    compareFilter: CompareFilter | None = None
    trendsFilter: TrendsFilter | None = None
    conversionGoal: None = None


class InsightActorsFields(QueryFields):
    source: TrendsQuery
    includeRecordings: bool | None = None


class InsightActorsQuery(InsightActorsFields):
    """The actors behind one point of an insight: `day` and `breakdown` as the result gave them, `series` by its index."""

    kind: Literal["InsightActorsQuery"] = "InsightActorsQuery"
    day: Name | int | None = None
    series: Annotated[int, Field(ge=0)] | None = 0
    interval: int | None = None
    breakdown: Name | int | list[Name | int] | None = None
    compare: Literal["current", "previous"] | None = None
    status: Name | None = None


class InsightActorsQueryOptions(QueryFields):
    kind: Literal["InsightActorsQueryOptions"] = "InsightActorsQueryOptions"
    source: InsightActorsQuery


class HogQLVariable(Node):
    variableId: Name
    code_name: Name
    value: Any = None
    isNull: bool | None = None


class HogQLFilters(Node):
    dateRange: DateRange | None = None
    properties: Filters | None = None
    filterTestAccounts: bool | None = False


class HogQLQuery(QueryFields):
    kind: Literal["HogQLQuery"] = "HogQLQuery"
    query: Annotated[str, Field(max_length=limits.QUERY_TEXT_LENGTH)]
    values: dict[str, Any] | None = None
    filters: HogQLFilters | None = None
    variables: dict[str, HogQLVariable] | None = None
    explain: bool | None = None
    name: Name | None = None


Selects = Annotated[list[Expression], Field(max_length=limits.QUERY_COLUMNS)]
Limit = Annotated[int, Field(ge=1, le=limits.QUERY_MAX_ROWS)]
Offset = Annotated[int, Field(ge=0)]


class EventsQuery(QueryFields):
    kind: Literal["EventsQuery"] = "EventsQuery"
    select: Selects = []
    where: Selects | None = None
    properties: Properties | None = None
    fixedProperties: list[Annotated[PropertyFilter | PropertyGroup, Field()]] | None = None
    filterTestAccounts: bool | None = False
    event: Name | None = None
    actionId: int | None = None
    personId: Name | None = None
    orderBy: Selects | None = None
    after: Name | None = None
    before: Name | None = None
    limit: Limit | None = None
    offset: Offset | None = None
    source: InsightActorsQuery | None = None


class ActorsQuery(QueryFields):
    kind: Literal["ActorsQuery"] = "ActorsQuery"
    source: InsightActorsQuery | HogQLQuery | None = Field(default=None, discriminator="kind")
    select: Selects | None = None
    search: Name | None = None
    properties: Properties | None = None
    fixedProperties: Filters | None = None
    orderBy: Selects | None = None
    limit: Limit | None = None
    offset: Offset | None = None


class ConversationsQuery(QueryFields):
    """Ours: the conversations behind one point of an insight."""

    kind: Literal["ConversationsQuery"] = "ConversationsQuery"
    source: InsightActorsQuery
    limit: Annotated[int, Field(ge=1, le=limits.QUERY_CONVERSATIONS)] | None = None
    offset: Offset | None = None


Query = TrendsQuery | EventsQuery | HogQLQuery | ActorsQuery | InsightActorsQuery | InsightActorsQueryOptions | ConversationsQuery
_KINDS: TypeAdapter[Query] = TypeAdapter(Annotated[Query, Field(discriminator="kind")])

WRAPPERS = frozenset({"InsightVizNode", "DataTableNode", "DataVisualizationNode"})


def unwrap(query: Any) -> Any:
    """The query inside wrapper nodes, which only say how a result is shown."""
    for _ in range(limits.QUERY_WRAPPERS):
        if not (isinstance(query, Mapping) and str(query.get("kind")) in WRAPPERS):
            return query
        if "source" not in query:
            raise InvalidInput(f"query.source: {query['kind']} needs the query that it wraps", attr="source")
        query = query["source"]
    raise InvalidInput("query.source: too many wrapper nodes inside each other", attr="source")


def parse_query(query: Any) -> Query:
    """A validated query from JSON of any PostHog generation; raises InvalidInput naming the first wrong field."""
    query = unwrap(query)
    if not isinstance(query, Mapping):
        raise InvalidInput("query: expected an object with `kind`", attr="query", code="parse_error")
    if not isinstance(query.get("kind"), str):
        raise InvalidInput("query.kind: this field is required and is a text", attr="kind", code="parse_error")
    upgraded = upgrade(query)
    try:
        return _KINDS.validate_python(upgraded)
    except ValidationError as error:
        raise _refusal(error, upgraded) from None


def _refusal(error: ValidationError, query: Mapping[str, Any]) -> InvalidInput:
    """The first mistake as one line: the path of the field, what is wrong, and how many more there are."""
    mistakes = error.errors(include_url=False, include_context=False)
    path = _path(mistakes[0]["loc"], query)
    more = f" (and {len(mistakes) - 1} more)" if len(mistakes) > 1 else ""
    message = "unknown field" if mistakes[0]["type"] == "extra_forbidden" else mistakes[0]["msg"]
    return InvalidInput(f"{'.'.join(['query', *path])}: {message}{more}", attr=".".join(path) or "query")


def _path(location: tuple[str | int, ...], query: Any) -> list[str]:
    """The fields on the way to a mistake, without the names of union members that pydantic puts between them."""
    path, value = list[str](), query
    for part in location[: limits.QUERY_ERROR_PATH]:
        if not _holds(value, part):
            if part == location[-1] and part not in _TAGS and isinstance(value, Mapping):
                path.append(str(part))
            continue
        value = value[part]
        path.append(str(part))
    return path


_TAGS = frozenset({"filter", "group", "list"})


def _holds(value: Any, part: str | int) -> bool:
    if isinstance(value, list):
        return isinstance(part, int) and part < len(value)
    return isinstance(value, Mapping) and part in value
