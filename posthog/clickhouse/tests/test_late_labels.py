"""Labels that are known only after the row was stored replace those of exactly the rows they are for."""

import json
import uuid
from datetime import timedelta
from typing import Any

import pytest

from posthog.clickhouse import client, updates
from posthog.clickhouse.tests.rows import EVENT_COLUMNS, NOON, TURN_COLUMNS, event, turn

pytestmark = pytest.mark.usefixtures("store")

ANGER = json.dumps({"user_emotion": "anger", "user_emotion_score": 0.9})
JOY = json.dumps({"user_emotion": "joy", "user_emotion_score": 0.8})


def events_by_emotion() -> dict[str | None, int]:
    return dict(client.execute("SELECT labels.user_emotion AS emotion, count() FROM events GROUP BY emotion"))


def stored_events(number: int, **fields: Any) -> list[tuple[uuid.UUID, Any]]:
    keys = [(uuid.uuid4(), NOON + timedelta(days=20 * index)) for index in range(number)]
    client.insert("events", EVENT_COLUMNS, [event(uid=uid, timestamp=timestamp, **fields) for uid, timestamp in keys])
    return keys


def test_many_events_over_months_get_their_own_labels() -> None:
    keys = stored_events(30)
    rows = [(key, ANGER if index % 3 else JOY, "v2") for index, key in enumerate(keys[:20])]
    updates.update_labels("events", 1, rows)
    assert events_by_emotion() == {"anger": 13, "joy": 7, None: 10}
    versions = client.execute("SELECT labels.`$label_version` AS version, count() FROM events GROUP BY version ORDER BY version NULLS LAST")
    assert versions == [("v2", 20), (None, 10)]


def test_an_update_of_one_project_leaves_another_alone() -> None:
    (key,) = stored_events(1)
    updates.update_labels("events", 2, [(key, ANGER, "v2")])
    assert events_by_emotion() == {None: 1}


def test_updates_survive_merges_and_repeat() -> None:
    keys = stored_events(3, labels_text=JOY)
    for _ in range(2):
        updates.update_labels("events", 1, [(key, ANGER, "v2") for key in keys])
    updates.merge_updates("events")
    client.execute("OPTIMIZE TABLE events FINAL")
    assert events_by_emotion() == {"anger": 3}


def test_texts_with_quotes_and_backslashes_arrive_as_they_are() -> None:
    (key, other) = stored_events(2)
    topic = 'it\'s a "back\\slash"\n%s'
    updates.update_labels("events", 1, [(key, json.dumps({"user_topic": topic}), "v2"), (other, ANGER, "v2")])
    assert client.execute("SELECT labels.user_topic FROM events WHERE uuid = %(uuid)s", {"uuid": key[0]}) == [(topic,)]


def test_only_the_named_turns_of_an_event_change() -> None:
    said = uuid.uuid4()
    client.insert("turns", TURN_COLUMNS, [turn("c1", said, position) for position in range(4)])
    updates.update_labels("turns", 1, [((said, 0), ANGER, "v2"), ((said, 2), JOY, "v3")])
    rows = client.execute("SELECT position, labels.user_emotion, label_version FROM turns ORDER BY position")
    assert rows == [(0, "anger", "v2"), (1, None, ""), (2, "joy", "v3"), (3, None, "")]


def test_messages_get_labels_and_version() -> None:
    known, other = uuid.uuid4(), uuid.uuid4()
    client.insert(
        "messages", ["team_id", "message_id", "role", "content"], [(1, known, "user", "Where is my refund?"), (1, other, "user", "Hi")]
    )
    updates.update_labels("messages", 1, [(known, ANGER, "v2")])
    rows = client.execute("SELECT message_id, labels.user_emotion, label_version, content FROM messages ORDER BY content DESC")
    assert rows == [(known, "anger", "v2", "Where is my refund?"), (other, None, "", "Hi")]


def test_thousands_of_events_in_one_call() -> None:
    keys = [(uuid.uuid4(), NOON) for _ in range(12_000)]
    client.insert("events", EVENT_COLUMNS, [event(uid=uid, timestamp=timestamp) for uid, timestamp in keys])
    updates.update_labels("events", 1, [(key, ANGER if index % 2 else JOY, "v2") for index, key in enumerate(keys)])
    assert events_by_emotion() == {"anger": 6_000, "joy": 6_000}
