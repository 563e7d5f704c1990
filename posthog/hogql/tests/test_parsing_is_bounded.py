"""No text can hold a server up: long, deep and slow ones are refused within seconds, and the next is parsed as ever."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from posthog.common import limits
from posthog.hogql import ast, build
from posthog.hogql.errors import HogQLError, QueryTooComplexError, ResolutionError, SyntaxError
from posthog.hogql.parse_client import ParseProcess
from posthog.hogql.parser import parse_expr, parse_order_expr, parse_select
from posthog.hogql.printer import print_sql
from posthog.hogql.tests.conftest import context_of

LONGEST_SECONDS = 3.0  # one second of the processor for the parser, the rest for a busy machine


@pytest.fixture
def process() -> Iterator[ParseProcess]:
    made = ParseProcess()
    yield made
    made.close()


def nested(before: str, after: str = "") -> Callable[[int], str]:
    return lambda depth: f"SELECT {before * depth}1{after * depth}"


SHAPES = {
    "brackets": nested("(", ")"),
    "calls": nested("lower(", ")"),
    "arrays": nested("[", "]"),
    "queries": nested("(SELECT ", ")"),
    "cases": nested("CASE WHEN 1 THEN ", " END"),
    "not": nested("NOT "),
    "minus": nested("- "),
    "lambdas": nested("x -> "),
    "ternaries": nested("a ? b : "),
    "casts": lambda depth: "SELECT 1" + "::int" * depth,
    "sums": lambda depth: "SELECT " + "+".join("1" * depth),
    "ands": lambda depth: "SELECT " + " AND ".join("1" * depth),
    "accesses": lambda depth: "SELECT a" + "[1]" * depth,
    "unions": lambda depth: " UNION ALL ".join(["SELECT 1"] * depth),
    "joins": lambda depth: "SELECT 1 FROM events" + " JOIN (SELECT 1) ON 1" * depth,
    "braces": lambda depth: "SELECT " + "{" * depth + "a" + "}" * depth,
    "open": lambda depth: "SELECT " + "(" * depth,
    "open texts": lambda depth: "SELECT " + "'" * depth,
    "comments": lambda depth: "SELECT 1 " + "/*" * depth,
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("depth", [59, 1_000, 100_000])
def test_nesting_ends_in_an_answer_or_a_clear_error(shape: str, depth: int) -> None:
    text = SHAPES[shape](depth)
    started = time.monotonic()
    with suppress(HogQLError):
        print_sql(parse_select(text), context_of(limit_top=100))
    assert time.monotonic() - started < LONGEST_SECONDS + 1.0


def test_a_megabyte_is_refused_at_once() -> None:
    started = time.monotonic()
    for text in ("SELECT '" + "x" * 1_000_000 + "'", "SELECT " + "(" * 1_000_000, "'" * 1_000_000, "\\" * 1_000_000, "`" + "\\`" * 500_000):
        with pytest.raises(QueryTooComplexError, match="characters"):
            parse_select(text)
    assert time.monotonic() - started < 1.0


def test_a_slow_text_ends_its_process_and_the_next_one_is_parsed(process: ParseProcess) -> None:
    slow = "lower(" * 55 + "1" + ")" * 55
    assert process.parse("expr", "1")["value"] == 1
    first = process.pid
    with pytest.raises(QueryTooComplexError, match="more than 1 s"):
        process.parse("expr", slow)
    assert process.pid is None
    assert process.parse("expr", "2")["value"] == 2
    assert process.pid not in {None, first}


def test_time_that_others_take_is_not_held_against_a_text(process: ParseProcess) -> None:
    process.parse("expr", "1")
    assert process.pid
    os.kill(process.pid, signal.SIGSTOP)
    threading.Timer(1.5 * limits.QUERY_PARSE_SECONDS, os.kill, (process.pid, signal.SIGCONT)).start()
    assert process.parse("expr", "2")["value"] == 2


def test_a_process_that_died_is_started_again(process: ParseProcess) -> None:
    process.parse("expr", "1")
    child = process._child
    assert child is not None
    child.kill()
    child.wait()
    assert process.parse("expr", "3")["value"] == 3


def test_many_threads_share_one_process(process: ParseProcess) -> None:
    with ThreadPoolExecutor(8) as pool:
        values = list(pool.map(lambda number: process.parse("expr", str(number))["value"], range(60)))
    assert values == list(range(60))


def test_a_with_used_twice_each_time_does_not_multiply_without_end() -> None:
    doubled = ", ".join(f"x{n} AS (SELECT 1 FROM x{n - 1} AS a CROSS JOIN x{n - 1} AS b)" for n in range(1, 20))
    with pytest.raises(QueryTooComplexError):
        print_sql(parse_select(f"WITH x0 AS (SELECT 1), {doubled} SELECT 1 FROM x19"), context_of())
    sums = ", ".join(f"c{n - 1} + c{n - 1} AS c{n}" for n in range(1, 30))
    with pytest.raises(QueryTooComplexError):
        print_sql(parse_select(f"WITH 1 AS c0, {sums} SELECT c29"), context_of())


def test_a_deep_tree_of_code_is_refused_too() -> None:
    expr: ast.Expr = ast.Constant(1)
    for _ in range(20_000):
        expr = ast.Not(expr)
    with pytest.raises(QueryTooComplexError):
        print_sql(ast.SelectQuery(select=[expr]), context_of())


def test_a_mistake_has_a_place() -> None:
    with pytest.raises(SyntaxError) as syntax:
        parse_select("SELECT 1 FROM events WHERE")
    assert syntax.value.position is not None
    text = "SELECT event, brwoser FROM events"
    with pytest.raises(ResolutionError) as name:
        print_sql(parse_select(text), context_of())
    assert name.value.position == text.index("brwoser")
    with pytest.raises(ResolutionError, match="Did you mean countIf"):
        print_sql(parse_select("SELECT countIff(1)"), context_of())
    with pytest.raises(ResolutionError, match="2 to 3 arguments, not 1"):
        print_sql(parse_select("SELECT substring('a')"), context_of())
    with pytest.raises(ResolutionError, match="no date"):
        print_sql(parse_select("SELECT 1 FROM events WHERE timestamp > 'yesterday'"), context_of())


def test_placeholders_take_nodes_and_leave_the_cached_tree_alone() -> None:
    text = "SELECT count() FROM events WHERE {filters} AND event = {variables.name}"
    for value in ("x'y", "other"):
        given = {"filters": build.eq(build.field("event"), "a"), "variables.name": build.constant(value)}
        sql = print_sql(parse_select(text, given), context_of()).sql
        assert value.replace("'", "\\'") in sql
    with pytest.raises(ResolutionError, match="filters"):
        parse_select(text)
    assert parse_order_expr("event desc") == build.order(build.field("event"), "DESC")
    with pytest.raises(ResolutionError, match=r"b\.c"):
        parse_expr("1 + {b.c}")
    assert parse_expr("count() AS n") == build.alias("n", build.call("count"))


def test_the_parsed_tree_is_the_tree_that_code_builds() -> None:
    parsed = parse_select("SELECT event FROM events AS e WHERE event = 'a' AND properties.`a b` IN (1, 2) ORDER BY event DESC LIMIT 5")
    built = ast.SelectQuery(
        select=[build.field("event")],
        select_from=build.table("events", "e"),
        where=build.and_([build.eq(build.field("event"), "a"), build.in_(build.field("properties", "a b"), [1, 2])]),
        order_by=[build.order(build.field("event"), "DESC")],
        limit=5,
    )
    assert parsed == built
