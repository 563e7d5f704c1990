"""The only door from this room to ClickHouse: every table is named through a macro that holds the project's rows only."""

import re
from collections.abc import Mapping
from typing import Any

from posthog.clickhouse import client
from posthog.hogql.query import table_filters

_TABLES = ("events", "messages", "turns", "conversations")
# A batch of long histories names tens of thousands of messages in one statement; the engine's own limit is 256 KiB.
_SETTINGS = {"max_query_size": 128 * 1024 * 1024}
_NAMED_PLAINLY = re.compile(r"\b(?:FROM|JOIN)\s+(?![{(])", re.IGNORECASE)


class UnguardedTable(AssertionError):
    """A statement names a table without its macro."""


def rows(team_id: int, sql: str, params: Mapping[str, object] | None = None, tag: str = "conversations") -> list[tuple[Any, ...]]:
    """Rows of a SELECT. `FROM {turns} AND …` reads turns of this project: the macro ends inside a WHERE. params fill %(name)s."""
    if _NAMED_PLAINLY.search(sql):
        raise UnguardedTable(sql)
    for table in _TABLES:
        sql = sql.replace(f"{{{table}}}", f"{table} WHERE {table}.team_id = {int(team_id)}")
    return client.execute(sql, params or {}, settings=_SETTINGS | {"additional_table_filters": table_filters(team_id)}, tag=tag)
