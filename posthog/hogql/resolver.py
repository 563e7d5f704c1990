"""From a tree of names to a tree of our tables' columns: `resolve(node, context)`.

Clauses are resolved in the order in which they see each other: WITH, FROM, ARRAY JOIN, SELECT, whose aliases the rest may use, the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from posthog.hogql import ast, expressions, schema
from posthog.hogql.ast_text import describe
from posthog.hogql.context import Context
from posthog.hogql.errors import NotImplementedError, QueryTooComplexError, ResolutionError
from posthog.hogql.relations import NumbersRelation, QueryRelation, TableRelation
from posthog.hogql.resolved import Join, NumbersSource, Output, Query, Resolved, SetQuery, settle
from posthog.hogql.scope import Budget, Definition, Relation, Scope, check_name
from posthog.hogql.types import ANY

MAX_NUMBERS = 1_000_000
JOIN_KINDS = {
    "JOIN": "INNER JOIN",
    "INNER JOIN": "INNER JOIN",
    "LEFT JOIN": "LEFT JOIN",
    "LEFT OUTER JOIN": "LEFT JOIN",
    "RIGHT JOIN": "RIGHT JOIN",
    "RIGHT OUTER JOIN": "RIGHT JOIN",
    "FULL JOIN": "FULL JOIN",
    "FULL OUTER JOIN": "FULL JOIN",
    "CROSS JOIN": "CROSS JOIN",
    "LEFT SEMI JOIN": "LEFT SEMI JOIN",
    "LEFT ANTI JOIN": "LEFT ANTI JOIN",
    "LEFT ANY JOIN": "LEFT ANY JOIN",
    "INNER ANY JOIN": "INNER ANY JOIN",
    "LEFT ASOF JOIN": "LEFT ASOF JOIN",
    "ASOF JOIN": "ASOF JOIN",
}
KEEPS_RIGHT = ("RIGHT JOIN", "FULL JOIN")


def resolve(node: ast.SelectQuery | ast.SelectSetQuery, context: Context) -> Query | SetQuery:
    """Raises HogQLError with the place in the text where known."""
    scope = Scope(context, Budget(), resolve_query)
    try:
        return _resolve(node, scope, outermost=True)
    except RecursionError:
        raise QueryTooComplexError("The query is nested too deep.") from None


def resolve_query(node: ast.SelectQuery | ast.SelectSetQuery, scope: Scope) -> Query | SetQuery:
    return _resolve(node, scope, outermost=False)


def _resolve(node: ast.SelectQuery | ast.SelectSetQuery, scope: Scope, *, outermost: bool) -> Query | SetQuery:
    scope.budget.count_query()
    if isinstance(node, ast.SelectSetQuery):
        return _set_query(node, scope)
    return _Select(node, scope.child(), outermost).resolve()


def _set_query(node: ast.SelectSetQuery, scope: Scope) -> SetQuery:
    """WITH of the first query holds for all."""
    if len(node.queries) < 2:
        raise ResolutionError("A union needs two queries.", position=node.start)
    inner = scope.child()
    first = node.queries[0]
    if isinstance(first, ast.SelectQuery):
        define(first.ctes, inner)
    queries = [_resolve(query, inner, outermost=False) for query in node.queries]
    width = len(queries[0].outputs)
    if any(len(query.outputs) != width for query in queries):
        raise ResolutionError("The queries of a union have different numbers of columns.", position=node.start)
    operators = list(node.operators) or ["UNION ALL"] * (len(queries) - 1)
    if len(operators) != len(queries) - 1:
        raise ResolutionError("A union of n queries has n - 1 operators.", position=node.start)
    return SetQuery(queries, operators, node.limit)


def define(ctes: Sequence[ast.CTE], scope: Scope) -> None:
    for cte in ctes:
        check_name(cte.name, cte.start)
        seen = scope.child()
        seen.depth = scope.depth
        scope.ctes[cte.name] = Definition(cte, seen)


class _Select:
    """One SELECT."""

    def __init__(self, node: ast.SelectQuery, scope: Scope, outermost: bool) -> None:
        self.node = node
        self.scope = scope
        self.outermost = outermost
        self.query = Query([], distinct=node.distinct, limit=node.limit, offset=node.offset, type=ANY)
        self.joined: list[tuple[Relation, str, Resolved | None]] = []

    def resolve(self) -> Query:
        define(self.node.ctes, self.scope)
        self._from()
        self._array_join()
        self._windows()
        self._select()
        self._filters()
        self._grouping()
        self._ordering()
        self._sources()
        return self.query

    # FROM

    def _from(self) -> None:
        join = self.node.select_from
        kinds = list(_kinds(join))
        first = True
        for kind in kinds:
            if join is None:
                return
            relation = self._relation(join, wrapped=not first or any(later in KEEPS_RIGHT for later in kinds))
            self._add(join, relation)
            on = None if join.constraint is None else expressions.condition(join.constraint, self.scope)
            if not first and kind != "CROSS JOIN" and on is None:
                raise ResolutionError(f"{kind} needs ON.", position=join.start)
            self.joined.append((relation, "" if first else kind, on))
            join, first = join.next_join, False

    def _add(self, join: ast.JoinExpr, relation: Relation) -> None:
        name = join.alias or (str(join.table.chain[-1]) if isinstance(join.table, ast.Field) else f"__t_unnamed_{len(self.joined)}")
        if join.alias:
            check_name(join.alias, join.start)
        if name in self.scope.relations:
            raise ResolutionError(f"Two tables are called {name[:64]}: give one an alias.", position=join.start)
        self.scope.relations[name] = relation

    def _relation(self, join: ast.JoinExpr, *, wrapped: bool) -> Relation:
        if isinstance(join.table, ast.SelectQuery | ast.SelectSetQuery):
            relation: Relation = self._derived(join.table, self.scope)
        elif isinstance(join.table, ast.Field):
            relation = self._named(join, [str(part) for part in join.table.chain], wrapped)
        else:
            raise ResolutionError("Only tables and queries can stand in FROM.", position=join.start)
        if join.sample is not None:
            if not isinstance(relation, TableRelation):
                raise ResolutionError("Only tables can be sampled.", position=join.start)
            relation.sample(join.sample.left / (join.sample.right or 1), join.start)
        return relation

    def _named(self, join: ast.JoinExpr, chain: list[str], wrapped: bool) -> Relation:
        if chain == ["numbers"] and join.table_args is not None:
            return NumbersRelation(_numbers(join, self.scope.budget.alias()))
        if join.table_args is not None:
            raise ResolutionError(f"Table function {chain[-1][:64]} is not available.", position=join.start)
        definition = self.scope.ctes.get(chain[0]) if len(chain) == 1 else None
        if definition is not None and isinstance(definition.cte.expr, ast.SelectQuery | ast.SelectSetQuery):
            return self._derived(definition.cte.expr, definition.scope)
        table = schema.TABLES.get(chain[0]) if len(chain) == 1 else None
        if table is None or (table.internal and not self.scope.context.internal_tables):
            raise ResolutionError(f"There is no table {'.'.join(chain)[:100]}.", position=join.start)
        return TableRelation(table, self.scope, wrapped=wrapped)

    def _derived(self, node: ast.SelectQuery | ast.SelectSetQuery, scope: Scope) -> QueryRelation:
        return QueryRelation(resolve_query(node, scope), self.scope.budget.alias(), self.scope.context.zone)

    def _sources(self) -> None:
        """Last, since reading columns adds joins."""
        for relation, kind, on in self.joined:
            first, *rest = relation.joins()
            self.query.sources += [Join(first.source, kind, on), *rest]
            self.query.where = [*relation.conditions(), *self.query.where]

    def _array_join(self) -> None:
        for item in self.node.array_join:
            if not isinstance(item, ast.Alias):
                raise ResolutionError("ARRAY JOIN needs an alias: ARRAY JOIN list AS item.", position=item.start)
            array = expressions.value(item.expr, self.scope)
            self.query.array_join.append(Output(item.alias, array))
            item_of = Resolved(type=ANY)
            self.scope.define_alias(item.alias, item_of, item.start)
        self.query.array_join_op = self.node.array_join_op

    def _windows(self) -> None:
        for name in self.node.window_exprs:
            check_name(name, None)
        self.scope.windows.update(self.node.window_exprs)

    # SELECT

    def _select(self) -> None:
        for expr in self.node.select:
            if isinstance(expr, ast.Field) and expr.chain and expr.chain[-1] == "*":
                self._star(expr)
            else:
                self._column(expr)
        if not self.query.outputs:
            raise ResolutionError("SELECT needs a column.", position=self.node.start)

    def _column(self, expr: ast.Expr) -> None:
        inner = expr.expr if isinstance(expr, ast.Alias) else expr
        operand = expressions.operand(inner, self.scope)
        shown = settle(operand)
        if not isinstance(expr, ast.Alias):
            self._output(describe(inner), shown)
            return
        if self.scope.aliases.get(expr.alias) != operand:  # `item AS item` of an ARRAY JOIN
            self.scope.define_alias(expr.alias, operand, expr.start)
        self.query.outputs.append(Output(expr.alias, shown))

    def _output(self, name: str, expr: Resolved) -> None:
        taken = {output.name for output in self.query.outputs} | set(self.scope.aliases)
        self.query.outputs.append(Output(name, expr, alias=not self.outermost and name not in taken and len(name) <= 400))

    def _star(self, expr: ast.Field) -> None:
        names = [str(part) for part in expr.chain[:-1]]
        if len(names) > 1 or (names and names[0] not in self.scope.relations):
            raise ResolutionError(f"There is no table {'.'.join(names)[:100]} here.", position=expr.start)
        relations = [self.scope.relations[names[0]]] if names else list(self.scope.relations.values())
        if not relations:
            raise ResolutionError("* needs a table.", position=expr.start)
        for relation in relations:
            for name in relation.columns():
                found = relation.read([name], expr.start)
                if found is not None:
                    self._output(name, settle(found))

    # The rest

    def _filters(self) -> None:
        for expr in (self.node.prewhere, self.node.where):
            if expr is not None:
                self.query.where.append(expressions.condition(expr, self.scope))
        if self.node.having is not None:
            self.query.having = expressions.condition(self.node.having, self.scope)

    def _grouping(self) -> None:
        self.query.group_by = [expressions.value(expr, self.scope) for expr in self.node.group_by]
        self.query.windows = {name: expressions.window(expr, self.scope) for name, expr in self.node.window_exprs.items()}

    def _ordering(self) -> None:
        self.query.order_by = [expressions.order(expr, self.scope) for expr in self.node.order_by]
        limit_by = self.node.limit_by
        if limit_by is not None:
            self.query.limit_by = (limit_by.n, limit_by.offset, [expressions.value(expr, self.scope) for expr in limit_by.exprs])


def _kinds(join: ast.JoinExpr | None) -> Iterator[str]:
    while join is not None:
        written = " ".join((join.join_type or "JOIN").upper().split())
        if written not in JOIN_KINDS:
            raise NotImplementedError(f"{written[:64]} is not available.", position=join.start)
        yield JOIN_KINDS[written]
        join = join.next_join


def _numbers(join: ast.JoinExpr, alias: str) -> NumbersSource:
    args = [arg.value if isinstance(arg, ast.Constant) else None for arg in join.table_args or ()]
    whole = [arg for arg in args if isinstance(arg, int) and not isinstance(arg, bool) and 0 <= arg <= 2**62]
    if len(whole) != len(args) or len(whole) not in {1, 2} or whole[-1] > MAX_NUMBERS:
        raise ResolutionError(f"numbers takes one or two whole numbers, the count at most {MAX_NUMBERS}.", position=join.start)
    return NumbersSource(whole[0] if len(whole) == 2 else 0, whole[-1], alias)
