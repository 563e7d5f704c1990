"""Answers ActorsQuery: the persons (or groups) behind a point, of a SQL query, or of the whole project."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from posthog.common import limits
from posthog.hogql import ast
from posthog.hogql import build as b
from posthog.insights.points import actors_of, point_of
from posthog.people import selectors
from posthog.query.columns import Column, is_aggregate, read_columns, read_order
from posthog.query.filters import property_to_expr
from posthog.query.hogql_query import HogQLQueryRunner
from posthog.query.rows import object_of, plain
from posthog.query.runner import QueryRunner, register
from posthog.query.schema import ActorsQuery, HogQLQuery, InsightActorsQuery
from posthog.rest.errors import InvalidInput

_SEARCHED_PERSONS = 10_000
_CELLS = frozenset({"person", "actor", "group"})
_OF_SOURCE = {"id": "actor_id", "actor_id": "actor_id", "person_id": "actor_id", "event_count": "event_count"}
_NOTHING = frozenset({"person.$delete", "actor.$delete", "matched_recordings"})


@dataclass(frozen=True)
class Source:
    """Where the actors come from: a query with `actor_id`, and whether it counts events or groups."""

    query: ast.SelectQuery | None
    counts_events: bool = False
    group_type_index: int | None = None


@register("ActorsQuery")
class ActorsQueryRunner(QueryRunner[ActorsQuery]):
    def run(self) -> dict[str, Any]:
        limit, offset = self.query.limit or limits.QUERY_ROWS, self.query.offset or 0
        rows = self.execute(self._statement(limit + 1, offset)).rows
        page = rows[:limit]
        if any(row[0] is None for row in page):
            raise InvalidInput("source: the SQL's column of persons holds values that are no person ids", attr="source")
        actors = _Actors(self.project.pk, self.source.group_type_index, page, self)
        names = [column.text for column in self.columns]
        return {
            "results": [
                [actors.cell(column.source, row, value) for column, value in zip(self.columns, row[2:], strict=True)] for row in page
            ],
            "columns": names,
            "types": [column.source if column.source in _CELLS else "" for column in self.columns],
            "limit": limit,
            "offset": offset,
            "hasMore": len(rows) > limit,
            "missing_actors_count": actors.missing,
        }

    @cached_property
    def source(self) -> Source:
        source = self.query.source
        if isinstance(source, InsightActorsQuery):
            point = point_of(self, source)
            return Source(actors_of(point), counts_events=True, group_type_index=point.series.group_type_index)
        return Source(self._from_sql(source)) if isinstance(source, HogQLQuery) else Source(None)

    @cached_property
    def columns(self) -> list[Column]:
        if self.query.select:
            return read_columns(self.query.select)
        counted = ["event_count"] if self.source.counts_events else []
        if self.source.group_type_index is not None:
            return read_columns(["group", *counted])
        return read_columns(["person", "id", "created_at", "person.$delete", *counted])

    def _from_sql(self, source: HogQLQuery) -> ast.SelectQuery:
        """The first column of the SQL that is called person_id or actor_id, else its first column, names persons."""
        statement = HogQLQueryRunner(self.project, source, now=self.now, check=self.check).statement()
        first = statement.queries[0] if isinstance(statement, ast.SelectSetQuery) else statement
        while isinstance(first, ast.SelectSetQuery):
            first = first.queries[0]
        names = [_name(expr) for expr in first.select]
        name = next((name for name in names if name in ("actor_id", "person_id")), names[0])
        if name is None:
            raise InvalidInput("source: name the column of person ids `actor_id` in the SQL", attr="source")
        return ast.SelectQuery(
            select=[b.alias("actor_id", b.call("toUUID", b.field("actors", name)))],
            distinct=True,
            select_from=b.table(statement, "actors"),
            where=b.is_not_null(b.field("actors", name)),
        )

    def _statement(self, limit: int, offset: int) -> ast.SelectQuery:
        """Rows of (actor id, distinct ids seen, one value per column). Actors without a person row are kept, so that count = rows."""
        actor, table = self._tables()
        exprs = [self._expr(column, actor) for column in self.columns]
        seen: ast.Expr = b.field("source", "actor_distinct_ids") if self.source.counts_events else b.array()
        return ast.SelectQuery(
            select=[b.alias("actor", actor), b.alias("seen_distinct_ids", seen), *(b.alias(f"column_{i}", e) for i, e in enumerate(exprs))],
            select_from=table,
            where=self._where(actor),
            order_by=[*self._order(), b.order(actor)],
            limit=limit,
            offset=offset,
        )

    def _tables(self) -> tuple[ast.Expr, ast.JoinExpr]:
        if self.source.query is None:
            return b.field("persons", "id"), b.table("persons", "persons")
        actor = b.field("source", "actor_id")
        joined = None
        if self.source.group_type_index is None and self._asks_for_persons():
            joined = b.join("LEFT JOIN", "persons", "persons", b.eq(b.field("persons", "id"), actor))
        return actor, b.table(self.source.query, "source", next_join=joined)

    def _asks_for_persons(self) -> bool:
        """Whether anything but ids, counts and cells is asked for; else the table of persons need not be read."""
        orders = self.query.orderBy or []
        known = {*_CELLS, *_NOTHING, *_OF_SOURCE}
        by_creation = not orders and not self.source.counts_events
        return bool(
            by_creation
            or self.query.properties
            or self.query.fixedProperties
            or any(column.source not in known for column in self.columns)
            or any(text.split()[:1] not in ([name] for name in _OF_SOURCE) for text in orders)
        )

    def _expr(self, column: Column, actor: ast.Expr) -> ast.Expr:
        if column.source in _CELLS or column.source in _NOTHING:
            return b.constant(None)
        if _OF_SOURCE.get(column.source) == "actor_id":
            return actor
        if column.source == "event_count" and self.source.counts_events:
            return b.field("source", "event_count")
        if column.source == "created_at" and self.source.query is not None and self.source.group_type_index is None:
            # The join fills columns of an actor without a person row; a date in 1970 would look like an answer.
            return b.call("if", b.eq(b.field("persons", "id"), actor), b.field("persons", "created_at"), None)
        expr = _of_persons(column.expr)
        if is_aggregate(expr):
            raise InvalidInput(f"select: {column.text!r} counts over many actors; ActorsQuery has one row per actor", attr="select")
        return expr

    def _order(self) -> list[ast.OrderExpr]:
        if self.query.orderBy:
            return [self._ordered(text) for text in self.query.orderBy]
        if self.source.counts_events:
            return [b.order(b.field("source", "event_count"), "DESC")]
        return [b.order(b.field("persons", "created_at"), "DESC")]

    def _ordered(self, text: str) -> ast.OrderExpr:
        order = read_order(text)
        order.expr = _of_persons(order.expr)
        if self.source.query is not None and isinstance(order.expr, ast.Field) and len(order.expr.chain) == 1:
            name = _OF_SOURCE.get(str(order.expr.chain[0]))
            if name == "actor_id" or (name and self.source.counts_events):
                order.expr = b.field("source", name)
        return order

    def _where(self, actor: ast.Expr) -> ast.Expr | None:
        parts = [
            property_to_expr(part, self.context, "person", "persons")
            for part in (self.query.properties, self.query.fixedProperties)
            if part
        ]
        if self.query.search and self.query.search.strip():
            parts.append(self._found(self.query.search.strip(), actor))
        return b.and_(parts) if parts else None

    def _found(self, search: str, actor: ast.Expr) -> ast.Expr:
        """Groups by key; persons by id, distinct id or a property that names them, without a profile by the distinct ids of the events."""
        if self.source.group_type_index is not None:
            return b.gt(b.call("positionCaseInsensitiveUTF8", actor, search), 0)
        found = selectors.matching(self.project.pk, search=search).values_list("id", flat=True)[:_SEARCHED_PERSONS]
        ways: list[ast.Expr] = [b.in_(actor, list(found)) if found else b.constant(False), b.eq(b.call("toString", actor), search.lower())]
        if self.source.counts_events:
            position = b.call("positionCaseInsensitiveUTF8", b.field("seen"), search)
            ways.append(b.call("arrayExists", b.lambda_(["seen"], b.gt(position, 0)), b.field("source", "actor_distinct_ids")))
        return b.or_(ways)


def _of_persons(expr: ast.Expr) -> ast.Expr:
    """`person.properties.plan` means the same as `properties.plan`."""
    for node in ast.walk(expr):
        if isinstance(node, ast.Field) and node.chain[0] == "person" and len(node.chain) > 1:
            node.chain = ["persons", *node.chain[1:]]
    return expr


def _name(expr: ast.Expr) -> str | None:
    if isinstance(expr, ast.Alias):
        return expr.alias
    return str(expr.chain[-1]) if isinstance(expr, ast.Field) else None


class _Actors:
    """The people of a page of rows, and their cells."""

    def __init__(self, team_id: int, group_type_index: int | None, rows: Sequence[tuple[Any, ...]], runner: QueryRunner[Any]) -> None:
        self.group_type_index = group_type_index
        ids = [row[0] for row in rows]
        self.found: dict[Any, Any]
        if group_type_index is None:
            self.found = dict(selectors.by_ids(team_id, [UUID(str(actor)) for actor in ids]))
        else:
            self.found = _groups(runner, group_type_index, ids)
        self.missing = sum(self._key(actor) not in self.found for actor in ids)

    def cell(self, name: str, row: tuple[Any, ...], value: Any) -> Any:
        if name in _NOTHING:
            return [] if name == "matched_recordings" else None
        if name not in _CELLS:
            return plain(value)
        return self._person(row[0], row[1]) if self.group_type_index is None else self._group(row[0])

    def _key(self, actor: Any) -> Any:
        return UUID(str(actor)) if self.group_type_index is None else actor

    def _person(self, actor: Any, distinct_ids: Sequence[str]) -> dict[str, Any]:
        found = self.found.get(self._key(actor))
        if found is None:
            return person_cell(str(actor), list(distinct_ids), {}, None, False, distinct_ids[0] if distinct_ids else "")
        created = found.created_at.isoformat()
        return person_cell(str(actor), found.distinct_ids, dict(found.properties), created, found.is_identified, found.name)

    def _group(self, key: str) -> dict[str, Any]:
        created_at, properties = self.found.get(key, (None, {}))
        return {"id": key, "type": "group", "properties": properties, "created_at": created_at}


def person_cell(
    actor: str, distinct_ids: list[str], properties: dict[str, Any], created_at: str | None, is_identified: bool, name: str
) -> dict[str, Any]:
    return {
        "id": actor,
        "uuid": actor,
        "distinct_ids": distinct_ids,
        "distinct_id": distinct_ids[0] if distinct_ids else None,
        "properties": properties,
        "created_at": created_at,
        "is_identified": is_identified,
        "name": name,
        "type": "person",
    }


def _groups(runner: QueryRunner[Any], index: int, keys: Sequence[str]) -> dict[str, tuple[str | None, dict[str, Any]]]:
    if not keys:
        return {}
    found = ast.SelectQuery(
        select=[b.field("key"), b.field("created_at"), b.field("properties")],
        select_from=b.table("groups"),
        where=b.and_([b.eq(b.field("index"), index), b.in_(b.field("key"), list(keys))]),
    )
    return {key: (plain(created_at), object_of(properties)) for key, created_at, properties in runner.execute(found).rows}


@register("InsightActorsQuery")
class InsightActorsQueryRunner(QueryRunner[InsightActorsQuery]):
    """By itself the question gives ids: rows of (actor id, number of events)."""

    def run(self) -> dict[str, Any]:
        asked = ActorsQuery(source=self.query, select=["actor_id", "event_count"], limit=limits.QUERY_MAX_ROWS)
        inner = ActorsQueryRunner(self.project, asked, now=self.now, check=self.check)
        inner.statements = self.statements
        return inner.run()
