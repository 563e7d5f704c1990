"""Property filters as conditions on rows of events or persons.

A comparison of the tree is never NULL: a missing property makes positive operators false and negative ones true.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from posthog.clickhouse.texts import TEXT_PROPERTIES
from posthog.common import limits
from posthog.hogql import ast
from posthog.hogql import build as b
from posthog.hogql.context import Context
from posthog.hogql.property_types import PropertyType, Scope, label_type
from posthog.query.columns import parse
from posthog.query.message_texts import message_condition
from posthog.query.operators import Operand, Value, condition
from posthog.query.schema_shared import (
    CohortFilter,
    ElementFilter,
    EventFilter,
    EventMetadataFilter,
    FeatureFilter,
    Filters,
    FlagFilter,
    GroupFilter,
    HogQLFilter,
    Node,
    PersonFilter,
    PropertyGroup,
    SessionFilter,
)
from posthog.rest.errors import InvalidInput
from posthog.tenancy.models import Project

_EVENT_COLUMNS = frozenset(
    {
        "event",
        "uuid",
        "timestamp",
        "distinct_id",
        "person_id",
        "created_at",
        "conversation_id",
        "$session_id",
        "$group_0",
        "$group_1",
        "$group_2",
        "$group_3",
        "$group_4",
    }
)
_NO_VALUE = frozenset({"is_set", "is_not_set"})
_EQUALITY = frozenset({"exact", "is_not"})
_FILTERS: TypeAdapter[Filters] = TypeAdapter(Filters)
_Compare = Callable[[Operand, str, Sequence[Value]], ast.Expr]


@dataclass(frozen=True)
class FilterScope:
    """What a filter is read against: rows of `events` or of `persons`, under `alias` when the query has several tables."""

    context: Context
    rows: Scope = "event"
    alias: str | None = None

    def field(self, *chain: str) -> ast.Field:
        return b.field(*([self.alias] if self.alias else []), *chain)


def property_to_expr(
    properties: Node | Sequence[Node] | None, context: Context, scope: Scope = "event", alias: str | None = None
) -> ast.Expr:
    """The condition of a filter, a list of filters (all of them) or a group. Raises InvalidInput naming what cannot be done."""
    return _expr(properties, FilterScope(context, scope, alias)) or b.constant(True)


def test_account_filters(project: Project, context: Context) -> ast.Expr:
    """The project's own filters that leave out its team."""
    try:
        filters = _FILTERS.validate_python(project.test_account_filters or [])
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]["msg"]
        raise InvalidInput(
            f"filterTestAccounts: the project's test account filters are not valid: {detail}", attr="filterTestAccounts"
        ) from None
    return property_to_expr(filters, context)


def _expr(properties: Node | Sequence[Node] | None, scope: FilterScope) -> ast.Expr | None:
    """None for filters that say nothing: they are left out, also of OR groups, where "true" would match everything."""
    if properties is None:
        return None
    if isinstance(properties, PropertyGroup):
        return _joined(properties.values, scope, b.and_ if properties.type == "AND" else b.or_)
    if isinstance(properties, Node):
        handler = _HANDLERS.get(type(properties))
        return handler(properties, scope) if handler else None
    return _joined(properties, scope, b.and_)


def _joined(members: Sequence[Node], scope: FilterScope, join: Callable[[list[ast.Expr]], ast.Expr]) -> ast.Expr | None:
    said = [expr for expr in (_expr(member, scope) for member in members) if expr is not None]
    return join(said) if said else None


def _complete(node: Any) -> bool:
    return bool(node.key) and (node.operator in _NO_VALUE or (node.value is not None and node.value != []))


def _compared(node: Any, scope: FilterScope, field: ast.Expr, kind: PropertyType, compare: _Compare = condition) -> ast.Expr | None:
    if not _complete(node):
        return None
    operand, operator, values = Operand(field, kind, str(node.key), scope.context.timezone), node.operator or "exact", _values(node)
    if operator in _EQUALITY and isinstance(node.value, list) and None in node.value:
        missing_or_equal = _missing_or_equal(operand, values, compare)
        return missing_or_equal if operator == "exact" else b.not_(missing_or_equal)
    return compare(operand, operator, values)


def _missing_or_equal(operand: Operand, values: list[Value], compare: _Compare) -> ast.Expr:
    """What a list with a null means: like SQL's IN, it also holds what a row without the property has."""
    equal = [compare(operand, "exact", values)] if values else []
    return b.or_([compare(operand, "is_not_set", []), *equal])


def _values(node: Any) -> list[Value]:
    values = node.value if isinstance(node.value, list) else [node.value]
    if len(values) > limits.QUERY_FILTERS:
        raise InvalidInput(f"value of the filter on {node.key!r}: at most {limits.QUERY_FILTERS} values", attr="properties")
    return [value for value in values if value is not None]


def _event(node: EventFilter | FeatureFilter, scope: FilterScope) -> ast.Expr | None:
    if scope.rows != "event":
        raise InvalidInput(f"properties: a filter of type {node.type!r} cannot be applied to persons", attr="properties")
    key = node.key or ""
    if key in TEXT_PROPERTIES:
        return _compared(node, scope, scope.field("message_refs"), "String", message_condition)
    return _compared(node, scope, scope.field("properties", key), label_type(key) or scope.context.types.get("event", key))


def _person(node: PersonFilter, scope: FilterScope) -> ast.Expr | None:
    key = node.key or ""
    chain = ("properties", key) if scope.rows == "person" else ("person", "properties", key)
    return _compared(node, scope, scope.field(*chain), scope.context.types.get("person", key))


def _session(node: SessionFilter, scope: FilterScope) -> ast.Expr | None:
    if node.key and node.key != "$session_id":
        raise InvalidInput(f"properties: the session property {node.key!r} is not available; $session_id is", attr="properties")
    return _compared(node, scope, scope.field("$session_id"), "String")


def _metadata(node: EventMetadataFilter, scope: FilterScope) -> ast.Expr | None:
    if node.key and node.key not in _EVENT_COLUMNS:
        known = ", ".join(sorted(_EVENT_COLUMNS))
        raise InvalidInput(f"properties: events have no column {node.key!r}; known: {known}", attr="properties")
    kind: PropertyType = "DateTime" if node.key in ("timestamp", "created_at") else "String"
    return _compared(node, scope, scope.field(node.key or "event"), kind)


def _group_property(node: GroupFilter, scope: FilterScope) -> ast.Expr | None:
    if node.group_type_index is None:
        raise InvalidInput("properties: a filter of type 'group' needs group_type_index", attr="properties")
    key = node.key or ""
    field = scope.field(f"group_{node.group_type_index}", "properties", key)
    return _compared(node, scope, field, scope.context.types.get("group", key))


def _hogql(node: HogQLFilter, scope: FilterScope) -> ast.Expr | None:
    return parse(node.key, "properties") if node.key and node.key.strip() else None


def _flag(node: FlagFilter, scope: FilterScope) -> ast.Expr | None:
    """What the SDK noted on the event when it evaluated the flag."""
    if not node.key or node.value is None:
        return None
    field = scope.field("properties", f"$feature/{node.key}")
    operand = Operand(field, "String", node.key, scope.context.timezone)
    if node.value is True:
        return b.and_([b.is_not_null(field), condition(operand, "is_not", ["false"])])
    return condition(operand, "exact", _values(node))


def _unavailable(node: Any, scope: FilterScope) -> ast.Expr | None:
    raise InvalidInput(f"properties: filters of type {node.type!r} are not available on this server yet", attr="properties")


_HANDLERS: dict[type[Node], Callable[[Any, FilterScope], ast.Expr | None]] = {
    EventFilter: _event,
    FeatureFilter: _event,
    PersonFilter: _person,
    SessionFilter: _session,
    EventMetadataFilter: _metadata,
    GroupFilter: _group_property,
    HogQLFilter: _hogql,
    FlagFilter: _flag,
    CohortFilter: _unavailable,
    ElementFilter: _unavailable,
}
