"""The client that every room uses."""

import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from clickhouse_driver.errors import NetworkError
from django.core.management import call_command
from pytest_django.fixtures import Settings

from posthog.clickhouse import client, errors
from posthog.clickhouse.pool import CONNECTIONS_MAX, Address, Pool
from posthog.clickhouse.tests.engines import PASSWORD, OwnEngine, own_engine
from posthog.clickhouse.tests.rows import EVENT_COLUMNS, NOON, event
from posthog.common.ports import free_port

pytestmark = pytest.mark.usefixtures("store")


def events() -> int:
    return int(client.execute("SELECT count() FROM events")[0][0])


def test_results_come_with_names_and_types() -> None:
    result = client.execute_with_columns("SELECT 1 AS one, 'x' AS text")
    assert (result.rows, result.columns, result.types) == ([(1, "x")], ["one", "text"], ["UInt8", "String"])
    assert 0 < result.elapsed < 5


@pytest.mark.parametrize(
    "value", ["it's", "back\\slash", "100%", "%(name)s", "{curly}", "line\nbreak", "日本語", "'; DROP TABLE events; --"]
)
def test_parameters_are_escaped(value: str) -> None:
    assert client.execute("SELECT %(value)s, 'literal %%'", {"value": value}) == [(value, "literal %")]


def test_lists_and_ids_are_parameters_too() -> None:
    wanted = uuid.uuid4()
    rows = client.execute("SELECT toUUID(%(id)s), 'b' IN %(names)s, %(numbers)s", {"id": wanted, "names": ("a", "b"), "numbers": [1, 2]})
    assert rows == [(wanted, 1, [1, 2])]


def test_a_list_of_fifty_thousand_ids_is_a_parameter() -> None:
    ids = [uuid.uuid4() for _ in range(50_000)]
    client.insert("events", EVENT_COLUMNS, [event(uid=ids[49_999])])
    assert client.execute("SELECT count() FROM events WHERE uuid IN %(ids)s", {"ids": ids}) == [(1,)]


def test_times_keep_their_microseconds_and_their_zone() -> None:
    client.insert("events", EVENT_COLUMNS, [event(timestamp=NOON)])
    there = NOON.astimezone(timezone(timedelta(hours=5)))
    found = client.execute("SELECT timestamp FROM events WHERE timestamp = %(at)s AND timestamp IN %(any)s", {"at": there, "any": [there]})
    assert found == [(NOON,)]


def test_a_tag_says_who_asks() -> None:
    assert client.execute("SELECT endsWith(getSetting('log_comment'), 'trends of project 1')", tag="trends of project 1") == [(1,)]


@pytest.mark.parametrize(
    ("sql", "settings", "kind", "code"),
    [
        ("SELECT nope", {}, errors.InvalidQuery, 47),
        ("SELECT toUInt8('x')", {}, errors.InvalidQuery, 6),
        ("SELECT sleep(2)", {"max_execution_time": 1}, errors.QueryLimitExceeded, 159),
        ("SELECT number FROM numbers(100)", {"max_result_rows": 10}, errors.QueryLimitExceeded, 396),
        ("SELECT 1 FROM no_such_table", {}, errors.StoreUnavailable, 60),
        ("SELECT 1", {"no_such_setting": 1}, errors.ClickHouseError, 115),
    ],
)
def test_errors_say_what_to_do_about_them(sql: str, settings: dict[str, object], kind: type[Exception], code: int) -> None:
    with pytest.raises(kind) as failed:
        client.execute(sql, settings=settings)
    assert isinstance(failed.value, errors.ClickHouseError)
    assert failed.value.code == code
    assert "Stack trace" not in failed.value.message
    assert client.execute("SELECT 1") == [(1,)]


def test_a_token_stores_its_rows_once() -> None:
    rows = [event() for _ in range(3)]
    for _ in range(2):
        client.insert("events", EVENT_COLUMNS, rows, token="events/1-0/2-0")
    assert events() == 3


def test_equal_rows_without_a_token_are_stored_each_time() -> None:
    rows = [event(uid=uuid.UUID(int=9))]
    client.insert("events", EVENT_COLUMNS, rows)
    client.insert("events", EVENT_COLUMNS, rows)
    assert events() == 2


def test_rows_of_more_than_a_hundred_months_are_split_and_still_stored_once() -> None:
    rows = [event(timestamp=datetime(1970 + month // 12, 1 + month % 12, 15, tzinfo=UTC)) for month in range(101)]
    for _ in range(2):
        client.insert("events", EVENT_COLUMNS, rows, token="events/3-0/4-0")
    assert client.execute("SELECT count(), uniqExact(toYYYYMM(timestamp)) FROM events") == [(101, 101)]


def test_no_rows_are_no_insert() -> None:
    client.insert("events", EVENT_COLUMNS, [])
    assert events() == 0


@pytest.mark.parametrize("bad", [("not a number",), ("x" * 3, 1)])
def test_a_row_that_does_not_fit_is_refused_alone_and_nothing_is_stored(bad: tuple[Any, ...]) -> None:
    with pytest.raises(errors.InvalidQuery):
        client.insert("events", ["team_id"], [(1,), bad])
    assert events() == 0
    client.insert("events", EVENT_COLUMNS, [event()])
    assert events() == 1


def test_text_that_cannot_be_encoded_is_refused_by_code() -> None:
    with pytest.raises(errors.InvalidQuery):
        client.insert("events", EVENT_COLUMNS, [event('{"a": "\ud800"}')])
    assert events() == 0


def test_many_threads_share_few_connections() -> None:
    def ask(number: int) -> int:
        return int(client.execute("SELECT %(number)s + sleep(0.01)", {"number": number})[0][0])

    with ThreadPoolExecutor(CONNECTIONS_MAX + 8) as threads:
        assert list(threads.map(ask, range(200))) == list(range(200))


@pytest.fixture
def own(tmp_path: Path, settings: Settings) -> Iterator[OwnEngine]:
    with own_engine(tmp_path / "store") as engine:
        settings.CLICKHOUSE_URL = f"clickhouse://default:{PASSWORD.replace(' ', '%20')}@127.0.0.1:{engine.port}/default"
        yield engine


def test_a_restarted_store_is_found_again_and_a_dead_one_is_unavailable(own: OwnEngine) -> None:
    assert client.is_ready()
    own.running.kill()
    own.running.wait(10)
    assert not client.is_ready()
    with pytest.raises(errors.StoreUnavailable):
        client.insert("events", ["team_id"], [(1,)])
    own.restart()
    assert client.is_ready()


def test_a_store_that_dies_during_a_query_is_unavailable(own: OwnEngine) -> None:
    assert client.is_ready()
    killer = threading.Timer(0.5, own.running.kill)
    killer.start()
    with pytest.raises(errors.StoreUnavailable):
        client.execute("SELECT count() FROM numbers(1000000000000) WHERE cityHash64(number) = 4")
    own.running.wait(10)


@pytest.mark.parametrize("url", ["", "http://127.0.0.1:8123", "clickhouse:///default"])
def test_without_an_address_the_store_is_unavailable(url: str, settings: Settings) -> None:
    settings.CLICKHOUSE_URL = url
    with pytest.raises(errors.StoreUnavailable, match="CLICKHOUSE_URL"):
        client.execute("SELECT 1")


def test_a_wrong_password_and_a_closed_port_are_unavailable(settings: Settings) -> None:
    settings.CLICKHOUSE_URL = settings.CLICKHOUSE_URL.replace("default:", "default:x", 1)
    with pytest.raises(errors.StoreUnavailable) as refused:
        client.execute("SELECT 1")
    assert refused.value.code == 516
    settings.CLICKHOUSE_URL = f"clickhouse://default:x@127.0.0.1:{free_port()}/default"
    with pytest.raises(errors.StoreUnavailable):
        client.execute("SELECT 1")


def test_addresses_are_read_with_their_escapes() -> None:
    assert Address.parse("clickhouse://me:p%40ss@store.example.org/analytics") == Address(
        "store.example.org", 9000, "me", "p@ss", "analytics"
    )


def test_a_database_that_is_not_there_is_made(own: OwnEngine, settings: Settings) -> None:
    settings.CLICKHOUSE_URL = settings.CLICKHOUSE_URL.removesuffix("default") + "analytics"
    call_command("migrate_clickhouse", verbosity=0)
    assert client.execute("SELECT currentDatabase(), count() FROM events") == [("analytics", 0)]


def test_a_forked_process_does_not_share_connections() -> None:
    pool = Pool(Address.parse("clickhouse://default:x@127.0.0.1:1/default"))
    pool._idle.append(object())
    pool._process = -1
    with pytest.raises(NetworkError), pool.client() as made:
        made.execute("SELECT 1")
    assert len(pool._idle) == 1
