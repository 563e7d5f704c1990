"""Answers EventsQuery: rows of events, or of values computed from them. With a `source`, exactly the events behind a point."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from posthog.clickhouse.texts import TEXT_PROPERTIES
from posthog.common import json, limits
from posthog.common.ids import parse_uuid
from posthog.conversations.restore import restore_texts
from posthog.conversations.services import labels_of
from posthog.hogql import ast
from posthog.hogql import build as b
from posthog.insights.points import point_of
from posthog.people import selectors
from posthog.query.columns import Column, is_aggregate, parse, read_columns, read_order
from posthog.query.dates import parse_moment
from posthog.query.filters import property_to_expr, test_account_filters
from posthog.query.rows import object_of, plain
from posthog.query.runner import QueryRunner, register
from posthog.query.schema import EventsQuery
from posthog.rest.errors import InvalidInput

_AFTER, _BEFORE_SECONDS = "-24h", 5
_STAR = (
    "uuid",
    "event",
    "properties",
    "timestamp",
    "distinct_id",
    "elements_chain",
    "created_at",
    "conversation_id",
    "person_id",
    "message_refs",
    "labels",
)
_PERSON = ("person_id", "distinct_id")
_TEXTS = ("properties", "message_refs", "labels")
_WIDE: dict[str, tuple[str, ...]] = {"*": _STAR, "person": _PERSON, "person_display_name": _PERSON, "properties": _TEXTS}
_WIDE |= {f"properties.{name}": _TEXTS for name in TEXT_PROPERTIES}
_TYPES: dict[tuple[str, ...], str] = {_TEXTS: "Nullable(String)"}


@register("EventsQuery")
class EventsQueryRunner(QueryRunner[EventsQuery]):
    def run(self) -> dict[str, Any]:
        if self.query.actionId is not None:
            raise InvalidInput("actionId: actions are not available on this server yet", attr="actionId")
        limit, offset = self.query.limit or limits.QUERY_ROWS, self.query.offset or 0
        result = self.execute(self._statement(limit + 1, offset))
        rows = self._shaped(result.rows[:limit])
        return {
            "results": rows,
            "columns": [column.text for column in self.columns],
            "types": self._types(result.types),
            "hasMore": len(result.rows) > limit,
            "limit": limit,
            "offset": offset,
        }

    @cached_property
    def columns(self) -> list[Column]:
        return read_columns(self.query.select or ["*"])

    @cached_property
    def fields(self) -> list[tuple[str, ...]]:
        """The fields that each column stands for, none for expressions. Texts are not put back into groups of events."""
        grouped = any(column.source not in _WIDE and is_aggregate(column.expr) for column in self.columns)
        found = [_WIDE.get(column.source, ()) for column in self.columns]
        return [() if grouped and fields == _TEXTS else fields for fields in found]

    @cached_property
    def exprs(self) -> list[ast.Expr]:
        """The expression of each column; columns that stand for several fields are tuples of them."""
        return [
            b.tuple_(*(b.field(name) for name in fields)) if fields else column.expr
            for column, fields in zip(self.columns, self.fields, strict=True)
        ]

    def _statement(self, limit: int, offset: int) -> ast.SelectQuery:
        aggregates = [is_aggregate(expr) for expr in self.exprs]
        having = [parse(text, "where") for text in self.query.where or []]
        filtered = [expr for expr in having if not is_aggregate(expr)]
        counted = [expr for expr in having if is_aggregate(expr)]
        named = [b.alias(f"column_{index}", expr) for index, expr in enumerate(self._selected())]
        return ast.SelectQuery(
            select=named,
            select_from=b.table("events"),
            where=b.and_([*self._conditions(), *filtered]),
            group_by=[expr for expr, counts in zip(self.exprs, aggregates, strict=True) if not counts] if any(aggregates) else [],
            having=b.and_(counted) if counted else None,
            order_by=self._order(aggregates),
            limit=limit,
            offset=offset,
        )

    def _selected(self) -> list[ast.Expr]:
        """The columns one after the other, tuples taken apart: a tuple would lose the types of its fields."""
        selected = list[ast.Expr]()
        for expr, fields in zip(self.exprs, self.fields, strict=True):
            selected += expr.exprs if fields and isinstance(expr, ast.Tuple) else [expr]
        return selected

    def _conditions(self) -> list[ast.Expr]:
        query = self.query
        conditions = [*self._in_time()]
        if query.source is not None:
            conditions.append(point_of(self, query.source).events_where())
        if query.event is not None:
            conditions.append(b.eq(b.field("event"), query.event))
        if query.personId is not None:
            conditions.append(b.eq(b.field("person_id"), _uuid(query.personId)))
        conditions += [property_to_expr(part, self.context) for part in (query.properties, query.fixedProperties) if part]
        if query.filterTestAccounts:
            conditions.append(test_account_filters(self.project, self.context))
        return conditions

    def _in_time(self) -> list[ast.Expr]:
        """The last day, unless the query says otherwise or asks for the events behind a point, which bring their own time."""
        zone, query = ZoneInfo(self.project.timezone), self.query
        after = query.after or (None if query.source else _AFTER)
        conditions = list[ast.Expr]()
        if after and after != "all":
            conditions.append(b.gt(b.field("timestamp"), parse_moment(after, zone, self.now, "after")))
        if query.before:
            conditions.append(b.lt(b.field("timestamp"), parse_moment(query.before, zone, self.now, "before")))
        elif query.source is None:
            soon = b.arithmetic("+", b.constant(self.now), b.call("toIntervalSecond", _BEFORE_SECONDS))
            conditions.append(b.lt(b.field("timestamp"), soon))
        return conditions

    def _order(self, aggregates: Sequence[bool]) -> list[ast.OrderExpr]:
        """What was asked for, or the newest or most frequent first; always to the end, so that pages do not overlap."""
        asked = [read_order(text) for text in self.query.orderBy or []]
        if any(aggregates):
            groups = [b.order(expr) for expr, counts in zip(self.exprs, aggregates, strict=True) if not counts]
            return [*(asked or [b.order(self._most_telling(aggregates), "DESC")]), *groups]
        return [*(asked or [b.order(b.field("timestamp"), "DESC")]), b.order(b.field("uuid"))]

    def _most_telling(self, aggregates: Sequence[bool]) -> ast.Expr:
        """`count()` where it is a column, else the first aggregate."""
        counted = [expr for expr, counts in zip(self.exprs, aggregates, strict=True) if counts]
        return next((expr for expr in counted if expr == b.call("count")), counted[0])

    def _types(self, types: Sequence[str]) -> list[str]:
        found, place = list[str](), 0
        for fields in self.fields:
            found.append(_TYPES.get(fields, "Object") if fields else types[place] if place < len(types) else "")
            place += len(fields) or 1
        return found

    def _shaped(self, rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
        shaped: list[list[Any]] = [[] for _ in rows]
        place = 0
        for column, fields in zip(self.columns, self.fields, strict=True):
            width = len(fields) or 1
            cells = self._cells(column.source, fields, [row[place : place + width] for row in rows])
            place += width
            for row, cell in zip(shaped, cells, strict=True):
                row.append(cell)
        return shaped

    def _cells(self, source: str, fields: tuple[str, ...], values: Sequence[Sequence[Any]]) -> list[Any]:
        if fields == _STAR:
            return self._events(values)
        if fields == _TEXTS:
            return self._texts(source, values)
        if fields == _PERSON:
            return self._people(values, source == "person")
        return [plain(value[0]) for value in values]

    def _events(self, values: Sequence[Sequence[Any]]) -> list[Any]:
        """Whole events as the client sent them, with their labels: texts of messages are put back."""
        events = [dict(zip(_STAR, value, strict=True)) for value in values]
        stored = [[event[name] for name in _TEXTS] for event in events]
        for event, properties in zip(events, self._whole(stored), strict=True):
            del event["message_refs"], event["labels"]
            event.update(properties=properties, team_id=self.project.pk)
        return [plain(event) for event in events]

    def _texts(self, source: str, values: Sequence[Sequence[Any]]) -> list[Any]:
        """All properties, or one that holds texts of messages; what is no string is told as JSON text, as for other properties."""
        _, _, name = source.partition(".")
        found = [properties.get(name) if name else properties for properties in self._whole(values)]
        return [value if value is None or isinstance(value, str) else json.dumps_text(plain(value)) for value in found]

    def _whole(self, values: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
        """Properties from the fields in _TEXTS."""
        restored = restore_texts(self.project.pk, [(object_of(properties), str(refs or "")) for properties, refs, _ in values])
        return [properties | labels_of(labels) for properties, (_, _, labels) in zip(restored, values, strict=True)]

    def _people(self, values: Sequence[Sequence[Any]], whole: bool) -> list[Any]:
        found = selectors.by_ids(self.project.pk, {UUID(str(person)) for person, _ in values})
        cells = list[Any]()
        for person, distinct_id in values:
            known = found.get(UUID(str(person)))
            if not whole:
                cells.append({"id": str(person), "distinct_id": distinct_id, "display_name": known.name if known else distinct_id})
            elif known is None:
                cells.append({"distinct_id": distinct_id})
            else:
                created_at = known.created_at.isoformat()
                cells.append(
                    {
                        "uuid": str(known.id),
                        "created_at": created_at,
                        "properties": dict(known.properties),
                        "distinct_id": distinct_id,
                        "name": known.name,
                    }
                )
        return cells


def _uuid(text: str) -> UUID:
    found = parse_uuid(text)
    if found is None:
        raise InvalidInput("personId: expected a UUID", attr="personId")
    return found
