"""The embedded engine answers clickhouse-driver as a ClickHouse server does."""

import threading
import time
from collections.abc import Callable

import clickhouse_driver
import pytest
from clickhouse_driver.errors import ServerException
from django.conf import settings

from posthog.clickhouse.tests.conftest import connect

ENDLESS = "SELECT count() FROM numbers(1000000000000) WHERE cityHash64(number) = 1"


def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        threading.Event().wait(0.02)


def running(connection: clickhouse_driver.Client, mark: str) -> int:
    found = connection.execute(
        "SELECT count() FROM system.processes WHERE position(query, %(mark)s) > 0 AND query NOT LIKE '%%system.processes%%'", {"mark": mark}
    )
    return int(found[0][0])


@pytest.fixture
def other(connection: clickhouse_driver.Client) -> clickhouse_driver.Client:
    return connect(settings.CLICKHOUSE_URL)


@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        ("SELECT 1 AS one, 'x' AS text WHERE 0", [("one", "UInt8"), ("text", "String")]),
        (
            "SELECT event, labels.user_emotion AS emotion FROM events WHERE team_id = -1",
            [("event", "String"), ("emotion", "LowCardinality(Nullable(String))")],
        ),
        ("WITH 5 AS five SELECT five FROM numbers(0); -- nothing", [("five", "UInt8")]),
        ("SELECT uuid FROM events WHERE 0 SETTINGS max_threads = 1 FORMAT TabSeparated", [("uuid", "UUID")]),
        ("(SELECT 1 AS a WHERE 0) UNION ALL (SELECT 2 WHERE 0)", [("a", "UInt8")]),
    ],
)
def test_an_empty_result_still_has_its_columns(connection: clickhouse_driver.Client, sql: str, columns: list[tuple[str, str]]) -> None:
    assert connection.execute(sql, with_column_types=True) == ([], columns)


def test_an_empty_result_has_its_columns_also_under_a_row_limit(connection: clickhouse_driver.Client) -> None:
    answer = connection.execute("SELECT 1 AS a, 2 AS b, 3 AS c WHERE 0", with_column_types=True, settings={"max_result_rows": 1})
    assert answer == ([], [("a", "UInt8"), ("b", "UInt8"), ("c", "UInt8")])


def test_statements_that_are_not_selects_answer_too(connection: clickhouse_driver.Client) -> None:
    assert ("events",) in connection.execute("SHOW TABLES")
    assert connection.execute("EXISTS TABLE events") == [(1,)]
    assert connection.execute("DESCRIBE TABLE outcomes")[0][:2] == ("team_id", "Int64")
    assert connection.execute("EXPLAIN SELECT 1")
    assert connection.execute("DROP TABLE IF EXISTS never_made") == []


def test_an_insert_from_a_select_and_one_with_its_values_need_no_data(connection: clickhouse_driver.Client) -> None:
    connection.execute("DROP TABLE IF EXISTS copied")
    connection.execute("CREATE TABLE copied (a UInt64) ENGINE = MergeTree ORDER BY a")
    connection.execute("INSERT INTO copied SELECT number FROM numbers(3)")
    connection.execute("INSERT INTO copied (a) VALUES (10), (11)")
    assert connection.execute("SELECT a FROM copied ORDER BY a") == [(0,), (1,), (2,), (10,), (11,)]


def test_insert_understands_comments_quoted_names_and_default_columns(connection: clickhouse_driver.Client) -> None:
    connection.execute("DROP TABLE IF EXISTS `odd name`")
    connection.execute(
        "CREATE TABLE `odd name` (`a, b` UInt8, `c``d` String DEFAULT 'd', made String MATERIALIZED 'm', e String EPHEMERAL) "
        "ENGINE = MergeTree ORDER BY `a, b`"
    )
    connection.execute("/* who */ INSERT INTO `odd name` -- why\n (`a, b`) VALUES", [(1,)])
    connection.execute("INSERT INTO default.`odd name` (`a, b`, `c``d`) SETTINGS max_threads = 1 VALUES", [(2, "x")])
    connection.execute("INSERT INTO `odd name` VALUES", [(3, "y")])
    assert connection.execute("SELECT * FROM `odd name` ORDER BY `a, b`") == [(1, "d"), (2, "x"), (3, "y")]


def test_settings_hold_for_one_query_only(connection: clickhouse_driver.Client) -> None:
    threads = "SELECT getSetting('max_threads'), getSetting('max_block_size')"
    before = connection.execute(threads)
    assert connection.execute(threads, settings={"max_threads": 7, "max_block_size": 99}) == [(7, 99)]
    assert connection.execute(threads) == before


def test_a_refused_setting_leaves_the_connection_as_it_was(connection: clickhouse_driver.Client) -> None:
    with pytest.raises(ServerException) as refused:
        connection.execute("SELECT 1", settings={"max_threads": 3, "no_such_setting": 1})
    assert refused.value.code == 115
    assert connection.execute("SELECT 1") == [(1,)]


def test_async_insert_cannot_be_turned_on(connection: clickhouse_driver.Client) -> None:
    assert connection.execute("SELECT getSetting('async_insert')", settings={"async_insert": 1}) == [(False,)]


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("SELEC 1", 62),
        ("SELECT 1; SELECT 2", 62),
        ("SELECT no_such_column FROM events", 47),
        ("SELECT 1 FROM no_such_table", 60),
        ("SELECT no_such_function(1)", 46),
        ("SELECT toUInt8('x')", 6),
        ("SELECT throwIf(number = 90000, 'stop here') FROM numbers(100000)", 395),
        ("SELECT throwIf(1, unhex('ff41'))", 395),
        ("CREATE TABLE broken (a NoSuchType) ENGINE = MergeTree ORDER BY a", 50),
        ("DROP TABLE no_such_table", 60),
    ],
)
def test_errors_keep_their_codes_and_the_connection_its_use(connection: clickhouse_driver.Client, sql: str, code: int) -> None:
    with pytest.raises(ServerException) as failed:
        connection.execute(sql)
    assert failed.value.code == code
    assert "DB::Exception" in failed.value.message
    assert connection.execute("SELECT 1") == [(1,)]


@pytest.mark.parametrize(
    ("sql", "limit", "code"),
    [
        (ENDLESS, {"max_execution_time": 1}, 159),
        ("SELECT sleep(3)", {"max_execution_time": 1}, 159),
        ("SELECT number, count() FROM numbers(10000000) GROUP BY number", {"max_memory_usage": 10_000_000}, 241),
        ("SELECT number FROM numbers(100)", {"max_result_rows": 10}, 396),
        ("SELECT count() FROM numbers(1000000)", {"max_rows_to_read": 1000}, 158),
    ],
)
def test_limits_stop_a_query(connection: clickhouse_driver.Client, sql: str, limit: dict[str, int], code: int) -> None:
    started = time.monotonic()
    with pytest.raises(ServerException) as stopped:
        connection.execute(sql, settings=limit)
    assert stopped.value.code == code
    assert time.monotonic() - started < 5


def test_cancel_stops_a_query_and_the_connection_goes_on(connection: clickhouse_driver.Client, other: clickhouse_driver.Client) -> None:
    connection.connection.force_connect()
    connection.connection.send_query(ENDLESS)
    connection.connection.send_external_tables(None)
    until(lambda: running(other, "cityHash64(number)") == 1)
    connection.cancel()
    until(lambda: running(other, "cityHash64(number)") == 0)
    assert connection.execute("SELECT 1") == [(1,)]


def test_a_query_ends_when_its_client_is_gone(connection: clickhouse_driver.Client, other: clickhouse_driver.Client) -> None:
    connection.connection.force_connect()
    connection.connection.send_query(ENDLESS.replace("= 1", "= 2"))
    connection.connection.send_external_tables(None)
    until(lambda: running(other, "cityHash64(number) = 2") == 1)
    connection.disconnect()
    until(lambda: running(other, "cityHash64(number) = 2") == 0)


def test_half_an_insert_stores_nothing(connection: clickhouse_driver.Client, other: clickhouse_driver.Client) -> None:
    connection.execute("DROP TABLE IF EXISTS half")
    connection.execute("CREATE TABLE half (a UInt64) ENGINE = MergeTree ORDER BY a")

    def rows_then_crash() -> object:
        yield from ((number,) for number in range(20))
        raise KeyError("the caller failed")

    with pytest.raises(KeyError):
        connection.execute("INSERT INTO half VALUES", rows_then_crash(), settings={"insert_block_size": 10})
    assert other.execute("SELECT count() FROM half") == [(0,)]


def test_two_clients_work_at_the_same_time(connection: clickhouse_driver.Client, other: clickhouse_driver.Client) -> None:
    done = threading.Event()
    slow = threading.Thread(target=lambda: (other.execute("SELECT sleep(2)"), done.set()))
    slow.start()
    until(lambda: running(connection, "sleep(2)") == 1)
    assert connection.execute("SELECT 1") == [(1,)]
    assert not done.is_set()
    slow.join()


def test_progress_counts_what_was_read(connection: clickhouse_driver.Client) -> None:
    progress = connection.execute_with_progress("SELECT count() FROM (SELECT number FROM numbers(500000) WHERE number % 2)")
    assert progress.get_result() == [(250_000,)]
    assert connection.last_query.progress.rows == 500_000


def test_an_insert_reports_the_rows_it_wrote(connection: clickhouse_driver.Client) -> None:
    connection.execute("DROP TABLE IF EXISTS written")
    connection.execute("CREATE TABLE written (a UInt64) ENGINE = MergeTree ORDER BY a")
    assert connection.execute("INSERT INTO written VALUES", [(1,), (2,)]) == 2
    assert connection.execute("SELECT count() FROM written") == [(2,)]


@pytest.mark.parametrize("options", [{"password": "wrong"}, {"user": "root"}, {"password": ""}])
def test_a_wrong_password_or_user_is_refused(connection: clickhouse_driver.Client, options: dict[str, str]) -> None:
    with pytest.raises(ServerException) as refused:
        connect(settings.CLICKHOUSE_URL, **options).execute("SELECT 1")
    assert refused.value.code == 516


def test_an_unknown_database_is_refused(connection: clickhouse_driver.Client) -> None:
    with pytest.raises(ServerException) as refused:
        connect(settings.CLICKHOUSE_URL, database="no_such_database").execute("SELECT 1")
    assert refused.value.code == 81


def test_tables_of_another_database_are_reached_through_its_name(connection: clickhouse_driver.Client) -> None:
    connection.execute("CREATE DATABASE IF NOT EXISTS elsewhere")
    there = connect(settings.CLICKHOUSE_URL, database="elsewhere")
    there.execute("CREATE OR REPLACE TABLE places (name String) ENGINE = MergeTree ORDER BY name")
    there.execute("INSERT INTO places VALUES", [("Porto",)])
    assert connection.execute("SELECT name FROM elsewhere.places") == [("Porto",)]


def test_what_the_protocol_does_not_offer_is_said(connection: clickhouse_driver.Client) -> None:
    table = {"name": "mine", "structure": [("a", "UInt8")], "data": [(1,)]}
    with pytest.raises(ServerException) as refused:
        connection.execute("SELECT * FROM mine", external_tables=[table])
    assert refused.value.code == 48
    with pytest.raises(ServerException) as refused:
        connection.execute("INSERT INTO FUNCTION null('a UInt8') VALUES", [(1,)])
    assert refused.value.code == 48
    assert connection.execute("SELECT 1") == [(1,)]
