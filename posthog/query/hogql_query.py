"""Answers HogQLQuery: SQL that users write, with `{filters}` and `{variables.name}` filled in."""

from __future__ import annotations

from typing import Any

from posthog.common import limits
from posthog.hogql import ast, parser
from posthog.hogql import build as b
from posthog.query import dates
from posthog.query.filters import property_to_expr, test_account_filters
from posthog.query.rows import plain
from posthog.query.runner import QueryRunner, register
from posthog.query.schema import HogQLFilters, HogQLQuery, HogQLVariable
from posthog.rest.errors import InvalidInput


@register("HogQLQuery")
class HogQLQueryRunner(QueryRunner[HogQLQuery]):
    def run(self) -> dict[str, Any]:
        if not self.query.query.strip():
            raise InvalidInput("query.query: expected a SELECT statement", attr="query")
        statement = self.statement()
        limit = min(limits.QUERY_ROWS if statement.limit is None else statement.limit, limits.QUERY_MAX_ROWS)
        # One row beyond what we give tells that there are more.
        self.context.limit_top = limits.QUERY_MAX_ROWS + 1
        self.context.limit_default = limits.QUERY_ROWS + 1
        result = self.execute(statement)
        rows = result.rows[:limit]
        return {
            "results": [[plain(value) for value in row] for row in rows],
            "columns": result.columns,
            "types": [list(pair) for pair in zip(result.columns, result.types, strict=True)],
            "query": self.query.query,
            "explain": None,
            "metadata": None,
            "clickhouse": None,
            "hasMore": len(result.rows) > limit,
            "limit": limit,
            "offset": getattr(statement, "offset", None) or 0,
        }

    def statement(self) -> ast.SelectQuery | ast.SelectSetQuery:
        """The tree with placeholders replaced."""
        return parser.parse_select(self.query.query, self._placeholders())

    def _placeholders(self) -> dict[str, ast.Expr]:
        values = {name: b.expr_of(_constant(name, value)) for name, value in (self.query.values or {}).items()}
        variables = {f"variables.{item.code_name}": b.expr_of(_value(item)) for item in (self.query.variables or {}).values()}
        return {"filters": self._filters(self.query.filters or HogQLFilters()), **values, **variables}

    def _filters(self, filters: HogQLFilters) -> ast.Expr:
        """What `{filters}` stands for: properties of events, and the date range where there is one."""
        conditions = [property_to_expr(filters.properties, self.context)] if filters.properties else []
        asked = filters.dateRange
        if asked and (asked.date_from or asked.date_to):
            since = asked.date_from or "all"
            span = dates.resolve(asked.model_copy(update={"date_from": since}), None, self.project, now=self.now)
            conditions.append(b.lte(b.field("timestamp"), span.date_to))
            if since != "all":
                conditions.append(b.gte(b.field("timestamp"), span.date_from))
        if filters.filterTestAccounts:
            conditions.append(test_account_filters(self.project, self.context))
        return b.and_(conditions)


def _value(variable: HogQLVariable) -> ast.Expr | ast.ConstantValue:
    return None if variable.isNull else _constant(variable.code_name, variable.value)


def _constant(name: str, value: Any) -> ast.Expr | ast.ConstantValue:
    if isinstance(value, list):
        return b.array(*(_constant(name, item) for item in value))
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise InvalidInput(f"values.{name}: expected a text, a number, a boolean, null or a list of them", attr="values")
