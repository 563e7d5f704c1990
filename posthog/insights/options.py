"""Answers InsightActorsQueryOptions: what can be chosen in the pickers beside a list of actors."""

from __future__ import annotations

from typing import Any

from posthog.insights.trends.breakdowns import NULL, OTHER, BreakdownKey
from posthog.insights.trends.calculate import numbers_of, with_bins
from posthog.insights.trends.runner import TrendsQueryRunner
from posthog.insights.trends.series import TrendsSeries
from posthog.query.runner import QueryRunner, register
from posthog.query.schema import InsightActorsQueryOptions

_SHOWN = {NULL: "None", OTHER: "Other"}


@register("InsightActorsQueryOptions")
class InsightActorsQueryOptionsRunner(QueryRunner[InsightActorsQueryOptions]):
    def run(self) -> dict[str, Any]:
        asked = self.query.source
        insight = TrendsQueryRunner(self.project, asked.source, now=self.now, check=self.check)
        periods = insight.periods
        period = next((found for found in periods if found.compare_label == asked.compare), periods[0])
        series = insight.series(period)
        keys = self._keys(insight, *insight.group(period, min(asked.series or 0, len(series) - 1)))
        return {
            "results": None,
            "day": [{"label": label, "value": day} for label, day in zip(period.labels, period.days, strict=True)],
            "series": [{"label": item.node.custom_name or item.node.event or "All events", "value": item.index} for item in series],
            "breakdown": [{"label": _label(key), "value": series[0].breakdowns.value_of(key)} for key in keys] or None,
            "breakdowns": [_values(keys, place) for place in range(len(series[0].breakdowns.parts))] or None,
            "compare": [{"label": name.title(), "value": name} for name in ("current", "previous")] if len(periods) > 1 else None,
            "interval": None,
            "status": None,
        }

    def _keys(self, insight: TrendsQueryRunner, group: list[TrendsSeries], place: int) -> list[BreakdownKey]:
        if group[place].breakdowns.none:
            return []
        insight.statements = self.statements
        numbers = numbers_of(with_bins(group, insight.execute), insight.execute)[place]
        return [key for key, _ in numbers.values if key is not None]


def _label(key: BreakdownKey) -> str:
    return "::".join(_SHOWN.get(part, part) for part in key)


def _values(keys: list[BreakdownKey], place: int) -> dict[str, Any]:
    return {"values": [{"label": _SHOWN.get(value, value), "value": value} for value in dict.fromkeys(key[place] for key in keys)]}
