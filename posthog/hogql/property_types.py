"""Which type a property has.

The room that keeps property definitions registers a resolver when Django is ready; without one, and for unknown names, properties are
strings. Scores of labels are numbers everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

from posthog.clickhouse import labels

PropertyType = Literal["String", "Numeric", "Boolean", "DateTime"]
# "String" gives lists and objects as their JSON, which takes twice as long to read; "Plain" is any other text.
ReadAs = PropertyType | Literal["Plain"]
Scope = Literal["event", "person", "group"]
Resolver = Callable[[int, str, list[str]], dict[str, PropertyType]]

_resolvers: list[Resolver] = []


def register(resolver: Resolver) -> None:
    """`resolver(team_id, scope, names)` gives the types it knows; it replaces the one before."""
    _resolvers[:] = [resolver]


def label_type(name: str) -> PropertyType | None:
    """The type of a label, None when `name` is none."""
    if labels.type_of(name) is None:
        return None
    return "String" if labels.is_text(name) else "Numeric"


class PropertyTypes:
    """Types of one project's properties, looked up once per name."""

    def __init__(self, team_id: int, known: dict[tuple[str, str], PropertyType] | None = None) -> None:
        self._team_id = team_id
        self._known: dict[tuple[str, str], PropertyType] = dict(known or {})

    def get(self, scope: Scope, name: str) -> PropertyType:
        self.preload(scope, [name])
        return self._known[scope, name]

    def preload(self, scope: Scope, names: Iterable[str]) -> None:
        missing = [name for name in dict.fromkeys(names) if (scope, name) not in self._known]
        if not missing:
            return
        found = _resolvers[0](self._team_id, scope, missing) if _resolvers else {}
        for name in missing:
            self._known[scope, name] = found.get(name, "String")
