"""Who asks, and how: everything resolving and printing need to know besides the tree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from posthog.common import limits
from posthog.hogql.property_types import PropertyTypes


@dataclass
class Context:
    """`team_id` is the only project the query may read.

    `limit_top` is the most rows the outermost query may return: set it (to limits.QUERY_MAX_ROWS) for text that users wrote; a query
    without a LIMIT then gets `limit_default`. None leaves the tree's own limit alone. `timezone` is the zone in which times are shown,
    cut into days and read from text. `modifiers` are PostHog's; `convertToProjectTimezone: False` keeps UTC, the rest are ignored.
    `internal_tables` opens those that only our own code may name.
    """

    team_id: int
    timezone: str = "UTC"
    limit_top: int | None = None
    property_types: PropertyTypes | None = None
    modifiers: Mapping[str, object] = field(default_factory=dict)
    limit_default: int = limits.QUERY_ROWS
    internal_tables: bool = False

    @property
    def zone(self) -> str:
        """The zone that the query's times are in."""
        return "UTC" if self.modifiers.get("convertToProjectTimezone") is False else self.timezone

    @property
    def types(self) -> PropertyTypes:
        if self.property_types is None:
            self.property_types = PropertyTypes(self.team_id)
        return self.property_types
