"""What arrives in `properties`, and how to read it: each case lost data, or a whole batch, before."""

import json
import uuid
from typing import Any

import pytest

from posthog.clickhouse import client
from posthog.clickhouse.tests.rows import EVENT_COLUMNS, event

pytestmark = pytest.mark.usefixtures("store")


def stored(properties_text: str, expression: str) -> Any:
    client.insert("events", EVENT_COLUMNS, [event(properties_text)])
    return client.execute(f"SELECT {expression} FROM events")[0][0]


def test_a_key_with_a_dot_beside_an_object_keeps_both() -> None:
    client.insert("events", EVENT_COLUMNS, [event('{"cart.total": 12, "cart": {"total": 30}}')])
    rows = client.execute("SELECT toString(properties.`cart%2Etotal`), toString(properties.cart.total) FROM events")
    assert rows == [("12", "30")]


def test_a_key_given_twice_does_not_fail_the_batch() -> None:
    assert stored('{"plan": "free", "plan": "pro"}', "count()") == 1


def test_a_value_and_an_object_under_one_key_do_not_fail_the_batch() -> None:
    assert stored('{"a": 1, "a": {"b": 2}}', "count()") == 1


def test_events_with_a_thousand_random_keys_each_are_stored_and_read_back() -> None:
    rows = [event(json.dumps({uuid.uuid4().hex: number for number in range(1000)})) for _ in range(20)]
    client.insert("events", EVENT_COLUMNS, rows)
    name = next(iter(json.loads(str(rows[0][5]))))
    assert client.execute(f"SELECT toString(properties.`{name}`) FROM events WHERE uuid = %(uuid)s", {"uuid": rows[0][1]}) == [("0",)]
    open_paths = client.execute("SELECT max(length(JSONDynamicPaths(properties))) FROM events")[0][0]
    assert open_paths <= 64


@pytest.mark.parametrize("text", ["2026-03-14T12:00:00Z", "2026-03-14", "2026-03-14 12:00:00.123", "12:00:00"])
def test_a_time_stays_the_text_it_was(text: str) -> None:
    assert stored(json.dumps({"when": text}), "(properties.when.:String, dynamicType(properties.when))") == (text, "String")


def test_null_and_empty_objects_vanish_from_properties_but_not_from_the_text() -> None:
    text = '{"referrer": null, "utm": {}, "plan": "free"}'
    client.insert("events", EVENT_COLUMNS, [event(text)])
    assert client.execute("SELECT properties_text, JSONAllPaths(properties) FROM events") == [(text, ["plan"])]


@pytest.mark.parametrize(("value", "number"), [(5, 5.0), (1.5, 1.5), ("7", 7.0), ("seven", None), (True, 1.0), (2**60, float(2**60))])
def test_numbers_of_every_kind_are_read_by_accurate_cast(value: object, number: float | None) -> None:
    assert stored(json.dumps({"amount": value}), "accurateCastOrNull(properties.amount, 'Float64')") == number


def test_properties_of_mixed_types_group_as_text() -> None:
    values = ["free", "pro", "free", 3, True]
    client.insert("events", EVENT_COLUMNS, [event(json.dumps({"plan": value})) for value in values])
    rows = client.execute("SELECT toString(properties.plan) AS plan, count() FROM events GROUP BY plan ORDER BY plan")
    assert rows == [("3", 1), ("free", 2), ("pro", 1), ("true", 1)]


def test_no_properties_at_all_is_an_empty_object() -> None:
    assert stored("", "toString(properties)") == "{}"


def test_labels_are_typed_columns() -> None:
    labels = json.dumps(
        {"user_emotion": "anger", "user_emotion_score": 0.9, "user_toxic": 1, "user_toxic_score": 0.75, "$label_version": "v1"}
    )
    client.insert("events", EVENT_COLUMNS, [event(labels_text=labels), event()])
    rows = client.execute(
        "SELECT labels.user_emotion, labels.user_emotion_score, labels.user_toxic, labels.agent_toxic, labels.`$label_version` "
        "FROM events ORDER BY labels.user_emotion NULLS LAST"
    )
    assert rows == [("anger", 0.9, 1, None, "v1"), (None, None, None, None, None)]


def test_a_label_nobody_declared_is_kept_too() -> None:
    client.insert("events", EVENT_COLUMNS, [event(labels_text='{"user_sarcasm": "yes"}')])
    assert client.execute("SELECT toString(labels.user_sarcasm) FROM events") == [("yes",)]


def nested(depth: int) -> str:
    return '{"a":' * depth + "1" + "}" * depth


@pytest.mark.parametrize(
    "text",
    [
        '{"": 1}',
        json.dumps({"back`tick": 1, 'quo"te': 2, "it's": 3, "nul\x00": 4, "new\nline": 5, "日本": 6}),
        json.dumps({"k" * 60_000: 1}),
        json.dumps({"text": "x" * 1_000_000}),
        json.dumps({"deep": {"list": [[[{"a": [None, {"b": []}]}]], 1, "x", 2.5, None, True]}}),
        nested(500),
        json.dumps({"big": 2**70, "negative": -(2**63), "float": 1e308, "tiny": 5e-324}),
        json.dumps({"mixed": [1, "a", {"b": 1}, [2]]}),
        json.dumps({"$set": {"a.b.c": {"d.e": 1}}, "a..b": 1, ".": 2, "..": 3, "a.": 4, ".a": 5}),
        json.dumps({f"key {number}": {f"inner {number}": number} for number in range(5_000)}),
    ],
    ids=["empty key", "odd keys", "long key", "long text", "lists", "500 levels", "numbers", "mixed list", "dots", "5,000 objects"],
)
def test_odd_but_valid_json_is_stored(text: str) -> None:
    assert stored(text, "properties_text") == text
