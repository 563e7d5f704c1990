"""The one way to the store: run a statement, insert rows."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import clickhouse_driver
from clickhouse_driver.errors import ServerException
from django.conf import settings as django_settings

from posthog.clickhouse import errors
from posthog.clickhouse.literals import quoted_name
from posthog.clickhouse.pool import Address, Pool

EXECUTION_SECONDS_MAX = 120
QUERY_BYTES_MAX = 16 * 1024 * 1024  # the engine's default of 256 KiB is short for lists of ids
DEFAULT_DATABASE = "default"
MONTHS_PER_INSERT = 100  # the engine refuses a block with more partitions

# How JSON text becomes a JSON column. Without them dates are guessed, and a key with a dot beside an object fails the block.
JSON_SETTINGS: dict[str, object] = {
    "input_format_try_infer_dates": 0,
    "input_format_try_infer_datetimes": 0,
    "type_json_skip_duplicated_paths": 1,
    "json_type_escape_dots_in_keys": 1,
}
_INSERT_SETTINGS: dict[str, object] = JSON_SETTINGS | {
    "async_insert": 0,
    # A retry after a crash between a table and its view fills the view.
    "deduplicate_blocks_in_dependent_materialized_views": 1,
}
_WITHOUT_TOKEN: dict[str, object] = {"insert_deduplicate": 0, "deduplicate_insert": "disable", "deduplicate_insert_select": "disable"}
_PARTITIONED_BY = {"events": "timestamp"}


@dataclass(frozen=True)
class Result:
    """`types` are ClickHouse's; `elapsed` in seconds."""

    rows: list[tuple[Any, ...]]
    columns: list[str]
    types: list[str]
    elapsed: float


def execute(
    sql: str, params: Mapping[str, object] | None = None, *, settings: Mapping[str, object] | None = None, tag: str = ""
) -> list[tuple[Any, ...]]:
    """Rows of the statement. `%(name)s` in it stands for a parameter; with parameters, write %% for a percent sign.

    `tag` says who asks, in the engine's list of processes. Raises ClickHouseError.
    """
    return execute_with_columns(sql, params, settings=settings, tag=tag).rows


def execute_with_columns(
    sql: str, params: Mapping[str, object] | None = None, *, settings: Mapping[str, object] | None = None, tag: str = ""
) -> Result:
    """As execute(), with names and types of the columns."""
    started = time.monotonic()
    values = None if params is None else {name: _literal(value) for name, value in params.items()}
    defaults: dict[str, object] = {"max_execution_time": EXECUTION_SECONDS_MAX, "max_query_size": QUERY_BYTES_MAX, "log_comment": tag}
    merged = defaults | dict(settings or {})
    answer = _call(lambda client: client.execute(sql, values, with_column_types=True, settings=merged))
    if not isinstance(answer, tuple):  # statements without a result
        answer = ([], [])
    rows, columns = answer
    return Result(rows, [name for name, _ in columns], [kind for _, kind in columns], time.monotonic() - started)


def insert(table: str, columns: Sequence[str], rows: Sequence[Sequence[object]], *, token: str | None = None) -> None:
    """Stores the rows, synced to disk when it returns. The same token again stores nothing again.

    Rows of more than MONTHS_PER_INSERT months go in several inserts, cut the same way each time. Raises ClickHouseError:
    StoreUnavailable means repeat with the same token; any other, that a row is refused and none of its insert is stored.
    """
    if not rows:
        return
    statement = f"INSERT INTO {table} ({', '.join(map(quoted_name, columns))}) VALUES"
    for number, part in enumerate(_parts(table, columns, rows)):
        part_token = token if token is None or number == 0 else f"{token}/{number}"
        settings = _INSERT_SETTINGS | (_WITHOUT_TOKEN if part_token is None else {"insert_deduplication_token": part_token})
        _send(statement, part, settings)


def _send(statement: str, rows: Sequence[Sequence[object]], settings: Mapping[str, object]) -> None:
    _call(lambda client: client.execute(statement, rows, settings=settings))


def ensure_database() -> None:
    """Makes the database of CLICKHOUSE_URL when the store does not have it."""
    address = Address.parse(django_settings.CLICKHOUSE_URL)
    if address.database == DEFAULT_DATABASE:
        return
    statement = f"CREATE DATABASE IF NOT EXISTS {quoted_name(address.database)}"
    _call(lambda client: client.execute(statement), Pool(replace(address, database=DEFAULT_DATABASE)))


def is_ready() -> bool:
    """True when the store answers."""
    try:
        execute("SELECT 1", settings={"max_execution_time": 5}, tag="ready")
    except errors.ClickHouseError:
        return False
    return True


def _call(use: Callable[[clickhouse_driver.Client], Any], pool: Pool | None = None) -> Any:
    try:
        with (pool or _pool()).client() as client:
            return use(client)
    except errors.ClickHouseError:
        raise
    except ServerException as error:
        raise errors.from_server(error) from error
    except Exception as error:
        raise errors.from_driver(error) from error


_pool_lock = threading.Lock()


def _pool() -> Pool:
    with _pool_lock:
        return _pool_for(django_settings.CLICKHOUSE_URL)


@cache
def _pool_for(url: str) -> Pool:
    return Pool(Address.parse(url))


def _literal(value: object) -> object:
    """clickhouse-driver drops microseconds from times and writes naive ones as they are: times go as UTC text."""
    if isinstance(value, datetime):
        moment = value.astimezone(UTC) if value.tzinfo else value
        return moment.strftime("%Y-%m-%d %H:%M:%S.%f" if moment.microsecond else "%Y-%m-%d %H:%M:%S")
    if isinstance(value, (list, tuple)):
        return type(value)(_literal(item) for item in value)
    return value


def _parts(table: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[Sequence[Sequence[object]]]:
    """The rows in pieces of at most MONTHS_PER_INSERT partitions."""
    if table not in _PARTITIONED_BY or _PARTITIONED_BY[table] not in columns:
        yield rows
        return
    position = list(columns).index(_PARTITIONED_BY[table])
    months = sorted({_month(row[position]) for row in rows})
    if len(months) <= MONTHS_PER_INSERT:
        yield rows
        return
    for start in range(0, len(months), MONTHS_PER_INSERT):
        wanted = set(months[start : start + MONTHS_PER_INSERT])
        yield [row for row in rows if _month(row[position]) in wanted]


def _month(value: object) -> tuple[int, int]:
    assert isinstance(value, date), "the column that a table is partitioned by takes dates"
    moment = value.astimezone(UTC) if isinstance(value, datetime) and value.tzinfo else value
    return moment.year, moment.month
