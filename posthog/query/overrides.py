"""A dashboard's own date range and filters, laid over a query before it is validated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from posthog.query.schema_shared import DateRange, Name, Node, Properties
from posthog.rest.errors import InvalidInput


class DashboardFilter(Node):
    date_from: Name | None = None
    date_to: Name | None = None
    explicitDate: bool | None = None  # noqa: N815
    properties: Properties | None = None
    breakdown_filter: dict[str, Any] | None = None


def apply_overrides(query: Any, filters: Any, variables: Any) -> Any:
    """The query with the overrides; wrapper nodes are looked through. Raises InvalidInput when the overrides are not valid."""
    if not isinstance(query, Mapping):
        return query
    if isinstance(query.get("source"), Mapping) and query.get("kind") != "ActorsQuery":
        return {**query, "source": apply_overrides(query["source"], filters, variables)}
    if filters:
        query = _with_filters(query, _valid(filters))
    if variables and query.get("kind") == "HogQLQuery":
        query = {**query, "variables": _with_variables(query.get("variables"), variables)}
    return query


def _valid(filters: Any) -> DashboardFilter:
    try:
        return DashboardFilter.model_validate(filters)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        path = ".".join(["filters_override", *map(str, first["loc"])])
        raise InvalidInput(f"{path}: {first['msg']}", attr="filters_override") from None


def _with_filters(query: Mapping[str, Any], filters: DashboardFilter) -> dict[str, Any]:
    changed = dict(query)
    if query.get("kind") == "HogQLQuery":
        changed["filters"] = _laid_over(query.get("filters") or {}, filters)
        return changed
    if query.get("kind") == "EventsQuery":
        changed.update({"after": filters.date_from or query.get("after"), "before": filters.date_to or query.get("before")})
        changed["properties"] = _both(query.get("properties"), filters)
        return changed
    return {**changed, **_laid_over(changed, filters)}


def _laid_over(holder: Mapping[str, Any], filters: DashboardFilter) -> dict[str, Any]:
    changed = dict(holder)
    if filters.date_from or filters.date_to:
        dates = DateRange(date_from=filters.date_from, date_to=filters.date_to, explicitDate=filters.explicitDate)
        changed["dateRange"] = dates.model_dump()
    changed["properties"] = _both(holder.get("properties"), filters)
    if filters.breakdown_filter and "series" in holder:
        changed["breakdownFilter"] = filters.breakdown_filter
    return changed


def _both(own: Any, filters: DashboardFilter) -> Any:
    """All of the query's own filters and the dashboard's."""
    if not filters.properties:
        return own
    added = filters.model_dump(mode="json", include={"properties"})["properties"]
    if not own:
        return added
    if isinstance(own, list) and isinstance(added, list):
        return [*own, *added]
    groups = [{"type": "AND", "values": part} if isinstance(part, list) else part for part in (own, added)]
    return {"type": "AND", "values": groups}


def _with_variables(own: Any, overrides: Any) -> dict[str, Any]:
    if not isinstance(overrides, Mapping):
        raise InvalidInput("variables_override: expected an object", attr="variables_override")
    known = dict(own) if isinstance(own, Mapping) else {}
    return {**known, **{str(key): value for key, value in overrides.items()}}
