"""Cancelled queries, a store or a cache that does not answer, limits of the engine."""

from typing import Any

import pytest
import redis

from posthog.clickhouse import client
from posthog.clickhouse.errors import ClickHouseError, InvalidQuery, QueryLimitExceeded
from posthog.conftest import Person
from posthog.query import errors, runner
from posthog.query.status import Cancelled, QueryStatus
from posthog.query.tests.conftest import Ask
from posthog.query.tests.test_query_endpoint import TREND
from posthog.query.tests.world import Event, store


def test_a_cancelled_query_stops_before_its_next_statement(alice: Person, stores: None) -> None:
    status = QueryStatus(alice.project, "slow")
    status.start()
    assert runner.run(alice.project, TREND, "force_blocking", check=status.check)["results"]
    status.cancel()
    with pytest.raises(Cancelled):
        runner.run(alice.project, TREND, "force_blocking", check=status.check)
    assert status.read() is None


def test_an_engine_that_does_not_answer_is_a_503(alice: Person, ask: Ask, settings: Any) -> None:
    settings.CLICKHOUSE_URL = "clickhouse://default:x@127.0.0.1:1/default"
    for dates in ({}, {"dateRange": {"date_from": "all", "date_to": "2024-05-15"}}):
        status, body = ask(alice, TREND | dates)
        assert status == 503
    assert body["code"] == "unavailable"
    assert "Try again" in body["detail"]


def test_without_a_cache_every_query_is_computed(alice: Person, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> redis.Redis:
        raise redis.ConnectionError("no route")

    store(alice.project.pk, [Event()])
    monkeypatch.setattr("posthog.query.cache.redis.client", away)
    for _ in range(2):
        status, body = ask(alice, TREND, client_query_id="x")
        assert (status, body["is_cached"], body["results"][0]["data"]) == (200, False, [1])


def test_a_query_over_its_limits_is_told_so(alice: Person, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    run = client.execute_with_columns

    def limited(sql: str, params: Any = None, *, settings: Any = None, tag: str = "") -> Any:
        return run(sql, params, settings={**(settings or {}), "max_rows_to_read": 1, "read_overflow_mode": "throw"}, tag=tag)

    store(alice.project.pk, [Event(), Event()])
    monkeypatch.setattr(client, "execute_with_columns", limited)
    status, body = ask(alice, TREND)
    assert status == 400
    assert body["detail"].startswith("The query was stopped")
    assert body["code"] == "too_many_rows"


@pytest.mark.parametrize(
    ("error", "status", "code", "detail"),
    [
        (
            InvalidQuery(43, "Illegal type: In scope SELECT secret FROM t. (ILLEGAL_TYPE_OF_ARGUMENT)"),
            400,
            "illegal_type_of_argument",
            "Illegal type",
        ),
        (
            InvalidQuery(215, "Column 'a' is not under aggregate function. In query SELECT secret FROM t. (NOT_AN_AGGREGATE)"),
            400,
            "not_an_aggregate",
            "Column 'a' is not under aggregate function",
        ),
        (QueryLimitExceeded(241, "Memory limit exceeded. (MEMORY_LIMIT_EXCEEDED)"), 400, "memory_limit_exceeded", "The query was stopped"),
        (
            ClickHouseError(49, "Logical error: secret path. (LOGICAL_ERROR)"),
            500,
            "clickhouse_error",
            "ClickHouse error while executing query.",
        ),
    ],
)
def test_engine_errors_are_sorted_by_whose_fault_they_are(error: ClickHouseError, status: int, code: str, detail: str) -> None:
    answer = errors.as_answer(error)
    assert (answer.status_code, answer.get_codes()) == (status, code)
    assert str(answer.detail).startswith(detail)
    assert "secret" not in str(answer.detail)
