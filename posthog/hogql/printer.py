"""The one place where SQL that users cause is written.

It takes only resolved trees, so every function in it is on the list and every table ours. Every value is escaped, every name quoted, and
every table gets the project guard in the WHERE of the query whose first source it is; in any other place it is refused. There is no way
to write SETTINGS, FORMAT, INTO or a table function other than numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from posthog.hogql import ast
from posthog.hogql.context import Context
from posthog.hogql.errors import GuardError, QueryTooComplexError
from posthog.hogql.escape import quote_json_key, quote_name, quote_value
from posthog.hogql.functions import FUNCTIONS
from posthog.hogql.resolved import (
    Column,
    Function,
    Join,
    LambdaFunction,
    Name,
    NumbersSource,
    Order,
    Output,
    Query,
    QuerySource,
    Resolved,
    SetQuery,
    Source,
    TableSource,
    Value,
    Window,
    WindowCall,
)
from posthog.hogql.resolver import resolve
from posthog.hogql.schema import GUARD_COLUMN, MERGED_TABLES, STORED_TABLES

# What the resolver writes besides the functions on the list.
_OWN_FUNCTION_LIST = """
    and or not if multiIf ifNull coalesce isNull isNotNull equals notEquals less lessOrEquals greater greaterOrEquals like ilike notLike
    notILike in notIn exists match concat tuple array map now64 toDate toDateTime64 toTimeZone parseDateTime64BestEffortOrNull toString
    accurateCastOrNull CAST toFloat64OrNull dynamicType dynamicElement"""
OWN_FUNCTIONS = frozenset(_OWN_FUNCTION_LIST.split())


@dataclass(frozen=True)
class PrintedQuery:
    """Values stand escaped in the text. `columns` are the names of the answer's columns."""

    sql: str
    columns: tuple[str, ...]


def print_sql(node: ast.SelectQuery | ast.SelectSetQuery, context: Context) -> PrintedQuery:
    """ClickHouse SQL that reads nothing but `context.team_id`'s rows. Raises HogQLError for what a user can mend."""
    query = resolve(node, context)
    columns = tuple(output.name for output in query.outputs)
    try:
        return PrintedQuery(_Printer(context.team_id).outermost(query, context), columns)
    except RecursionError:
        raise QueryTooComplexError("The query is nested too deep.") from None


class _Printer:
    def __init__(self, team_id: int) -> None:
        if type(team_id) is not int or team_id <= 0:
            raise GuardError("A query needs a project.")
        self.team_id = team_id

    # Queries

    def outermost(self, query: Query | SetQuery, context: Context) -> str:
        if context.limit_top is None:
            return self.query(query)
        limit = min(context.limit_default if query.limit is None else query.limit, context.limit_top)
        if isinstance(query, SetQuery):
            return f"SELECT * FROM ({self.query(query)}) LIMIT {limit}"  # noqa: S608 - printed parts
        query.limit = limit
        return self.query(query)

    def query(self, query: Query | SetQuery) -> str:
        return self.set_query(query) if isinstance(query, SetQuery) else self.select(query)

    def set_query(self, query: SetQuery) -> str:
        parts = [f"({self.query(query.queries[0])})"]
        for operator, other in zip(query.operators, query.queries[1:], strict=True):
            if operator not in {"UNION ALL", "UNION DISTINCT", "INTERSECT", "EXCEPT"}:
                raise GuardError("Unknown set operator.")
            parts.append(f"{operator} ({self.query(other)})")
        printed = " ".join(parts)
        return printed if query.limit is None else f"SELECT * FROM ({printed}) LIMIT {int(query.limit)}"  # noqa: S608 - printed parts

    def select(self, query: Query) -> str:
        clauses = [
            "SELECT " + ("DISTINCT " if query.distinct else "") + (self.outputs(query.outputs) or "1"),
            self.sources(query.sources),
            self.array_join(query),
            self.clause("WHERE", self.conditions(query)),
            self.clause("GROUP BY", self.expressions(query.group_by)),
            self.clause("HAVING", "" if query.having is None else self.expr(query.having)),
            self.clause("WINDOW", ", ".join(f"{quote_name(name)} AS {self.window(w)}" for name, w in query.windows.items())),
            self.clause("ORDER BY", ", ".join(self.order(item) for item in query.order_by)),
            self.limits(query),
        ]
        return " ".join(clause for clause in clauses if clause)

    def clause(self, word: str, text: str) -> str:
        return f"{word} {text}" if text else ""

    def outputs(self, outputs: Iterable[Output]) -> str:
        return ", ".join(self.expr(item.expr) + (f" AS {quote_name(item.name)}" if item.alias else "") for item in outputs)

    def conditions(self, query: Query) -> str:
        """The guards first, then what was asked for."""
        parts = [self.guard(join.source) for join in query.sources if isinstance(join.source, TableSource)]
        parts += [self.expr(expr) for expr in query.where]
        return parts[0] if len(parts) == 1 else f"and({', '.join(parts)})" if parts else ""

    def guard(self, source: TableSource) -> str:
        return f"equals({quote_name(source.alias)}.{quote_name(GUARD_COLUMN)}, {self.team_id})"

    def sources(self, joins: list[Join]) -> str:
        if not joins:
            return ""
        self.check_guardable(joins)
        return "FROM " + " ".join(self.join(join) for join in joins)

    def check_guardable(self, joins: list[Join]) -> None:
        """A guard in WHERE holds for the first source only, and only if no join brings in rows without it."""
        if any(isinstance(join.source, TableSource) for join in joins[1:]):
            raise GuardError("Only the first source may be a table.")
        if isinstance(joins[0].source, TableSource) and any(join.kind.startswith(("RIGHT", "FULL")) for join in joins):
            raise GuardError("The first source of a RIGHT or FULL join may not be a table.")

    def join(self, join: Join) -> str:
        printed = self.source(join.source)
        if join.kind:
            printed = f"{join.kind} {printed}"
        return printed if join.on is None else f"{printed} ON {self.expr(join.on)}"

    def source(self, source: Source) -> str:
        if isinstance(source, TableSource):
            if source.table not in STORED_TABLES:
                raise GuardError(f"No table {source.table}.")
            merged = " FINAL" if source.table in MERGED_TABLES else ""
            return f"{quote_name(source.table)} AS {quote_name(source.alias)}{merged}"
        if isinstance(source, NumbersSource):
            return f"numbers({int(source.offset)}, {int(source.count)}) AS {quote_name(source.alias)}"
        if isinstance(source, QuerySource):
            return f"({self.query(source.query)}) AS {quote_name(source.alias)}"
        raise GuardError("Unknown source.")

    def array_join(self, query: Query) -> str:
        if not query.array_join:
            return ""
        if query.array_join_op not in {"ARRAY JOIN", "LEFT ARRAY JOIN"}:
            raise GuardError("Unknown array join.")
        return f"{query.array_join_op} {self.outputs(query.array_join)}"

    def order(self, item: Order) -> str:
        nulls = f" NULLS {item.nulls}" if item.nulls in {"FIRST", "LAST"} else ""
        return f"{self.expr(item.expr)} {'DESC' if item.descending else 'ASC'}{nulls}"

    def limits(self, query: Query) -> str:
        parts = []
        if query.limit_by is not None:
            count, offset, exprs = query.limit_by
            skipped = "" if offset is None else f" OFFSET {int(offset)}"
            parts.append(f"LIMIT {int(count)}{skipped} BY {self.expressions(exprs)}")
        if query.limit is not None:
            parts.append(f"LIMIT {int(query.limit)}")
        if query.offset is not None:
            parts.append(f"OFFSET {int(query.offset)}")
        return " ".join(parts)

    def window(self, window: Window) -> str:
        parts = []
        if window.partition_by:
            parts.append(f"PARTITION BY {self.expressions(window.partition_by)}")
        if window.order_by:
            parts.append("ORDER BY " + ", ".join(self.order(item) for item in window.order_by))
        if window.method in {"ROWS", "RANGE"} and window.start is not None:
            parts.append(f"{window.method} BETWEEN {_frame(window.start)} AND {_frame(window.end)}")
        return f"({' '.join(parts)})"

    # Expressions

    def expr(self, node: Resolved) -> str:
        handler = self.HANDLERS.get(type(node))
        if handler is None:
            raise GuardError(f"{type(node).__name__} cannot be printed.")
        return handler(self, node)

    def expressions(self, nodes: Iterable[Resolved]) -> str:
        return ", ".join(self.expr(node) for node in nodes)

    def value(self, node: Value) -> str:
        return quote_value(node.value)

    def column(self, node: Column) -> str:
        """`source`.`column`, and for JSON a path; `^` asks for the object below it."""
        printed = f"{quote_name(node.source)}.{quote_name(node.name)}"
        if not node.path:
            return printed
        first, *rest = [quote_json_key(key) for key in node.path]
        return ".".join([printed, f"^{first}" if node.whole_object else first, *rest])

    def name(self, node: Name) -> str:
        return quote_name(node.name)

    def function(self, node: Function) -> str:
        if node.name.lower() not in FUNCTIONS and node.name not in OWN_FUNCTIONS:
            raise GuardError(f"Function {node.name} is not on the list.")
        args = self.expressions(node.args)
        if node.name == "array":
            return f"[{args}]"
        if node.name == "tuple" and len(node.args) > 1:
            return f"({args})"
        params = "" if node.params is None else f"({self.expressions(node.params)})"
        return f"{node.name}{params}({'DISTINCT ' if node.distinct else ''}{args})"

    def lambda_function(self, node: LambdaFunction) -> str:
        return f"({', '.join(quote_name(arg) for arg in node.args)}) -> {self.expr(node.body)}"

    def window_call(self, node: WindowCall) -> str:
        over = quote_name(node.window) if isinstance(node.window, str) else self.window(node.window)
        return f"{self.function(node.function)} OVER {over}"

    def subquery(self, node: Query | SetQuery) -> str:
        return f"({self.query(node)})"

    HANDLERS: dict[type[Resolved], Callable[[_Printer, Any], str]] = {
        Value: value,
        Column: column,
        Name: name,
        Function: function,
        LambdaFunction: lambda_function,
        WindowCall: window_call,
        Query: subquery,
        SetQuery: subquery,
    }


def _frame(frame: ast.WindowFrame | None) -> str:
    if frame is None or frame.kind == "CURRENT ROW":
        return "CURRENT ROW"
    if frame.kind not in {"PRECEDING", "FOLLOWING"}:
        raise GuardError("Unknown window frame.")
    return f"{'UNBOUNDED' if frame.value is None else int(frame.value)} {frame.kind}"
