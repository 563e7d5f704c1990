"""EventsQuery: rows of events and of what is computed from them."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from posthog.clickhouse import client
from posthog.common import json
from posthog.conftest import Person
from posthog.query.tests.conftest import Ask
from posthog.query.tests.world import Event, person_id, store, store_person


@pytest.fixture
def visits(alice: Person, stores: None) -> list[Event]:
    store_person(alice.project.pk, "ada", {"email": "ada@example.com"})
    now = datetime.now(UTC).replace(microsecond=0)
    return store(
        alice.project.pk,
        [
            Event(
                "visit",
                now - timedelta(minutes=1),
                "ada",
                {"page": "/prices", "nested": {"a": [1, None]}},
                session="s-1",
                conversation="c-1",
            ),
            Event("visit", now - timedelta(minutes=2), "bo", {"page": "/"}),
            Event("buy", now - timedelta(minutes=3), "ada", {"price": 12.5}),
            Event("visit", now - timedelta(days=3), "ada", {"page": "/old"}),
        ],
    )


def test_a_star_gives_whole_events_newest_first(alice: Person, ask: Ask, visits: list[Event]) -> None:
    status, body = ask(alice, {"kind": "EventsQuery", "select": ["*", "person"]})
    assert status == 200
    assert body["columns"] == ["*", "person"]
    assert [row[0]["uuid"] for row in body["results"]] == [str(event.uuid) for event in visits[:3]]
    event, person = body["results"][0]
    assert event["event"] == "visit"
    assert event["properties"]["page"] == "/prices"
    assert event["properties"]["nested"] == {"a": [1, None]}
    assert event["distinct_id"] == "ada"
    assert event["team_id"] == alice.project.pk
    assert event["timestamp"].startswith(visits[0].moment.isoformat()[:19])
    assert event["conversation_id"] == "c-1"
    assert event["elements_chain"] == ""
    assert "created_at" in event
    assert person == {
        "uuid": str(person_id("ada")),
        "created_at": "2024-01-01T00:00:00+00:00",
        "properties": {"email": "ada@example.com"},
        "distinct_id": "ada",
        "name": "ada@example.com",
    }
    assert body["results"][1][1] == {"distinct_id": "bo"}
    assert (body["hasMore"], body["limit"], body["offset"]) == (False, 100, 0)


@pytest.mark.usefixtures("visits")
def test_columns_are_expressions_with_labels(alice: Person, ask: Ask) -> None:
    select = ["event", "properties.page -- Page", "upper(distinct_id)", "person.properties.email", "concat('a -- b', event)"]
    _, body = ask(alice, {"kind": "EventsQuery", "select": select, "limit": 1})
    assert body["columns"] == select
    assert body["results"] == [["visit", "/prices", "ADA", None, "a -- bvisit"]]
    assert body["hasMore"] is True
    assert len(body["types"]) == 5


@pytest.mark.usefixtures("visits")
def test_aggregates_group_by_the_other_columns_and_order_by_count(alice: Person, ask: Ask) -> None:
    _, body = ask(alice, {"kind": "EventsQuery", "select": ["event", "count()"], "after": "-7d"})
    assert body["results"] == [["visit", 3], ["buy", 1]]
    _, few = ask(alice, {"kind": "EventsQuery", "select": ["event", "count()"], "where": ["count() = 1"], "after": "-7d"})
    assert few["results"] == [["buy", 1]]


@pytest.mark.usefixtures("visits")
def test_events_are_filtered_by_name_person_time_and_expression(alice: Person, ask: Ask) -> None:
    def found(**fields: object) -> list[str | None]:
        status, body = ask(alice, {"kind": "EventsQuery", "select": ["properties.page"], **fields})
        assert status == 200, body
        return [row[0] for row in body["results"]]

    assert found(event="visit") == ["/prices", "/"]
    assert found(event="visit", after="all") == ["/prices", "/", "/old"]
    assert found(event="visit", after="-7d", before="-1d") == ["/old"]
    assert found(personId=str(person_id("bo"))) == ["/"]
    assert found(where=["properties.page LIKE '/p%'"]) == ["/prices"]
    assert found(properties=[{"type": "event", "key": "page", "operator": "is_not_set"}]) == [None]
    assert found(event="visit", orderBy=["properties.page ASC"]) == ["/", "/prices"]
    assert found(event="visit", offset=1, limit=1) == ["/"]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"select": ["nothing.like.this"]}, "nothing"),
        ({"select": ["event, event FROM events"]}, "select: cannot read"),
        ({"where": ["event ="]}, "where: cannot read"),
        ({"personId": "ada"}, "personId"),
        ({"after": "recently"}, "after: cannot read the date"),
        ({"limit": 0}, "query.limit"),
        ({"limit": 50_001}, "query.limit"),
        ({"actionId": 1}, "actionId"),
        ({"select": ["sleep(3)"]}, "sleep"),
    ],
)
def test_wrong_fields_are_named(alice: Person, ask: Ask, fields: dict[str, object], message: str) -> None:
    status, body = ask(alice, {"kind": "EventsQuery", **fields})
    assert status == 400, body
    assert message in body["detail"]
    assert body["type"] == "validation_error"


@pytest.fixture
def talk(alice: Person, stores: None) -> UUID:
    """A message of a chat, its text stored apart from the event."""
    message, now = uuid4(), datetime.now(UTC)
    columns = ["team_id", "message_id", "role", "content", "language", "labels_text", "label_version", "created_at"]
    client.insert("messages", columns, [[alice.project.pk, message, "user", "Is the museum open on Monday?", "en", "{}", "", now]])
    refs = json.dumps_text(
        {"$llm_input": [{"role": "user", "content": {"$message": str(message)}}], "$llm_output": {"$message": str(message)}}
    )
    labels = {"user_emotion": "curiosity", "user_emotion_score": 0.8}
    store(alice.project.pk, [Event("llm-task", now - timedelta(minutes=1), "ada", {"model": "small"}, labels=labels, message_refs=refs)])
    return message


@pytest.mark.usefixtures("talk")
def test_events_come_with_their_labels_and_texts(alice: Person, ask: Ask) -> None:
    asked_for = [{"role": "user", "content": "Is the museum open on Monday?"}]
    whole = {
        "model": "small",
        "$llm_input": asked_for,
        "$llm_output": "Is the museum open on Monday?",
        "user_emotion": "curiosity",
        "user_emotion_score": 0.8,
    }
    select = ["*", "properties", "properties.$llm_input", "properties.$llm_output -- Answer", "properties.$ai_input", "event"]
    _, body = ask(alice, {"kind": "EventsQuery", "select": select})
    [[event, properties, *texts]] = body["results"]
    assert event["properties"] == json.loads(properties) == whole
    assert "labels" not in event
    assert texts == [json.dumps_text(asked_for), "Is the museum open on Monday?", None, "llm-task"]
    assert body["types"][:3] == ["Object", "Nullable(String)", "Nullable(String)"]


@pytest.mark.usefixtures("talk")
def test_events_cannot_be_grouped_by_their_texts(alice: Person, ask: Ask) -> None:
    status, body = ask(alice, {"kind": "EventsQuery", "select": ["properties.$llm_output", "count()"]})
    assert (status, "stored as messages" in body["detail"]) == (400, True)
