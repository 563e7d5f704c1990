"""A query that asks for too much ends with the engine's limit, soon, and the store goes on."""

import time

import pytest

from posthog.clickhouse.errors import ClickHouseError, QueryLimitExceeded
from posthog.common.limits import QUERY_MAX_ROWS
from posthog.hogql import ast, build
from posthog.hogql.query import execute
from posthog.hogql.tests.conftest import Ask, context_of

SECONDS = 2
LIMITS = {"max_execution_time": SECONDS, "max_memory_usage": 200_000_000}
GREEDY = [
    "SELECT count() FROM numbers(1000000) AS a CROSS JOIN numbers(1000000) AS b",
    "SELECT sum(a.number * b.number) FROM numbers(1000000) AS a CROSS JOIN numbers(1000000) AS b GROUP BY a.number % 7",
    "SELECT groupArray(toString(a.number)) FROM numbers(1000000) AS a CROSS JOIN numbers(1000) AS b",
    "SELECT uniqExact((a.number, b.number)) FROM numbers(1000000) AS a CROSS JOIN numbers(1000) AS b",
    "SELECT length(repeat('x', 100000000)), length(repeat('y', 900000000))",
    "SELECT arrayMap(x -> repeat('x', 100000), range(1000000))",
    "SELECT arraySort(arrayMap(x -> rand(x), range(100000000)))",
    "SELECT arrayResize([1], 1000000000)",
    "SELECT leftPad('x', 2000000000)",
    "SELECT a.number FROM numbers(1000000) AS a JOIN numbers(1000000) AS b ON a.number % 2 = b.number % 2 ORDER BY rand() LIMIT 10",
    "SELECT 1 FROM numbers(9) WHERE number IN (SELECT a.number * b.number FROM numbers(1000000) AS a CROSS JOIN numbers(1000000) AS b)",
    "SELECT arrayFold((acc, x) -> concat(acc, acc), range(40), 'xxxx')",
]


@pytest.mark.parametrize("text", GREEDY)
def test_a_greedy_query_ends_in_time(ask: Ask, text: str) -> None:
    started = time.monotonic()
    with pytest.raises(ClickHouseError):
        execute(text, context_of(), settings=LIMITS)
    assert time.monotonic() - started < SECONDS + 6  # the machine may be busy with other tests
    assert ask("SELECT count() FROM events") == [(5,)]


def test_time_and_memory_are_told_apart_from_mistakes(ask: Ask) -> None:
    with pytest.raises(QueryLimitExceeded):
        execute(GREEDY[1], context_of(), settings=LIMITS)


def test_a_list_of_many_values_runs(ask: Ask) -> None:
    values = ", ".join(f"'person {number}'" for number in range(2_000))
    assert ask(f"SELECT count() FROM events WHERE distinct_id NOT IN ({values})") == [(5,)]
    people = build.tuple_(*(f"person {number}" for number in range(50_000)))
    chosen = build.compare(ast.CompareOperationOp.NotIn, build.field("distinct_id"), people)
    assert ask(ast.SelectQuery(select=[build.call("count")], select_from=build.table("events"), where=chosen)) == [(5,)]


def test_a_regular_expression_takes_time_that_grows_with_its_text_only(ask: Ask) -> None:
    pattern = "(a|aa)+(b|bb)+$"
    assert ask(f"SELECT count() FROM numbers(10000) WHERE match(repeat('a', number % 1000), '{pattern}')") == [(0,)]


def test_no_limit_of_a_users_goes_above_ours(ask: Ask) -> None:
    rows = ask(f"SELECT number FROM numbers({QUERY_MAX_ROWS * 3}) LIMIT {QUERY_MAX_ROWS * 2}")
    assert len(rows) == QUERY_MAX_ROWS
