"""From the log to the store: what a reader of ClickHouse finds."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from posthog.common import json
from posthog.ingestion import names
from posthog.ingestion.tests.conftest import NOON, FakeModel, Pipeline, event, task
from posthog.people.services import person_id_for

pytestmark = pytest.mark.django_db


def test_an_event_is_stored_with_its_person_and_place(pipeline: Pipeline) -> None:
    [sent] = pipeline.accept(event("$pageview", S_browser="Firefox", S_set={"plan": "team"}), ip="2a02:c0::1", sent_at=NOON.isoformat())
    pipeline.run()
    columns = "uuid, event, timestamp, distinct_id, person_id, person_mode, person_created_at, created_at, properties_text"
    [(uuid, name, timestamp, distinct_id, person_id, mode, person_created_at, created_at, properties)] = pipeline.events(columns)
    [person] = pipeline.events("person_properties_text")
    assert (str(uuid), name, distinct_id, mode) == (sent["uuid"], "$pageview", "mara", "full")
    assert person_id == person_id_for(pipeline.member.project.pk, "mara")
    assert timestamp == created_at == person_created_at == NOON
    stored = json.loads(properties)
    assert stored["$ip"] == "2a02:c0::1"
    assert (stored["$geoip_country_code"], stored["$geoip_country_name"]) == ("NO", "Norway")
    assert stored["$sent_at"] == NOON.isoformat()
    assert json.loads(person)["plan"] == "team"
    assert json.loads(person)["$initial_browser"] == "Firefox"
    assert pipeline.rows("SELECT id, is_identified, is_deleted FROM persons WHERE team_id = {team}") == [(person_id, False, False)]


def test_the_project_learns_that_it_has_events(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "_begun", set())
    pipeline.accept(event("$performance_event"))
    pipeline.run()
    pipeline.member.project.refresh_from_db()
    assert not pipeline.member.project.ingested_event
    pipeline.accept(event())
    pipeline.run()
    pipeline.member.project.refresh_from_db()
    assert pipeline.member.project.ingested_event


def test_an_exchange_is_stored_as_messages_turns_and_labels(pipeline: Pipeline, model: FakeModel) -> None:
    pipeline.accept(task("I want a refund for order 1182.", "Thank you for waiting, it is on its way.", S_session_id="chat-9", plan="team"))
    pipeline.run()
    [(conversation, properties, emotion, agent, score, version, refs)] = pipeline.events(
        "conversation_id, properties_text, labels.user_emotion, labels.agent_emotion, labels.user_toxic_score, "
        "labels.`$label_version`, message_refs"
    )
    assert (conversation, emotion, agent, score, version) == ("chat-9", "anger", "joy", 0.01, "v1")
    assert json.loads(properties)["plan"] == "team"
    assert "refund" not in properties
    assert set(json.loads(refs)) == {"$llm_input", "$llm_output"}
    assert pipeline.rows(
        "SELECT role, content, language, labels.user_emotion, label_version FROM messages WHERE team_id = {team} ORDER BY role"
    ) == [
        ("assistant", "Thank you for waiting, it is on its way.", "en", None, "v1"),
        ("user", "I want a refund for order 1182.", "en", "anger", "v1"),
    ]
    turns = "SELECT position, role, kind, labels.user_emotion, labels.agent_emotion FROM turns WHERE team_id = {team} ORDER BY position"
    assert pipeline.rows(turns) == [(0, "user", "owned", "anger", None), (1, "assistant", "owned", None, "joy")]


def test_labels_from_plugins_elsewhere_win(pipeline: Pipeline, model: FakeModel) -> None:
    pipeline.accept(task("I want a refund.", "Of course.", user_emotion="annoyance", user_toxic=1, agent_emotion_score="high"))
    pipeline.accept(event("imported", user_emotion="joy"))
    pipeline.run()
    assert pipeline.events("labels.user_emotion, labels.user_toxic, labels.agent_emotion_score") == [
        ("annoyance", 1, None),
        ("joy", None, None),
    ]


def test_identify_makes_both_histories_one_person_in_queries(pipeline: Pipeline) -> None:
    pipeline.accept(event("$pageview", "browser-1"), event("signed up", "mara@fjord.example"))
    pipeline.run()
    pipeline.accept(event("$identify", "mara@fjord.example", S_anon_distinct_id="browser-1"), event("upgraded", "mara@fjord.example"))
    pipeline.run()
    unique = """
        SELECT uniqExact(if(o.distinct_id != '', o.person_id, e.person_id)) FROM events AS e
        LEFT JOIN (SELECT * FROM person_distinct_id_overrides FINAL WHERE team_id = {team} AND NOT is_deleted) AS o
            ON o.distinct_id = e.distinct_id
        WHERE e.team_id = {team}
    """
    assert pipeline.rows(unique) == [(1,)]
    assert pipeline.rows("SELECT count() FROM persons FINAL WHERE team_id = {team} AND NOT is_deleted") == [(1,)]


def test_groups_are_columns_and_rows(pipeline: Pipeline) -> None:
    pipeline.accept(
        event("$groupidentify", "$company_fjord", S_group_type="company", S_group_key="fjord", S_group_set={"seats": 12}),
        event("message sent", S_groups={"company": "fjord"}),
    )
    pipeline.run()
    assert pipeline.events("`$group_0`") == ["", "fjord"]
    assert pipeline.rows("SELECT group_type_index, group_key, properties_text FROM groups WHERE team_id = {team}") == [
        (0, "fjord", '{"seats":12}')
    ]


@pytest.mark.parametrize(
    ("fields", "request_fields", "expected"),
    [
        ({"timestamp": "2026-04-20T11:00:00+01:00"}, {}, NOON - timedelta(hours=2)),
        ({"timestamp": "2026-04-20T10:00:00Z"}, {"sent_at": "2026-04-20T11:00:00Z"}, NOON - timedelta(hours=1)),
        ({"timestamp": "2026-04-20T10:00:00Z"}, {"sent_at": "2026-04-20T11:00:00Z", "historical": True}, NOON - timedelta(hours=2)),
        (
            {"timestamp": "2026-04-20T10:00:00Z", "properties": {"$ignore_sent_at": True}},
            {"sent_at": NOON.isoformat()},
            NOON - timedelta(hours=2),
        ),
        ({"timestamp": None, "offset": 90_000}, {}, NOON - timedelta(seconds=90)),
        ({"timestamp": None}, {}, NOON),
        ({"timestamp": "the other day"}, {}, NOON),
        ({"timestamp": "2026-04-21T10:59:59Z"}, {}, NOON + timedelta(hours=22, minutes=59, seconds=59)),
        ({"timestamp": "2026-04-21T11:00:01Z"}, {}, NOON),
        ({"timestamp": "1961-01-01T00:00:00Z"}, {}, datetime.fromisoformat("1970-01-01T00:00:00Z")),
        (
            {"timestamp": "10000-01-01"},
            {"sent_at": (NOON - timedelta(hours=1)).isoformat()},
            datetime.fromisoformat("1970-01-01T00:00:00Z"),
        ),
        ({"timestamp": "-0044-03-15T12:00:00Z"}, {}, datetime.fromisoformat("1970-01-01T00:00:00Z")),
        ({"timestamp": 253402300800000}, {}, datetime.fromisoformat("1970-01-01T00:00:00Z")),
        ({"timestamp": "9999-12-31T23:59:59Z"}, {}, NOON),
        ({"timestamp": "2026-04-20T09:30:00.123456Z"}, {}, datetime.fromisoformat("2026-04-20T09:30:00.123456Z")),
    ],
)
def test_times_are_the_clients_without_its_clocks_skew(
    pipeline: Pipeline, fields: dict[str, Any], request_fields: dict[str, Any], expected: datetime
) -> None:
    pipeline.accept(event() | fields, **request_fields)
    pipeline.run()
    assert pipeline.events("timestamp") == [expected]


def test_an_anonymizing_project_keeps_no_address(pipeline: Pipeline) -> None:
    pipeline.member.project.anonymize_ips = True
    pipeline.member.project.save()
    pipeline.accept(event(), event(S_ip="8.8.8.8"), ip="2a02:c0::1")
    pipeline.run()
    assert all("$ip" not in text and "$geoip" not in text for text in pipeline.events("properties_text"))


def test_geoip_can_be_switched_off_per_event(pipeline: Pipeline) -> None:
    pipeline.accept(event(S_geoip_disable=True), event(S_ip="127.0.0.1"), event(S_ip="not an address"), ip="2a02:c0::1")
    pipeline.run()
    assert all("$geoip_country" not in text for text in pipeline.events("properties_text"))


def test_clicked_elements_become_a_chain(pipeline: Pipeline) -> None:
    clicked = {
        "tag_name": "a",
        "$el_text": 'Upgrade "now"',
        "attr__class": ["primary", "btn"],
        "attr__href": "/pay",
        "attr__data-id": "7",
        "nth_child": 2,
    }
    pipeline.accept(
        event("$autocapture", S_elements=[clicked, {"tag_name": "div"}]), event("$autocapture", S_elements_chain='p:text="as is"')
    )
    pipeline.run()
    keys = 'attr__class="primary btn"attr__data-id="7"attr__href="/pay"href="/pay"nth-child="2"nth-of-type="0"text="Upgrade \\"now\\""'
    link = f"a.btn.primary:{keys}"
    assert pipeline.events("elements_chain") == [f'{link};div:nth-child="0"nth-of-type="0"', 'p:text="as is"']
    assert all("$elements" not in text for text in pipeline.events("properties_text"))


def test_top_level_set_joins_the_one_in_properties(pipeline: Pipeline) -> None:
    pipeline.accept(event(S_set={"plan": "free", "seats": 2}) | {"$set": {"plan": "team"}, "$set_once": {"source": "ad"}})
    pipeline.run()
    [person] = map(json.loads, pipeline.events("person_properties_text"))
    assert {name: person[name] for name in ("plan", "seats", "source")} == {"plan": "team", "seats": 2, "source": "ad"}
