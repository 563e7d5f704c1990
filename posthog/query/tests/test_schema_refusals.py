"""Queries are closed models: what is not known is refused by name."""

from typing import Any

import pytest

from posthog.query.schema import EventsQuery, TrendsQuery, parse_query
from posthog.rest.errors import InvalidInput

CHAT = {"kind": "EventsNode", "event": "chat"}


def trends(**fields: Any) -> dict[str, Any]:
    return {"kind": "TrendsQuery", "series": [CHAT], **fields}


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (trends(intervall="day"), "query.intervall: unknown field"),
        (trends(series=[]), "query.series: List should have at least 1 item"),
        (trends(series=[{**CHAT, "mat": "dau"}]), "query.series.0.mat: unknown field"),
        (trends(series=[{**CHAT, "math": "sometimes"}]), "query.series.0.math: Input should be 'total', 'dau'"),
        (trends(series=[CHAT] * 51), "query.series: List should have at most 50 items"),
        (trends(interval="fortnight"), "query.interval: Input should be 'minute', 'hour', 'day', 'week' or 'month'"),
        (trends(samplingFactor=0), "query.samplingFactor: Input should be greater than 0"),
        (trends(dateRange={"from": "-7d"}), "query.dateRange.from: unknown field"),
        (trends(properties=[{"key": "a", "value": "b", "type": "planet"}]), "Unknown filter type"),
        (
            trends(properties=[{"key": "a", "value": "b", "operator": "is", "type": "person"}]),
            "query.properties.0.operator: Input should be 'exact'",
        ),
        (trends(properties={"type": "XOR", "values": []}), "query.properties.type: Input should be 'AND' or 'OR'"),
        (
            trends(breakdownFilter={"breakdowns": [{"property": "a"}] * 4}),
            "query.breakdownFilter.breakdowns: List should have at most 3 items",
        ),
        (trends(breakdownFilter={"breakdown_limit": 0}), "query.breakdownFilter.breakdown_limit"),
        (trends(trendsFilter={"display": "Hologram"}), "query.trendsFilter.display"),
        ({"kind": "EventsQuery", "select": "event"}, "query.select: Input should be a valid list"),
        ({"kind": "EventsQuery", "limit": 10**9}, "query.limit: Input should be less than or equal to 50000"),
        (
            {"kind": "ActorsQuery", "source": {"kind": "InsightActorsQuery", "source": trends(series=[{"even": "x"}])}},
            "query.source.source.series.0.even",
        ),
        ({"kind": "HogQLQuery", "query": "x" * 300_000}, "query.query: String should have at most"),
        ({"kind": "FunnyQuery"}, "'FunnyQuery'"),
        ({"kind": 7}, "query.kind: this field is required"),
        ("SELECT 1", "query: expected an object"),
        ({"kind": "InsightVizNode"}, "query.source: InsightVizNode needs the query"),
    ],
)
def test_a_wrong_field_is_refused_by_its_name(query: Any, message: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_query(query)
    assert message in str(caught.value.detail)
    assert caught.value.status_code == 400


def test_groups_that_nest_too_deep_are_refused_and_not_crashed_on() -> None:
    group: dict[str, Any] = {"type": "AND", "values": []}
    for _ in range(400):
        group = {"type": "OR", "values": [group]}
    with pytest.raises(InvalidInput):
        parse_query(trends(properties=group))


def test_wrappers_inside_wrappers_come_to_an_end() -> None:
    query: dict[str, Any] = trends()
    for _ in range(20):
        query = {"kind": "InsightVizNode", "source": query}
    with pytest.raises(InvalidInput, match="too many wrapper nodes"):
        parse_query(query)


def test_several_mistakes_are_counted() -> None:
    with pytest.raises(InvalidInput, match=r"query.a: unknown field \(and 2 more\)"):
        parse_query(trends(a=1, b=2, c=3))


def test_what_posthog_clients_send_is_accepted() -> None:
    query = parse_query(
        trends(
            series=[
                {
                    **CHAT,
                    "name": "chat",
                    "custom_name": None,
                    "math": "p95",
                    "math_property": "latency",
                    "math_property_type": "event_properties",
                }
            ],
            dateRange={"date_from": "-30d", "date_to": None, "explicitDate": False},
            properties={
                "type": "AND",
                "values": [{"type": "OR", "values": [{"key": "id", "value": 3, "type": "cohort", "operator": "in"}, {}]}],
            },
            trendsFilter={"showLegend": True, "aggregationAxisFormat": "percentage", "goalLines": [{"label": "aim", "value": 3}]},
            compareFilter={"compare": True, "compare_to": "-1y"},
            tags={"productKey": "analytics"},
            modifiers={"personsOnEventsMode": "person_id_override_properties_on_events"},
            version=2,
        )
    )
    assert isinstance(query, TrendsQuery)
    assert query.series[0].math == "p95"
    assert isinstance(parse_query({"kind": "EventsQuery", "select": ["*"], "source": None}), EventsQuery)


def test_series_without_a_kind_count_events() -> None:
    query = parse_query({"kind": "TrendsQuery", "series": [{"event": None}]})
    assert isinstance(query, TrendsQuery)
    assert query.series[0].kind == "EventsNode"


def test_filters_of_2023_become_those_of_today() -> None:
    query = parse_query(
        trends(breakdown={"breakdown": "plan"}, trendsFilter={"smoothing_intervals": 3, "compare": True, "show_legend": False})
    )
    assert isinstance(query, TrendsQuery)
    assert query.breakdownFilter is not None
    assert query.breakdownFilter.breakdown == "plan"
    assert query.compareFilter is not None
    assert query.compareFilter.compare is True
    assert query.trendsFilter is not None
    assert query.trendsFilter.smoothingIntervals == 3
