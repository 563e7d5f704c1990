"""What stands in FROM: a table of ours, a sub-query, or numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from posthog.hogql import property_reads, schema
from posthog.hogql.errors import ResolutionError
from posthog.hogql.resolved import (
    Column,
    Join,
    NumbersSource,
    Operand,
    Output,
    PropertyRead,
    Query,
    QuerySource,
    Resolved,
    SetQuery,
    Source,
    TableSource,
    Value,
    function,
    settle,
)
from posthog.hogql.scope import Scope
from posthog.hogql.types import BOOLEAN, INTEGER, STRING, UUID_TYPE, Type

OVERRIDES = schema.TABLES["person_distinct_id_overrides"]
_ELSEWHERE = "The texts of {0} are stored as messages: use a property filter on {0}, or the tables turns and messages."


@dataclass
class Wrapper:
    """A query around a source, which gets a column for each thing that is asked of it."""

    query: Query
    alias: str

    def export(self, expr: Resolved) -> Column:
        for output in self.query.outputs:
            if output.expr == expr:
                return Column(self.alias, output.name, type=expr.type)
        name = f"c{len(self.query.outputs)}"
        self.query.outputs.append(Output(name, expr))
        return Column(self.alias, name, type=expr.type)

    def source(self) -> QuerySource:
        return QuerySource(self.query, self.alias)


class TableRelation:
    """One use of a table.

    `wrapped` puts it into a sub-query of its own, guard included: so it is for every table but the first of a FROM, whose guard can stand
    in WHERE. Tables with several stored rows per entity are always grouped in one.
    """

    def __init__(self, table: schema.Table, scope: Scope, *, wrapped: bool, where: tuple[str, int] | None = None) -> None:
        self.table = table
        self.scope = scope
        self.alias = scope.budget.alias()
        self.filters: list[Resolved] = []
        self.linked: dict[str, tuple[TableRelation, Resolved]] = {}
        self.grouping = self._grouping() if table.group_by else None
        self.wrapper = Wrapper(Query([]), scope.budget.alias()) if wrapped else None
        if where is not None:
            self.filters.append(function("equals", self._stored(where[0], INTEGER), Value(where[1], type=INTEGER), type=BOOLEAN))

    def _grouping(self) -> Wrapper:
        query = Query([], sources=[Join(TableSource(self.table.stored_name, self.alias))])
        query.group_by = [Column(self.alias, name) for name in self.table.group_by]
        query.where = self.filters
        if self.table.deleted:
            newest = function("argMax", self._stored(self.table.deleted, INTEGER), self._stored(self.table.version, INTEGER))
            query.having = function("equals", newest, Value(0, type=INTEGER), type=BOOLEAN)
        return Wrapper(query, self.scope.budget.alias())

    def _stored(self, name: str, type: Type) -> Column:
        return Column(self.alias, name, type=type)

    # Relation

    def has(self, name: str) -> bool:
        return name in self.table.fields

    def columns(self) -> list[str]:
        return list(self.table.star)

    def conditions(self) -> list[Resolved]:
        return [] if self.grouping or self.wrapper else self.filters

    def joins(self) -> list[Join]:
        if self.wrapper is None:
            return self._own_joins()
        self.wrapper.query.sources = self._own_joins()
        self.wrapper.query.where = [] if self.grouping else self.filters
        return [Join(self.wrapper.source())]

    def _own_joins(self) -> list[Join]:
        base: Source = self.grouping.source() if self.grouping else TableSource(self.table.stored_name, self.alias)
        joins = [Join(base)]
        for relation, condition in self.linked.values():
            first, *rest = relation.joins()
            joins += [Join(first.source, "LEFT JOIN", condition), *rest]
        return joins

    def read(self, chain: Sequence[str], position: int | None) -> Operand | None:
        operand = self.read_inside(chain, position)
        if operand is None or self.wrapper is None:
            return operand
        wrapper = self.wrapper
        if isinstance(operand, PropertyRead):
            inner = operand.read
            return PropertyRead(operand.declared, lambda wanted: wrapper.export(inner(wanted)))
        return wrapper.export(operand)

    def read_inside(self, chain: Sequence[str], position: int | None) -> Operand | None:
        """The same before wrapping."""
        member = self.table.fields.get(chain[0])
        return None if member is None else self._member(member, chain, 1, position)

    def _member(self, member: schema.Member, chain: Sequence[str], used: int, position: int | None) -> Operand:
        rest = chain[used:]
        if isinstance(member, schema.JsonColumn):
            return self._json(member, rest, position)
        if isinstance(member, schema.Shortcut):
            return self._required([*member.chain, *rest], position)
        if isinstance(member, schema.Namespace):
            return self._inside(member.fields, chain, used, position)
        if isinstance(member, schema.Link):
            return self._through(chain[0], member, rest, position)
        if rest:
            raise ResolutionError(f"{'.'.join(chain[:used])} has no field {rest[0][:64]}.", position=position)
        return self._column(member)

    def _required(self, chain: Sequence[str], position: int | None) -> Operand:
        operand = self.read_inside(chain, position)
        if operand is None:
            raise ResolutionError(f"Table {self.table.name} has no column {chain[0][:64]}.", position=position)
        return operand

    def _inside(self, fields: Mapping[str, schema.Member], chain: Sequence[str], used: int, position: int | None) -> Operand:
        wanted = chain[used] if used < len(chain) else ""
        if wanted not in fields:
            raise ResolutionError(f"{'.'.join(chain[:used])} has the fields {', '.join(fields)}.", position=position)
        return self._member(fields[wanted], chain, used + 1, position)

    # Columns

    def _column(self, column: schema.Column) -> Resolved:
        stored = self._grouped(self._stored(column.name, column.type), column.aggregate)
        if column.is_person:
            return self._person(stored)
        if column.type.kind == "DateTime" and self.scope.context.zone != "UTC":
            return function("toTimeZone", stored, Value(self.scope.context.zone, type=STRING), type=column.type)
        return stored

    def _grouped(self, expr: Resolved, aggregate: str) -> Resolved:
        """The one value per entity, read from outside the grouping."""
        if self.grouping is None:
            return expr
        if aggregate == "argMax":
            # argMax skips rows where its argument is NULL; a tuple never is.
            latest = function("argMax", function("tuple", expr), self._stored(self.table.version, INTEGER))
            expr = function("tupleElement", latest, Value(1, type=INTEGER), type=expr.type)
        elif aggregate:
            expr = function(aggregate, expr, type=expr.type)
        return self.grouping.export(expr)

    def _json(self, column: schema.JsonColumn, path: Sequence[str], position: int | None) -> Operand:
        if not path:
            stored = self._stored(column.text, STRING) if column.text else property_reads.whole(Column(self.alias, column.name))
            return self._grouped(stored, column.aggregate)
        if path[0] in column.elsewhere:
            raise ResolutionError(_ELSEWHERE.format(path[0]), position=position)
        name, scope = column.name, column.scope
        if len(path) == 1 and column.labels and schema.is_label(path[0]):
            name, scope = column.labels, "label"
        stored_path = Column(self.alias, name, tuple(path))
        declared = property_reads.declared(scope, path, self.scope.context)
        zone = self.scope.context.zone
        if scope == "label":
            return PropertyRead(
                declared, lambda wanted: self._grouped(property_reads.read_label(stored_path, declared, zone), column.aggregate)
            )
        return PropertyRead(declared, lambda wanted: self._grouped(property_reads.read(stored_path, wanted, zone), column.aggregate))

    # Other tables

    def _person(self, stored: Resolved) -> Resolved:
        """The person that the distinct id belongs to now."""
        override = self._link("person_id override", OVERRIDES, "distinct_id", "distinct_id", None)
        found = settle(override._required(["distinct_id"], None))
        person = settle(override._required(["person_id"], None))
        return function("if", function("notEmpty", found, type=BOOLEAN), person, stored, type=UUID_TYPE)

    def _through(self, name: str, link: schema.Link, rest: Sequence[str], position: int | None) -> Operand:
        where = None
        table = schema.TABLES[link.table]
        if link.where is not None:
            filtered = table.fields[link.where[0]]
            where = (filtered.name, link.where[1]) if isinstance(filtered, schema.Column) else None
        relation = self._link(name, table, link.own, link.their, where)
        if not rest:
            raise ResolutionError(f"{name} has the fields {', '.join(relation.table.fields)}.", position=position)
        return relation._required(rest, position)

    def _link(self, name: str, table: schema.Table, own: str, their: str, where: tuple[str, int] | None) -> TableRelation:
        if name not in self.linked:
            mine = settle(self._required([own], None))
            relation = TableRelation(table, self.scope, wrapped=False, where=where)
            theirs = settle(relation._required([their], None))
            self.linked[name] = (relation, function("equals", mine, theirs, type=BOOLEAN))
        return self.linked[name][0]

    def sample(self, ratio: float, position: int | None) -> None:
        """Keep a share of the distinct ids."""
        if self.grouping or "distinct_id" not in self.table.fields:
            raise ResolutionError(f"Table {self.table.name} cannot be sampled.", position=position)
        bucket = function("modulo", function("cityHash64", self._stored("distinct_id", STRING)), Value(1_000_000, type=INTEGER))
        self.filters.append(function("less", bucket, Value(round(ratio * 1_000_000), type=INTEGER), type=BOOLEAN))


@dataclass
class QueryRelation:
    """A sub-query, or a WITH entry where it is used."""

    query: Query | SetQuery
    alias: str
    zone: str

    def has(self, name: str) -> bool:
        return name in self.columns()

    def columns(self) -> list[str]:
        return [output.name for output in self.query.outputs if output.alias]

    def joins(self) -> list[Join]:
        return [Join(QuerySource(self.query, self.alias))]

    def conditions(self) -> list[Resolved]:
        return []

    def read(self, chain: Sequence[str], position: int | None) -> Operand | None:
        for output in self.query.outputs:
            if output.alias and output.name == chain[0]:
                column = Column(self.alias, output.name, type=output.expr.type)
                return self._below(column, chain, position) if len(chain) > 1 else column
        return None

    def _below(self, column: Column, chain: Sequence[str], position: int | None) -> Operand:
        if column.type.kind not in {"String", "Any"}:
            raise ResolutionError(f"{chain[0][:64]} has no field {chain[1][:64]}.", position=position)
        return PropertyRead("String", lambda wanted: property_reads.read_text(column, chain[1:], wanted, self.zone))


@dataclass
class NumbersRelation:
    source: NumbersSource

    def has(self, name: str) -> bool:
        return name == "number"

    def columns(self) -> list[str]:
        return ["number"]

    def joins(self) -> list[Join]:
        return [Join(self.source)]

    def conditions(self) -> list[Resolved]:
        return []

    def read(self, chain: Sequence[str], position: int | None) -> Operand | None:
        return Column(self.source.alias, "number", type=INTEGER) if list(chain) == ["number"] else None
