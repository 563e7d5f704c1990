"""An insert that fails while it is committed says so with ClickHouse's code, and stores none of its rows."""

from datetime import UTC, datetime, timedelta
from typing import Any

import clickhouse_driver
import pytest
from clickhouse_driver.errors import ServerException

START = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.fixture
def table(connection: clickhouse_driver.Client) -> clickhouse_driver.Client:
    connection.execute("DROP TABLE IF EXISTS committed")
    connection.execute(
        "CREATE TABLE committed (day DateTime64(6, 'UTC'), text String EPHEMERAL '{}', properties JSON DEFAULT text, amount Int64, "
        "CONSTRAINT positive CHECK amount >= 0) "
        "ENGINE = MergeTree PARTITION BY toYYYYMM(day) ORDER BY day SETTINGS non_replicated_deduplication_window = 100"
    )
    return connection


def insert(connection: clickhouse_driver.Client, rows: list[tuple[Any, ...]], **settings: Any) -> None:
    connection.execute("INSERT INTO committed (day, text, amount) VALUES", rows, settings=settings)


def count(connection: clickhouse_driver.Client) -> int:
    return int(connection.execute("SELECT count() FROM committed")[0][0])


GOOD = (START, '{"plan": "pro"}', 1)


@pytest.mark.parametrize(
    ("bad_rows", "code"),
    [
        ([(START, '{"a": 1, "a": 2}', 1)], 117),
        ([(START, '{"a": 1', 1)], 117),
        ([(START, "{}", -1)], 469),
        ([(START + timedelta(days=31 * month), "{}", 1) for month in range(120)], 252),
    ],
    ids=["duplicate JSON path", "broken JSON", "violated CHECK", "over 100 partitions"],
)
def test_the_code_arrives_and_no_row_is_stored(table: clickhouse_driver.Client, bad_rows: list[tuple[Any, ...]], code: int) -> None:
    with pytest.raises(ServerException) as refused:
        insert(table, [GOOD] * 5 + bad_rows, type_json_skip_duplicated_paths=0, json_type_escape_dots_in_keys=0)
    assert refused.value.code == code
    assert count(table) == 0
    insert(table, [GOOD])
    assert count(table) == 1


def test_the_clients_settings_reach_the_insert(table: clickhouse_driver.Client) -> None:
    insert(table, [(START, '{"a": 1, "a": 2}', 1)], type_json_skip_duplicated_paths=1)
    assert count(table) == 1


def test_a_token_is_stored_once_and_its_failure_not_remembered(table: clickhouse_driver.Client) -> None:
    with pytest.raises(ServerException):
        insert(table, [GOOD, (START, "{}", -1)], insert_deduplication_token="batch 1")
    for _ in range(3):
        insert(table, [GOOD, GOOD], insert_deduplication_token="batch 1")
    assert count(table) == 2
    insert(table, [GOOD, GOOD], insert_deduplication_token="batch 2")
    assert count(table) == 4


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("INSERT INTO no_such_table VALUES", 60),
        ("INSERT INTO committed (no_such_column) VALUES", 16),
        ("INSERT INTO committed (properties.plan) VALUES", 48),
    ],
)
def test_an_insert_that_cannot_begin_says_why(table: clickhouse_driver.Client, statement: str, code: int) -> None:
    with pytest.raises(ServerException) as refused:
        table.execute(statement, [(1,)])
    assert refused.value.code == code
    assert count(table) == 0
