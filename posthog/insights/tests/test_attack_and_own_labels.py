"""Labels without a typed path (attacks, labels that users define) work wherever other labels do."""

from typing import Any

import pytest

from posthog.conftest import Person
from posthog.query import runner
from posthog.query.tests.conftest import Ask
from posthog.query.tests.world import Event, store

AT = "2024-05-13T09:00:00+00:00"
RANGE = {"date_from": "2024-05-13", "date_to": "2024-05-13"}
SECRET = "AWS access key (AKIA…, 20 characters)"


@pytest.fixture
def chats(alice: Person, stores: None) -> list[Event]:
    attack = {"user_threat_ExploitClassifier": "0.991200", "user_prompt_attack": 1, "user_prompt_attack_score": 0.9912}
    labels: list[dict[str, Any]] = [
        attack | {"user_threat_score": 2.0, "user_label_refund": 1, "user_label_refund_score": 0.75},
        {"user_threat_SecretsMarker": SECRET, "user_threat_score": 1.5, "user_prompt_attack_score": 0.01},
        {"user_threat_SecretsMarker": SECRET, "user_threat_score": 1.5, "user_label_refund_score": 0.25},
        {"user_violent_threat": 1, "user_violent_threat_score": 0.9},
        {},
    ]
    return store(alice.project.pk, [Event(at=AT, person=f"p{place}", labels=one) for place, one in enumerate(labels)])


def trends(**fields: Any) -> dict[str, Any]:
    return {"kind": "TrendsQuery", "series": [{"kind": "EventsNode", "event": "chat"}], "dateRange": RANGE, **fields}


@pytest.mark.usefixtures("chats")
@pytest.mark.parametrize(
    ("key", "operator", "value", "people"),
    [
        ("user_prompt_attack", "exact", "1", {"p0"}),
        ("user_prompt_attack", "is_set", None, {"p0"}),
        ("user_prompt_attack_score", "gt", 0.5, {"p0"}),
        ("user_prompt_attack_score", "lt", 0.5, {"p1"}),
        ("user_threat_score", "gte", 1.5, {"p0", "p1", "p2"}),
        ("user_threat_SecretsMarker", "is_set", None, {"p1", "p2"}),
        ("user_threat_SecretsMarker", "icontains", "aws", {"p1", "p2"}),
        ("user_threat_SecretsMarker", "is_not_set", None, {"p0", "p3", "p4"}),
        ("user_threat_ExploitClassifier", "exact", "0.991200", {"p0"}),
        ("user_violent_threat", "exact", 1, {"p3"}),
        ("user_label_refund", "exact", 1, {"p0"}),
        ("user_label_refund_score", "lt", 0.5, {"p2"}),
    ],
)
def test_filters_read_them_with_their_type(alice: Person, key: str, operator: str, value: Any, people: set[str]) -> None:
    wanted = {"key": key, "operator": operator, "value": value, "type": "event"}
    query = {"kind": "EventsQuery", "select": ["distinct_id"], "after": "all", "properties": [wanted]}
    assert {row[0] for row in runner.run(alice.project, query)["results"]} == people


@pytest.mark.usefixtures("chats")
@pytest.mark.parametrize(
    ("key", "values"),
    [("user_threat_SecretsMarker", {SECRET: 2}), ("user_label_refund", {"1": 1}), ("user_threat_score", {"1.5": 2, "2": 1})],
)
def test_trends_are_broken_down_by_them(alice: Person, ask: Ask, key: str, values: dict[str, int]) -> None:
    status, body = ask(alice, trends(breakdownFilter={"breakdown": key, "breakdown_type": "event"}))
    assert status == 200
    found = {item["breakdown_value"]: item["count"] for item in body["results"]}
    assert {value: count for value, count in found.items() if not value.startswith("$$")} == values


@pytest.mark.usefixtures("chats")
def test_sums_of_scores_are_numbers(alice: Person, ask: Ask) -> None:
    series = [{"kind": "EventsNode", "event": "chat", "math": "sum", "math_property": "user_label_refund_score"}]
    status, body = ask(alice, trends(series=series))
    assert (status, body["results"][0]["data"]) == (200, [1.0])


@pytest.mark.usefixtures("chats")
def test_sql_selects_them_from_events(alice: Person, ask: Ask) -> None:
    text = "SELECT properties.user_prompt_attack, properties.user_prompt_attack_score, properties.user_threat_SecretsMarker FROM events"
    status, body = ask(alice, {"kind": "HogQLQuery", "query": f"{text} WHERE properties.user_threat_score > 0 ORDER BY distinct_id"})
    assert status == 200
    assert body["results"] == [[1, 0.9912, None], [None, 0.01, SECRET], [None, None, SECRET]]


@pytest.mark.usefixtures("chats")
def test_what_a_client_says_under_another_name_stays_its_own(alice: Person, ask: Ask) -> None:
    store(alice.project.pk, [Event(event="own", at=AT, properties={"user_threat": "high", "user_threat_level": 3})])
    text = "SELECT properties.user_threat, properties.user_threat_level FROM events WHERE event = 'own'"
    assert ask(alice, {"kind": "HogQLQuery", "query": text})[1]["results"] == [["high", "3"]]
