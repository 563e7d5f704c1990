"""Values of every type that the tables use go in and come out unchanged through clickhouse-driver."""

import uuid
from datetime import UTC, date, datetime
from decimal import Decimal
from ipaddress import IPv4Address, IPv6Address
from typing import Any

import clickhouse_driver
import pytest

MOMENT = datetime(2026, 3, 14, 12, 30, 59, tzinfo=UTC)
LONG_TEXT = "Where is my refund? " * 20_000

CASES: list[tuple[str, list[Any]]] = [
    ("Int8", [-128, 0, 127]),
    ("Int64", [-(2**63), 0, 2**63 - 1]),
    ("UInt8", [0, 255]),
    ("UInt64", [0, 2**64 - 1]),
    ("Int128", [-(2**127), 2**127 - 1]),
    ("UInt256", [0, 2**256 - 1]),
    ("Float32", [0.5, float("inf")]),
    ("Float64", [0.1, -1e300, float("-inf")]),
    ("Bool", [True, False]),
    ("Decimal(18, 4)", [Decimal("12345.6789"), Decimal("-1.0000")]),
    ("String", ["", "naïve 日本語 😀", "quote ' and \\ and \n", "\0 inside", LONG_TEXT]),
    ("FixedString(4)", ["abcd", "wxyz"]),
    ("LowCardinality(String)", ["user", "assistant", "user"]),
    ("LowCardinality(Nullable(String))", ["joy", None, "anger"]),
    ("Nullable(Float64)", [None, 0.25]),
    ("Nullable(String)", [None, "", "text"]),
    ("UUID", [uuid.UUID(int=0), uuid.UUID("0192f5c1-7b1e-7f3a-9c1d-1234567890ab")]),
    ("Date", [date(1970, 1, 1), date(2149, 6, 6)]),
    ("Date32", [date(1925, 1, 1), date(2026, 3, 14)]),
    ("DateTime('UTC')", [datetime(1970, 1, 1, tzinfo=UTC), MOMENT]),
    ("DateTime64(3, 'UTC')", [MOMENT.replace(microsecond=123000)]),
    ("DateTime64(6, 'UTC')", [datetime(1970, 1, 1, tzinfo=UTC), MOMENT.replace(microsecond=123456)]),
    ("Array(String)", [[], ["a", "b"], [""]]),
    ("Array(Nullable(UInt64))", [[None, 1], []]),
    ("Array(Array(UUID))", [[[uuid.UUID(int=5)], []]]),
    ("Array(LowCardinality(String))", [["a", "a"], [], ["b"]]),
    ("Tuple(String, UInt32)", [("a", 1), ("b", 2)]),
    ("Map(String, Float64)", [{"score": 0.5}, {}]),
    ("Enum8('user' = 1, 'assistant' = 2)", ["user", "assistant"]),
    ("IPv4", [IPv4Address("127.0.0.1")]),
    ("IPv6", [IPv6Address("2001:db8::1")]),
    ("SimpleAggregateFunction(max, UInt64)", [3, 4]),
]


@pytest.mark.parametrize(("kind", "values"), CASES, ids=[kind for kind, _ in CASES])
def test_round_trip(connection: clickhouse_driver.Client, kind: str, values: list[Any]) -> None:
    connection.execute("DROP TABLE IF EXISTS round_trip")
    connection.execute(f"CREATE TABLE round_trip (number UInt32, value {kind}) ENGINE = MergeTree ORDER BY number")
    connection.execute("INSERT INTO round_trip (number, value) VALUES", list(enumerate(values)))
    rows, columns = connection.execute("SELECT value FROM round_trip ORDER BY number", with_column_types=True)
    assert columns == [("value", kind)]
    assert [value for (value,) in rows] == values


def test_json_is_read_as_an_object(connection: clickhouse_driver.Client) -> None:
    rows = connection.execute("""SELECT '{"plan": "pro", "cart": {"total": 30}}'::JSON""")
    assert rows == [({"plan": "pro", "cart": {"total": 30}},)]


def test_bytes_that_are_not_text_come_back(connection: clickhouse_driver.Client) -> None:
    rows = connection.execute("SELECT unhex('ff41')", settings={"strings_as_bytes": True})
    assert rows == [(b"\xffA",)]


def test_a_hundred_thousand_rows_arrive_in_order(connection: clickhouse_driver.Client) -> None:
    rows = connection.execute("SELECT number, repeat('x', 300) FROM numbers(100000) ORDER BY number")
    assert len(rows) == 100_000
    assert [number for number, _ in rows] == list(range(100_000))
    assert all(len(text) == 300 for _, text in rows)


def test_a_hundred_thousand_rows_are_inserted_in_several_blocks(connection: clickhouse_driver.Client) -> None:
    connection.execute("DROP TABLE IF EXISTS many")
    connection.execute("CREATE TABLE many (number UInt64, text String) ENGINE = MergeTree ORDER BY number")
    rows = [(number, f"message {number}") for number in range(100_000)]
    connection.execute("INSERT INTO many VALUES", rows, settings={"insert_block_size": 30_000})
    assert connection.execute("SELECT count(), sum(number), uniqExact(text) FROM many") == [(100_000, sum(range(100_000)), 100_000)]


def test_times_carry_the_zone_they_were_asked_in(connection: clickhouse_driver.Client) -> None:
    day = "toStartOfDay(toDateTime('2026-03-14 23:30:00', 'UTC'), 'Europe/Berlin') AS day"
    sql = f"SELECT 'before' AS a, {day}, [day] AS days, 5 AS b FROM numbers(2)"
    rows, columns = connection.execute(sql, with_column_types=True)
    assert [kind for _, kind in columns] == ["String", "DateTime('Europe/Berlin')", "Array(DateTime('Europe/Berlin'))", "UInt8"]
    midnight = rows[0][1]
    assert rows == [("before", midnight, [midnight], 5)] * 2
    assert midnight.isoformat() == "2026-03-15T00:00:00+01:00"


def test_columns_of_a_result_with_rows_are_named(connection: clickhouse_driver.Client) -> None:
    answer = connection.execute("SELECT 1 AS one, 'x' AS text, [NULL, 2.5] AS list", with_column_types=True)
    assert answer == ([(1, "x", [None, 2.5])], [("one", "UInt8"), ("text", "String"), ("list", "Array(Nullable(Float64))")])
