"""Alice's queries show nothing of Charlie's, by any table and any shape, and each wall holds without the others."""

import re
from itertools import product
from typing import Any

import pytest

from posthog.clickhouse import client
from posthog.clickhouse.errors import InvalidQuery
from posthog.hogql import ast, build, guard, schema
from posthog.hogql.errors import GuardError, HogQLError
from posthog.hogql.parser import parse_select
from posthog.hogql.printer import print_sql
from posthog.hogql.query import table_filters
from posthog.hogql.resolved import Join, Output, Query, QuerySource, TableSource, Value
from posthog.hogql.tests.conftest import ALICE, CHARLIE, CONVERSATION, Ask, context_of, event_of, person_of
from posthog.hogql.tests.hostile import PRYING, REFUSED
from posthog.hogql.tests.tables import tables_of

COLUMNS = {
    "events": "uuid, event, properties, distinct_id, person_id, person.properties, group_0.properties, `$session_id`, labels",
    "persons": "id, properties, properties.email",
    "groups": "key, properties",
    "turns": "event_uuid, person_id, message_id, labels",
    "messages": "message_id, content",
    "conversations": "conversation_id, person_id, person.properties",
}
STRANGERS = [
    "stranger",
    *[str(event_of(CHARLIE, index)) for index in range(5)],
    *[str(person_of(CHARLIE, n)) for n in ("ann", "ben", "cleo", "dan")],
]


@pytest.mark.parametrize(("shape", "table"), list(product(PRYING, COLUMNS)))
def test_no_shape_of_query_shows_a_strangers_row(ask: Ask, shape: str, table: str) -> None:
    columns = (
        COLUMNS[table] if "inner_one" not in shape and " FROM x" not in shape and " FROM y" not in shape and "AS b" not in shape else "*"
    )
    text = shape.replace("{columns}", columns).replace("{table}", table)
    try:
        shown = repr(ask(text))
    except (HogQLError, InvalidQuery):
        return
    assert not [word for word in STRANGERS if word in shown]


@pytest.mark.parametrize("table", COLUMNS)
def test_both_projects_have_rows_in_every_table(ask: Ask, table: str) -> None:
    for team in (ALICE, CHARLIE):
        assert ask(f"SELECT count() FROM {table}", team=team)[0][0] >= 1
    assert "stranger" not in repr(ask(f"SELECT * FROM {table}"))
    if table not in {"turns", "conversations"}:
        assert "stranger" in repr(ask(f"SELECT * FROM {table}", team=CHARLIE))


def test_a_shared_conversation_id_mixes_nothing(ask: Ask) -> None:
    joined = "SELECT t.person_id, m.content FROM turns t JOIN messages m ON m.message_id = t.message_id"
    rows = ask(f"{joined} WHERE t.conversation_id = '{CONVERSATION}'")
    assert rows == [(person_of(ALICE, "cleo"), "Where is my parcel?")]
    assert ask(f"SELECT turns FROM conversations WHERE id = '{CONVERSATION}'") == [(1,)]


@pytest.mark.parametrize("text", REFUSED)
def test_a_hostile_text_is_a_users_mistake(text: str) -> None:
    with pytest.raises(HogQLError):
        print_sql(parse_select(text), context_of(limit_top=100))


@pytest.mark.parametrize("team", [None, 0, -1, True, "1", 1.0])
def test_without_a_project_nothing_is_printed(team: Any) -> None:
    with pytest.raises(GuardError):
        print_sql(parse_select("SELECT count() FROM events"), context_of(team))


def test_internal_tables_are_for_our_own_trees(ask: Ask) -> None:
    tree = ast.SelectQuery(select=[build.call("sum", build.field("quantity"))], select_from=build.table("outcomes"))
    assert ask(tree, internal_tables=True) == [(5,)]
    with pytest.raises(HogQLError):
        ask(tree)


# Each wall alone


@pytest.mark.parametrize("table", sorted(schema.STORED_TABLES))
def test_the_engines_own_filter_hides_a_stranger_even_from_unguarded_text(world: None, table: str) -> None:
    unguarded = f"SELECT DISTINCT team_id FROM {table}"
    assert (CHARLIE,) in client.execute(unguarded)
    for text in (
        unguarded,
        f"SELECT team_id FROM (SELECT team_id FROM {table}) AS x GROUP BY team_id",
        f"SELECT DISTINCT y.team_id FROM {table} AS y",
    ):
        assert client.execute(text, settings={"additional_table_filters": table_filters(ALICE)}) == [(ALICE,)]


GUARDED = "SELECT `__t0`.`event` FROM `events` AS `__t0` WHERE equals(`__t0`.`team_id`, 7)"


@pytest.mark.parametrize(
    "sql",
    [
        GUARDED.replace("7", "8"),
        GUARDED.replace("7", "77"),
        GUARDED.replace(" WHERE equals(`__t0`.`team_id`, 7)", ""),
        GUARDED.replace("equals", "notEquals"),
        GUARDED.replace("equals(", "or(equals(") + ", 1)",
        GUARDED.replace("WHERE ", "WHERE not(") + ")",
        GUARDED + " OR 1",
        GUARDED + " AND 1",
        GUARDED.replace("WHERE equals(`__t0`.`team_id`, 7)", "WHERE and(1, equals(`__t0`.`team_id`, 7))"),
        GUARDED.replace("WHERE equals(`__t0`.`team_id`, 7)", "WHERE and(equals(`__t0`.`team_id`, 7), 1) OR 1"),
        GUARDED.replace("WHERE", "HAVING"),
        GUARDED.replace("`events`", "`secrets`"),
        GUARDED.replace("`events`", "`system`.`tables`"),
        GUARDED.replace("`events`", "events"),
        GUARDED.replace("AS `__t0` ", "AS `e` "),
        GUARDED.replace("`__t0`.`event`", "tuple(7) AS `__t0`"),
        GUARDED.replace("`__t0`.`event`", "tuple(7) AS `__T0`"),
        GUARDED.replace("`__t0`.`event`", "arrayMap((`__t0`) -> 1, [1])"),
        GUARDED.replace("`__t0`.`event`", "`e`.`team_id`"),
        GUARDED.replace("`__t0`.`event`", "in(`__t0`.`event`, `persons`)"),
        GUARDED.replace("`__t0`.`event`", "notIn(1, `__t0`.`persons`)"),
        GUARDED.replace("`__t0`.`event`", "file('/etc/passwd')"),
        GUARDED.replace("`__t0`.`event`", "getSetting('x')"),
        GUARDED.replace("`__t0`.`event`", "1 -- x"),
        GUARDED.replace("`__t0`.`event`", "1 /* x */"),
        GUARDED.replace("`__t0`.`event`", "{x:String}"),
        GUARDED.replace("`__t0`.`event`", "'a''b'"),
        GUARDED.replace("`__t0`.`event`", "$$x$$"),
        GUARDED + " SETTINGS max_threads = 1",
        GUARDED + " FORMAT JSON",
        GUARDED + "; SELECT 1",
        GUARDED + " UNION ALL SELECT `__t1`.`event` FROM `events` AS `__t1`",
        GUARDED.replace(" WHERE", ", `persons` AS `__t1` WHERE"),
        GUARDED.replace(" WHERE", " CROSS JOIN `persons` AS `__t1` WHERE"),
        GUARDED.replace(" WHERE", " RIGHT JOIN (SELECT 1) AS `__t1` ON 1 WHERE"),
        GUARDED.replace(" WHERE", " FULL JOIN (SELECT 1) AS `__t1` ON 1 WHERE"),
        GUARDED.replace("`events` AS `__t0`", "`events` AS `__t0` FINAL"),
        f"SELECT * FROM ({GUARDED.replace(' WHERE equals(`__t0`.`team_id`, 7)', '')}) AS `__t1` WHERE equals(`__t1`.`team_id`, 7)",
        "SELECT * FROM numbers_mt(0, 10) AS `__t0`",
        "SELECT * FROM url('http://x') AS `__t0`",
        "INSERT INTO events SELECT 1",
    ],
)
def test_the_guard_refuses_what_the_printer_would_not_write(sql: str) -> None:
    guard.check(GUARDED, 7)
    with pytest.raises(GuardError):
        guard.check(sql, 7)


@pytest.mark.parametrize(
    "query",
    [
        Query([Output("a", Value(1))], sources=[Join(TableSource("secrets", "__t0"))]),
        Query([Output("a", Value(1))], sources=[Join(QuerySource(Query([]), "__t1")), Join(TableSource("events", "__t0"), "CROSS JOIN")]),
        Query([Output("a", Value(1))], sources=[Join(TableSource("events", "__t0")), Join(QuerySource(Query([]), "__t1"), "RIGHT JOIN")]),
    ],
)
def test_the_printer_refuses_tables_that_it_cannot_guard(query: Query) -> None:
    from posthog.hogql.printer import _Printer

    with pytest.raises(GuardError):
        _Printer(7).query(query)


@pytest.mark.parametrize(("shape", "table"), list(product(PRYING[::3], ["events", "persons", "conversations"])))
def test_the_engine_reads_the_same_tables_as_the_guard(world: None, shape: str, table: str) -> None:
    """EXPLAIN AST is the engine's own reading of the text."""
    text = shape.replace("{columns}", "1").replace("{table}", table)
    try:
        sql = print_sql(parse_select(text), context_of(limit_top=100)).sql
    except HogQLError:
        return
    guard.check(sql, ALICE)
    lines = "\n".join(row[0] for row in client.execute(f"EXPLAIN AST {sql}"))
    assert sorted(re.findall(r"TableIdentifier (\w+)", lines)) == sorted(tables_of(sql))
    assert lines.count("Identifier __t") >= len(tables_of(sql))
