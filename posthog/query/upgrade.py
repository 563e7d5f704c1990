"""Query JSON of earlier PostHog generations, turned into today's shape before validation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# Keys of today's filters that are written with underscores.
_KEPT = frozenset({"breakdown_histogram_bin_count"})


def upgrade(query: Mapping[str, Any]) -> dict[str, Any]:
    """The same query in the newest shape: `breakdown` becomes `breakdownFilter`, filters lose their underscores, compare moves out."""
    upgraded = dict(query)
    if isinstance(upgraded.get("source"), Mapping):
        upgraded["source"] = upgrade(upgraded["source"])
    if upgraded.get("kind") != "TrendsQuery":
        return upgraded
    if "breakdown" in upgraded:
        upgraded.setdefault("breakdownFilter", upgraded.pop("breakdown"))
    if isinstance(upgraded.get("trendsFilter"), Mapping):
        upgraded["trendsFilter"] = {_camel(str(key)): value for key, value in upgraded["trendsFilter"].items()}
    return _compare_moved_out(upgraded)


def _camel(key: str) -> str:
    if key in _KEPT or "_" not in key:
        return key
    head, *rest = key.split("_")
    return head + "".join(part.title() for part in rest)


def _compare_moved_out(query: dict[str, Any]) -> dict[str, Any]:
    trends_filter = query.get("trendsFilter")
    if isinstance(trends_filter, Mapping) and "compare" in trends_filter:
        query["trendsFilter"] = {key: value for key, value in trends_filter.items() if key != "compare"}
        query.setdefault("compareFilter", {"compare": trends_filter["compare"]})
    return query
