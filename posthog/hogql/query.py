"""Running a query: text or tree in, rows out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from posthog.clickhouse import client
from posthog.common.limits import QUERY_MAX_ROWS
from posthog.hogql import ast, guard
from posthog.hogql.context import Context
from posthog.hogql.parser import parse_select
from posthog.hogql.printer import PrintedQuery, print_sql
from posthog.hogql.schema import GUARD_COLUMN, STORED_TABLES

# What any query may use. `readonly` 2 lets these settings through and no change of data; the rest bound time, memory and answers.
SETTINGS: Mapping[str, object] = {
    "readonly": 2,
    "max_execution_time": 60,
    "max_memory_usage": 1_500_000_000,
    "max_bytes_before_external_group_by": 700_000_000,
    "max_bytes_before_external_sort": 700_000_000,
    "max_result_rows": 1_000_000,
    "max_result_bytes": 500_000_000,
    "max_query_size": 5_000_000,
    "max_ast_elements": 500_000,
    "max_expanded_ast_elements": 1_000_000,
    "max_ast_depth": 2_000,
    # Dots in keys are stored escaped; with it they are printed as they came.
    "json_type_escape_dots_in_keys": 1,
}
# More of them for what users write.
USER_SETTINGS: Mapping[str, object] = {"max_execution_time": 30, "max_rows_in_join": 10_000_000, "join_overflow_mode": "throw"}


@dataclass(frozen=True)
class HogQLResult:
    """`types` are ClickHouse's; `columns` are aliases, or the names as they were written. `elapsed` in seconds."""

    rows: list[tuple[Any, ...]]
    columns: list[str]
    types: list[str]
    sql: str
    elapsed: float = 0.0


def execute(
    query: str | ast.SelectQuery | ast.SelectSetQuery,
    context: Context,
    *,
    settings: Mapping[str, object] | None = None,
    tag: str = "",
    placeholders: Mapping[str, ast.Expr] | None = None,
) -> HogQLResult:
    """Text is a user's and gets their limits. All that is printed is read again by the guard before it runs, since a tree of an
    insight may hold a user's expressions too.

    Raises HogQLError for the author's mistakes, ClickHouseError from the engine.
    """
    if isinstance(query, str):
        context = replace(context, limit_top=QUERY_MAX_ROWS if context.limit_top is None else context.limit_top)
        query = parse_select(query, placeholders)
    printed = print_sql(query, context)
    guard.check(printed.sql, context.team_id)
    limits = {**SETTINGS, **({} if context.limit_top is None else USER_SETTINGS), **(settings or {})}
    return run(printed, context.team_id, limits, tag)


def run(printed: PrintedQuery, team_id: int, settings: Mapping[str, object], tag: str) -> HogQLResult:
    guarded = {**settings, "additional_table_filters": table_filters(team_id)}
    result = client.execute_with_columns(printed.sql, settings=guarded, tag=tag)
    columns: Sequence[str] = printed.columns or result.columns
    return HogQLResult(result.rows, list(columns), result.types, printed.sql, result.elapsed)


def table_filters(team_id: int) -> str:
    """The engine's own filter per table, a second wall that does not depend on what was printed."""
    entries = ", ".join(f"'{table}': '{GUARD_COLUMN} = {int(team_id)}'" for table in sorted(STORED_TABLES))
    return f"{{{entries}}}"
