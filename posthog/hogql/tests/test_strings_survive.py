"""Any text in any place comes back as it was, or is refused by a clear error; none is ever read as SQL."""

import json
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from posthog.clickhouse import client
from posthog.hogql import ast, build, guard
from posthog.hogql.errors import HogQLError
from posthog.hogql.printer import print_sql
from posthog.hogql.tests.conftest import WHEN, Ask, context_of, event_of
from posthog.hogql.tests.hostile import NASTY_STRINGS
from posthog.hogql.tests.tables import tables_of

KEYS_TEAM = 9003


def select(*exprs: ast.Expr, **parts: Any) -> ast.SelectQuery:
    return ast.SelectQuery(select=list(exprs), **parts)


def test_a_constant_comes_back(ask: Ask) -> None:
    rows = ask(select(*[build.constant(text) for text in NASTY_STRINGS]))
    assert list(rows[0]) == NASTY_STRINGS


def test_values_of_every_kind_come_back(ask: Ask) -> None:
    values = [0, -1, 2**63 - 1, -(2**63), 2**64 - 1, 1.5, -0.25, 1e300, 5e-324, True, False, None, WHEN, date(2024, 2, 29), UUID(int=7)]
    [row] = ask(select(*[build.constant(value) for value in values]))
    assert list(row) == values
    [special] = ask(select(*[build.constant(value) for value in (float("inf"), float("-inf"), 2**70)]))
    assert special == (float("inf"), float("-inf"), float(2**70))
    naive = datetime(2024, 3, 31, 1, 30)  # noqa: DTZ001
    assert ask(select(build.constant(naive)), timezone="Europe/Berlin") == [(naive.replace(tzinfo=UTC),)]


def test_an_alias_comes_back_as_the_columns_name(answer: Any) -> None:
    for text in NASTY_STRINGS:
        query = select(build.alias(text, build.constant(1)))
        if not text or text.startswith("__t"):
            with pytest.raises(HogQLError):
                answer(query)
            continue
        outer = select(build.field(text), select_from=build.table(query, "inner_one"))
        found = answer(outer)
        assert (found.columns, found.rows) == ([text], [(1,)])


def test_strings_are_compared_and_searched_as_they_are(ask: Ask) -> None:
    for text in NASTY_STRINGS:
        equal = build.eq(build.call("identity", text), text)
        inside = build.in_(build.call("identity", text), [text, "another"])
        found = build.gt(build.call("position", f"<{text}>", text), 0)
        assert ask(select(equal, inside, found)) == [(True, 1, True)]
        assert ask(select(build.call("count"), select_from=build.table("events"), where=build.eq(build.field("event"), text))) == [(0,)]


@pytest.fixture
def keys(engine: object) -> list[str]:
    """Every nasty text as a property's key."""
    stored = [text for text in NASTY_STRINGS if text]
    if client.execute(f"SELECT count() FROM events WHERE team_id = {KEYS_TEAM}") == [(0,)]:
        for index, text in enumerate(stored):
            row = (KEYS_TEAM, event_of(KEYS_TEAM, index), "e", WHEN, "d", json.dumps({text: f"value {index}"}))
            client.insert("events", ["team_id", "uuid", "event", "timestamp", "distinct_id", "properties_text"], [row])
    return stored


def test_a_property_of_any_name_can_be_read(keys: list[str], ask: Ask) -> None:
    for index, text in enumerate(keys):
        place = select(build.field("properties", text), select_from=build.table("events"))
        place.where = build.is_not_null(build.field("properties", text))
        found = {row[0] for row in ask(place, team=KEYS_TEAM)}
        assert f"value {index}" in found, text
        assert len(found) <= 2, text  # the engine stores "a.b" and "a%2Eb" under one name


def test_a_property_name_can_not_be_empty(ask: Ask) -> None:
    with pytest.raises(HogQLError):
        ask(select(build.field("properties", ""), select_from=build.table("events")))


@pytest.mark.parametrize("text", ["\ud800", "a\udfffb"])
def test_half_a_character_is_a_clear_error(text: str) -> None:
    for query in (select(build.constant(text)), select(build.field("properties", text), select_from=build.table("events"))):
        with pytest.raises(HogQLError, match="surrogate"):
            print_sql(query, context_of())


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=60), min_size=1, max_size=5))
def test_any_text_comes_back_and_passes_the_guard(ask: Ask, texts: list[str]) -> None:
    query = select(*[build.constant(text) for text in texts])
    guard.check(print_sql(query, context_of()).sql, 9001)
    assert list(ask(query)[0]) == texts


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60))
def test_any_name_passes_the_guard_or_is_refused(name: str) -> None:
    where = build.eq(build.field("properties", name), name)
    query = select(build.alias(name, build.field("properties", name, name)), select_from=build.table("events"), where=where)
    try:
        sql = print_sql(query, context_of()).sql
    except HogQLError:
        return
    guard.check(sql, 9001)
    assert tables_of(sql) == ["events"]
