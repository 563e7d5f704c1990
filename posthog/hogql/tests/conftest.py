"""Two projects with like data: Alice's (1) and Charlie's (2), whose every text holds the word "stranger"."""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

import pytest

from posthog.clickhouse import client
from posthog.hogql import ast
from posthog.hogql.context import Context
from posthog.hogql.property_types import PropertyTypes, Scope
from posthog.hogql.query import HogQLResult, execute

ALICE, CHARLIE = 9001, 9002
SPACE = UUID("6e3f1b1e-3a0b-4f53-9d57-0c6c4a8f2b11")
WHEN = datetime(2024, 5, 10, 22, 30, tzinfo=UTC)

# What the definitions say; everything else is text.
TYPES: dict[tuple[str, str], Any] = {
    ("event", "price"): "Numeric",
    ("event", "paid"): "Boolean",
    ("event", "due"): "DateTime",
    ("person", "age"): "Numeric",
}
EVENTS: list[dict[str, Any]] = [
    {
        "event": "$pageview",
        "distinct_id": "ann",
        "properties": {"$browser": "Firefox", "price": 12, "paid": True, "a.b": "dotted", "a": {"b": "nested"}},
    },
    {
        "event": "$pageview",
        "distinct_id": "ann",
        "properties": {"$browser": "Chrome", "price": 12.5, "paid": False, "due": "2024-06-01T10:00:00Z"},
    },
    {
        "event": "order",
        "distinct_id": "ben",
        "properties": {"price": "7", "tags": ["x", "y"], "basket": {"items": [{"sku": "s1"}], "n": 2}},
    },
    {
        "event": "$ai_generation",
        "distinct_id": "ben",
        "properties": {"price": "free", "count": 3},
        "labels": {"user_emotion": "joy", "user_emotion_score": 0.75, "user_toxic": 1},
    },
    {
        "event": "$ai_generation",
        "distinct_id": "cleo-anonymous",
        "properties": {"price": None, "count": 0.5},
        "labels": {"user_emotion": "anger", "user_emotion_score": 0.5},
    },
]
CONVERSATION = "support-chat-1"


def person_of(team: int, name: str) -> UUID:
    return uuid5(SPACE, f"{team}/{name}")


def event_of(team: int, index: int) -> UUID:
    return uuid5(SPACE, f"{team}/event/{index}")


def _word(team: int, text: str) -> str:
    return f"stranger {text}" if team == CHARLIE else text


def _events(team: int) -> None:
    rows = []
    for index, event in enumerate(EVENTS):
        name = event["distinct_id"]
        properties = {**event["properties"], "note": _word(team, "note"), "$group_0": "acme"}
        person = {"email": _word(team, f"{name}@example.com"), "age": 30 + index}
        rows.append(
            (
                team,
                event_of(team, index),
                event["event"],
                WHEN.replace(hour=18 + index),
                name,
                person_of(team, name),
                "full",
                json.dumps(properties),
                json.dumps(person),
                WHEN,
                json.dumps(event.get("labels", {})),
                "acme",
                _word(team, "session"),
                CONVERSATION if "labels" in event else "",
                WHEN,
            )
        )
    columns = "team_id uuid event timestamp distinct_id person_id person_mode properties_text person_properties_text person_created_at"
    client.insert("events", [*columns.split(), "labels_text", "$group_0", "$session_id", "conversation_id", "created_at"], rows)


def _people(team: int) -> None:
    columns = ["team_id", "id", "created_at", "properties_text", "is_identified", "is_deleted", "version"]
    rows = []
    for name, version, deleted in (("ann", 1, 0), ("ann", 2, 0), ("ben", 1, 0), ("cleo", 1, 0), ("dan", 1, 0), ("dan", 2, 1)):
        properties = {"email": _word(team, f"{name}@example.com"), "plan": f"v{version}"}
        rows.append((team, person_of(team, name), WHEN, json.dumps(properties), 1, deleted, version))
    client.insert("persons", columns, rows)
    override = (team, "cleo-anonymous", person_of(team, "cleo"), 0, 1)
    client.insert("person_distinct_id_overrides", ["team_id", "distinct_id", "person_id", "is_deleted", "version"], [override])
    group = [(team, 0, "acme", WHEN, json.dumps({"name": _word(team, f"Acme {version}")}), version) for version in (1, 2)]
    client.insert("groups", ["team_id", "group_type_index", "group_key", "created_at", "properties_text", "version"], group)


def _talk(team: int) -> None:
    message = uuid5(SPACE, f"{team}/message")
    names = ["team_id", "message_id", "role", "content", "language", "labels_text", "label_version", "created_at"]
    row = (team, message, "user", _word(team, "Where is my parcel?"), "en", json.dumps({"user_emotion": "anger"}), "v1", WHEN)
    # Twice, as two partitions that meet a message at the same moment do.
    for _ in range(2):
        client.insert("messages", names, [row])
    columns = (
        "team_id conversation_id event_uuid position timestamp role kind event person_id distinct_id message_id labels_text label_version"
    )
    who = (person_of(team, "cleo-anonymous"), "cleo-anonymous", message)
    turns = [
        (
            team,
            CONVERSATION,
            event_of(team, 3),
            0,
            WHEN,
            "user",
            "owned",
            "$ai_generation",
            *who,
            json.dumps({"user_emotion": "anger"}),
            "v1",
        )
    ]
    client.insert("turns", columns.split(), turns)
    client.insert("outcomes", ["team_id", "minute", "outcome", "reason", "batch", "quantity"], [(team, WHEN, "visible", "", "b1", 5)])


class KnownTypes(PropertyTypes):
    """Definitions without a database."""

    def preload(self, scope: Scope, names: Iterable[str]) -> None:
        for name in names:
            self._known.setdefault((scope, name), TYPES.get((scope, name), "String"))


@pytest.fixture
def world(engine: object) -> None:
    """Other tests empty the tables, so look first."""
    if client.execute(f"SELECT count() FROM events WHERE team_id = {ALICE}") != [(0,)]:
        return
    for team in (ALICE, CHARLIE):
        _events(team)
        _people(team)
        _talk(team)


def context_of(team: int = ALICE, **changes: Any) -> Context:
    return Context(team, property_types=KnownTypes(team), **changes)


Ask = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def ask(world: None) -> Ask:
    """Rows of a query of Alice's, or of another's."""

    def run(query: str | ast.SelectQuery | ast.SelectSetQuery, team: int = ALICE, **changes: Any) -> list[tuple[Any, ...]]:
        return execute(query, context_of(team, **changes)).rows

    return run


@pytest.fixture
def answer(world: None) -> Callable[..., HogQLResult]:
    return lambda query, **changes: execute(query, context_of(**changes))
