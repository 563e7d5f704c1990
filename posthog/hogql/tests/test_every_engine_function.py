"""Only the closed list passes: each name that the engine knows is tried as a function and as a table function."""

import re

import pytest

from posthog.clickhouse import client
from posthog.hogql import ast, build, functions
from posthog.hogql.errors import HogQLError
from posthog.hogql.printer import print_sql
from posthog.hogql.query import SETTINGS
from posthog.hogql.tests.conftest import context_of

# How names begin of functions that read something besides their arguments, or wait.
READERS = re.compile(
    "file|url$|remote|s3|azure|hdfs|dict|joinGet|getSetting|getMacro|getClient|getServer|getOSKernel|currentUser|user$|host|fqdn|server|sleep|"
    "throw|version|catboost|evalML|uptime|current(Database|Schemas|Profiles|Roles|Query)|hasColumnInTable|enabled|default(Roles|Profiles)|"
    "tcpPort|display|query_?id|initialQuery|connection|zookeeper|blockNumber|filesystem|shard|buildId|generate|ai[A-Z]|embed|region|addressTo|"
    "demangle|logTrace|flush|mysql|postgresql|sqlite|mongo|redis|executable|runningAccumulate|structureTo|lowCardinalityIndices"
)


def names(sql: str) -> list[str]:
    return sorted({row[0] for row in client.execute(sql)})


def allowed(name: str) -> bool:
    return name.lower() in functions.FUNCTIONS or name.lower() in functions.SPECIAL


def prints(call: ast.Expr) -> bool:
    try:
        print_sql(ast.SelectQuery(select=[call]), context_of())
    except HogQLError:
        return False
    return True


def test_a_function_prints_only_if_it_is_on_the_list(engine: object) -> None:
    known = names("SELECT name FROM system.functions UNION ALL SELECT alias_to FROM system.functions WHERE alias_to != ''")
    assert len(known) > 1500
    for name in known:
        if allowed(name):
            continue
        for count in range(3):
            assert not prints(ast.Call(name, [ast.Constant("1")] * count)), name
        assert not prints(ast.Call(name, [ast.Constant("1")], params=[ast.Constant(1)])), name
        assert not prints(ast.WindowFunction(name, [ast.Constant("1")])), name


def test_a_table_function_never_prints(engine: object) -> None:
    known = names("SELECT name FROM system.table_functions")
    assert len(known) > 80
    for name in known:
        if name == "numbers":
            continue
        for args in (None, [], ["x"], ["x", "y"]):
            query = ast.SelectQuery(select=[ast.Constant(1)], select_from=build.table(name, args=args))
            with pytest.raises(HogQLError):
                print_sql(query, context_of())
            assert not prints(ast.Call(name, [ast.Constant(arg) for arg in args or []])) or allowed(name)


def test_no_table_of_the_engine_can_be_named(engine: object) -> None:
    rows = client.execute("SELECT database, name FROM system.tables")
    assert len(rows) > 100
    for database, name in rows:
        for chain in ([database, name], [f"{database}.{name}"], [name]):
            query = ast.SelectQuery(select=[build.call("count")], select_from=ast.JoinExpr(ast.Field(chain)))
            if chain in (["events"], ["persons"], ["groups"], ["turns"], ["messages"], ["conversations"]):
                continue
            with pytest.raises(HogQLError):
                print_sql(query, context_of())


def test_no_name_on_the_list_reads_anything_but_its_arguments() -> None:
    suspicious = [spec.name for spec in functions.FUNCTIONS.values() if READERS.match(spec.name)]
    assert suspicious == []
    assert sum(spec.kind == "scalar" for spec in functions.FUNCTIONS.values()) > 250


def test_every_name_on_the_list_is_one_of_the_engines(engine: object) -> None:
    known = set(names("SELECT name FROM system.functions"))
    plain = [spec.name for spec in functions.FUNCTIONS.values() if spec.kind != "aggregate"]
    assert [name for name in plain if name not in known and name.lower() not in known] == []
    combinable = ("", "If", "Array", "Distinct", "OrNull", "OrDefault", "ForEach", "State", "Merge", "Map")
    aggregates = [spec.name for spec in functions.FUNCTIONS.values() if spec.kind == "aggregate" and not spec.name.endswith(combinable[1:])]
    assert [name for name in aggregates if name not in known and name.lower() not in known] == []


def test_the_limits_of_a_query_are_settings_that_the_engine_has(engine: object) -> None:
    assert set(SETTINGS) <= set(names("SELECT name FROM system.settings"))
