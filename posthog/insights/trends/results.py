"""The numbers of a trend as PostHog's result objects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from string import ascii_uppercase
from typing import Any

from posthog.insights.trends import formula
from posthog.insights.trends.breakdowns import BreakdownKey, Breakdowns, order_of
from posthog.insights.trends.calculate import Numbers, Values
from posthog.insights.trends.series import TrendsSeries
from posthog.query.schema import TrendsFilter, TrendsQuery
from posthog.query.schema_shared import EventsNode, Node


@dataclass(frozen=True)
class Counted:
    """A series with its numbers."""

    series: TrendsSeries
    numbers: Numbers


def series_results(counted: Sequence[Counted]) -> list[dict[str, Any]]:
    """One object per series and breakdown value, in the order of the query."""
    return [_series_result(item, key, values, len(counted) > 1) for item in counted for key, values in item.numbers.values]


def formula_results(query: TrendsQuery, counted: Sequence[Counted]) -> list[dict[str, Any]]:
    """One object per formula and breakdown value; a value that a series lacks counts as zero there."""
    results = list[dict[str, Any]]()
    first, aligned = counted[0].series, _aligned(counted)
    for order, (text, name) in enumerate(formulas(query.trendsFilter)):
        evaluate = formula.parse(text, len(counted))
        computed = {key: [evaluate(row) for row in zip(*columns, strict=True)] for key, columns in aligned.items()}
        totals = {key: values[-1] if first.is_cumulative else sum(values) for key, values in computed.items()}
        for key in sorted(totals, key=lambda key: order_of(key or (), totals[key])):
            shaped = _shape(first, key, _formula_data(first, computed[key]))
            label = name or f"Formula ({text})"
            shaped.update(label=first.breakdowns.label_of(key) if key and not name else label, action=None, order=order)
            results.append(shaped)
    return results


def formulas(shown: TrendsFilter | None) -> list[tuple[str, str | None]]:
    """The formulas that apply, with their names."""
    if shown is None:
        return []
    if shown.formulaNodes:
        return [(node.formula, node.custom_name) for node in shown.formulaNodes if node.formula.strip()]
    texts = shown.formulas or ([shown.formula] if shown.formula else [])
    return [(text, None) for text in texts if text.strip()]


def check_formulas(query: TrendsQuery) -> None:
    """Raises InvalidInput before anything is computed."""
    for text, _ in formulas(query.trendsFilter):
        formula.parse(text, min(len(query.series), len(ascii_uppercase)))


def _aligned(counted: Sequence[Counted]) -> dict[BreakdownKey | None, list[Values]]:
    """The values of all series for each key. Cumulative ones run up to each point: a share of them is no sum of shares."""
    by_series = [{key: _running(item.series, values) for key, values in item.numbers.values} for item in counted]
    zeros = [0.0] * (len(counted[0].series.period.starts) or 1)
    keys = dict.fromkeys(key for values in by_series for key in values)
    return {key: [values.get(key, zeros) for values in by_series] for key in keys}


def _series_result(item: Counted, key: BreakdownKey | None, values: Values, several: bool) -> dict[str, Any]:
    name = item.series.node.event or "All events"
    shaped = _shape(item.series, key, _data(item.series, values))
    label = name if key is None else Breakdowns.label_of(key)
    shaped["label"] = f"{name} - {label}" if key is not None and several else label
    shaped["action"] = _action(item.series)
    shaped["order"] = item.series.index
    return shaped


def _shape(series: TrendsSeries, key: BreakdownKey | None, data: dict[str, Any]) -> dict[str, Any]:
    shaped: dict[str, Any] = {"filter": _legacy_filter(series.query), **data}
    if key is not None:
        shaped["breakdown_value"] = series.breakdowns.value_of(key)
    if series.query.compareFilter and series.query.compareFilter.compare:
        shaped.update(compare=True, compare_label=series.period.compare_label)
    return shaped


def _data(series: TrendsSeries, values: Values) -> dict[str, Any]:
    if series.period.whole:
        return {"data": [], "labels": [], "days": [], "count": 0, "aggregated_value": values[0]}
    smoothed = _smoothed(series, values)
    data = list(accumulate(smoothed)) if series.is_cumulative else smoothed
    return {"data": data, "labels": series.period.labels, "days": series.period.days, "count": sum(smoothed)}


def _formula_data(series: TrendsSeries, values: Values) -> dict[str, Any]:
    """`values` of a cumulative formula are smoothed and run up already; the last one is their total."""
    if not series.is_cumulative:
        return _data(series, values)
    return {"data": values, "labels": series.period.labels, "days": series.period.days, "count": values[-1]}


def _running(series: TrendsSeries, values: Values) -> Values:
    return list(accumulate(_smoothed(series, values))) if series.is_cumulative else values


def _smoothed(series: TrendsSeries, values: Values) -> Values:
    """Each value with those before it, averaged over up to as many as the query says."""
    intervals = (series.query.trendsFilter.smoothingIntervals if series.query.trendsFilter else None) or 1
    if intervals <= 1:
        return values
    windows = (values[max(0, end - intervals) : end] for end in range(1, len(values) + 1))
    return [sum(window) / len(window) for window in windows]


def _action(series: TrendsSeries) -> dict[str, Any]:
    node = series.node
    return {
        "id": node.event,
        "type": "events",
        "order": series.index,
        "name": node.name or node.event or "All events",
        "custom_name": node.custom_name,
        "math": node.math,
        "math_property": node.math_property,
        "math_hogql": node.math_hogql,
        "math_group_type_index": node.math_group_type_index,
        "properties": _plain(node.properties) or {},
        "days": series.period.moments,
    }


def _plain(properties: Sequence[Node] | Node | None) -> Any:
    if properties is None:
        return None
    nodes = [properties] if isinstance(properties, Node) else properties
    plain = [node.model_dump(mode="json", exclude_none=True) for node in nodes]
    return plain[0] if isinstance(properties, Node) else plain


def _legacy_filter(query: TrendsQuery) -> dict[str, Any]:
    """The query as a filter of 2023, which clients of that time read back."""
    dates, shown, breakdown = query.dateRange, query.trendsFilter, query.breakdownFilter
    legacy = {
        "insight": "TRENDS",
        "interval": query.interval or "day",
        "date_from": dates.date_from if dates else None,
        "date_to": dates.date_to if dates else None,
        "display": (shown.display if shown else None) or "ActionsLineGraph",
        "events": [_legacy_event(node, order) for order, node in enumerate(query.series) if isinstance(node, EventsNode)],
        "properties": _plain(query.properties),
        "filter_test_accounts": query.filterTestAccounts or None,
        "breakdown": breakdown.breakdown if breakdown else None,
        "breakdown_type": breakdown.breakdown_type if breakdown and breakdown.breakdown is not None else None,
        "compare": bool(query.compareFilter and query.compareFilter.compare) or None,
        "formula": shown.formula if shown else None,
        "sampling_factor": query.samplingFactor,
    }
    return {name: value for name, value in legacy.items() if value is not None}


def _legacy_event(node: EventsNode, order: int) -> dict[str, Any]:
    event = {"id": node.event, "type": "events", "order": order, "name": node.name or node.event, "custom_name": node.custom_name}
    maths = {"math": node.math, "math_property": node.math_property, "math_hogql": node.math_hogql, "properties": _plain(node.properties)}
    return event | {name: value for name, value in maths.items() if value is not None}
