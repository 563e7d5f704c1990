"""Reads: definitions of one project."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import cast

from django.db.models import Exists, OuterRef, Q, QuerySet

from posthog.clickhouse.labels import LABEL_TYPES
from posthog.common import json, limits
from posthog.definitions.models import EventDefinition, EventProperty, PropertyDefinition
from posthog.hogql.property_types import PropertyType
from posthog.rest.errors import InvalidInput

Scope = PropertyDefinition.Scope
_SCOPES = {"event": Scope.EVENT, "person": Scope.PERSON, "group": Scope.GROUP}
_ORDERS = {"name", "-name", "last_seen_at", "-last_seen_at", "created_at", "-created_at"}
_FLAG_PREFIX = "$feature/"


def property_types(team_id: int, scope: str, names: list[str]) -> dict[str, PropertyType]:
    """Types of the properties that are known; HogQL asks."""
    rows = PropertyDefinition.objects.filter(project_id=team_id, type=_SCOPES[scope], name__in=names).exclude(property_type="")
    return dict(cast("Iterable[tuple[str, PropertyType]]", rows.values_list("name", "property_type")))


def event_definitions(project_id: int, *, search: str = "", ordering: str = "name") -> QuerySet[EventDefinition]:
    rows = EventDefinition.objects.filter(_named(search), project_id=project_id)
    if ordering not in _ORDERS:
        raise InvalidInput(f"ordering is one of {', '.join(sorted(_ORDERS))}", "ordering")
    return rows.order_by(ordering, "name")


@dataclass(frozen=True)
class PropertyWish:
    """Which property definitions are wanted. event_names mark them as seen; filter_by_event_names leaves the others out."""

    search: str = ""
    type: str = "event"
    group_type_index: int | None = None
    names: Sequence[str] | None = None
    excluded: Sequence[str] = ()
    event_names: Sequence[str] = ()
    filter_by_event_names: bool = False
    is_numerical: bool | None = None
    is_feature_flag: bool | None = None
    exclude_hidden: bool = False


def property_definitions(project_id: int, wish: PropertyWish) -> QuerySet[PropertyDefinition]:
    """Rows with `is_seen_on_filtered_events` (false without event_names), those seen first, then by name."""
    rows = PropertyDefinition.objects.filter(_named(wish.search), project_id=project_id, type=_SCOPES[wish.type])
    if wish.group_type_index is not None:
        rows = rows.filter(group_type_index=wish.group_type_index)
    rows = _chosen(rows, wish)
    pairs = EventProperty.objects.filter(project_id=project_id, event__in=list(wish.event_names), property=OuterRef("name"))
    seen = Exists(pairs) | Q(name__in=list(LABEL_TYPES)) if wish.event_names else Exists(EventProperty.objects.none())
    rows = rows.annotate(is_seen_on_filtered_events=seen)
    if wish.event_names and wish.filter_by_event_names:
        rows = rows.filter(is_seen_on_filtered_events=True)
    return rows.order_by("-is_seen_on_filtered_events", "name")


def _named(search: str) -> Q:
    """Names that have every word of a search. Raises InvalidInput for one that is longer than any name."""
    if len(search) > limits.PROPERTY_NAME_LENGTH:
        raise InvalidInput(f"search is longer than {limits.PROPERTY_NAME_LENGTH} characters", "search")
    return Q(*(Q(name__icontains=word) for word in search.split()))


def _chosen(rows: QuerySet[PropertyDefinition], wish: PropertyWish) -> QuerySet[PropertyDefinition]:
    if wish.names is not None:
        rows = rows.filter(name__in=list(wish.names))
    if wish.excluded:
        rows = rows.exclude(name__in=list(wish.excluded))
    if wish.is_numerical is not None:
        numeric = Q(property_type="Numeric")
        rows = rows.filter(numeric if wish.is_numerical else ~numeric)
    if wish.is_feature_flag is not None:
        flag = Q(name__startswith=_FLAG_PREFIX)
        rows = rows.filter(flag if wish.is_feature_flag else ~flag)
    return rows.exclude(hidden=True) if wish.exclude_hidden else rows


def names_in(text: str, field: str) -> list[str]:
    """A JSON list of names, as pickers send it. Raises InvalidInput."""
    try:
        names = json.loads(text)
    except json.JSONError:
        names = None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise InvalidInput(f'{field} is a JSON list of names, like ["$pageview"]', field)
    return names
