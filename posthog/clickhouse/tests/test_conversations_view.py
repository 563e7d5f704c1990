"""`conversations` follows from `turns`, however often the same turns are written."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from posthog.clickhouse import client
from posthog.clickhouse.tests.rows import NOON, TURN_COLUMNS, turn

pytestmark = pytest.mark.usefixtures("store")
READ = (
    "SELECT conversation_id, min(started_at), max(ended_at), uniqMerge(turns), argMinMerge(person_id), argMinMerge(distinct_id) "
    "FROM conversations WHERE team_id = 1 GROUP BY conversation_id"
)


def chat(conversation: str = "c1") -> list[tuple[Any, ...]]:
    said = uuid.uuid5(uuid.NAMESPACE_URL, conversation)
    return [turn(conversation, said, position, NOON + timedelta(minutes=position)) for position in range(4)]


EXPECTED = [("c1", NOON, NOON + timedelta(minutes=3), 4, uuid.UUID(int=7), "alice@example.org")]


def test_a_conversation_spans_its_turns() -> None:
    client.insert("turns", TURN_COLUMNS, chat())
    assert client.execute(READ) == EXPECTED


def test_a_repeated_batch_changes_nothing() -> None:
    for _ in range(3):
        client.insert("turns", TURN_COLUMNS, chat(), token="turns/1-0/2-0")
    assert client.execute("SELECT count() FROM turns") == [(4,)]
    assert client.execute(READ) == EXPECTED


def test_the_same_turns_in_another_batch_change_nothing() -> None:
    client.insert("turns", TURN_COLUMNS, chat(), token="turns/1-0/2-0")
    client.insert("turns", TURN_COLUMNS, chat()[1:], token="turns/2-0/3-0")
    assert client.execute(READ) == EXPECTED


def test_a_batch_that_was_cut_off_before_the_view_is_repaired_by_its_retry() -> None:
    client.execute("DETACH TABLE conversations_from_turns")
    client.insert("turns", TURN_COLUMNS, chat(), token="turns/1-0/2-0")
    client.execute("ATTACH TABLE conversations_from_turns")
    assert client.execute(READ) == []
    client.insert("turns", TURN_COLUMNS, chat(), token="turns/1-0/2-0")
    assert client.execute("SELECT count() FROM turns") == [(4,)]
    assert client.execute(READ) == EXPECTED
