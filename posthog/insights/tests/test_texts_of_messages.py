"""Properties whose texts are stored as messages: filters find them everywhere, and what cannot read them says so."""

from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest

from posthog.clickhouse import client
from posthog.common import json
from posthog.conftest import Person
from posthog.query import runner
from posthog.query.tests.conftest import Ask
from posthog.query.tests.world import Event, store

AT = "2024-05-13T09:00:00+00:00"
RANGE = {"date_from": "2024-05-13", "date_to": "2024-05-13"}
ASKED, ANSWERED, LATER = "I want a refund for the broken lamp.", "Of course, the refund is on its way.", "Danke, das war Größe!"
_COLUMNS = ["team_id", "message_id", "role", "content", "language", "labels_text", "label_version", "created_at"]


def said(team_id: int, content: str) -> dict[str, str]:
    """A stored message, as a reference."""
    message = uuid4()
    client.insert("messages", _COLUMNS, [[team_id, message, "user", content, "en", "{}", "", datetime.fromisoformat(AT)]])
    return {"$message": str(message)}


def chats(team_id: int) -> None:
    asked, answered, later = (said(team_id, text) for text in (ASKED, ANSWERED, LATER))
    history = [{"role": "user", "content": asked}, {"role": "assistant", "content": answered}, {"role": "user", "content": later}]
    refs: list[dict[str, Any]] = [{"$llm_input": asked, "$llm_output": answered}, {"$ai_input": history}, {"$llm_output": later}, {}]
    store(team_id, [Event(at=AT, person=f"p{place}", message_refs=json.dumps_text(one)) for place, one in enumerate(refs)])


@pytest.fixture(autouse=True)
def _two_projects(alice: Person, charlie: Person, stores: None) -> None:
    for person in (alice, charlie):
        chats(person.project.pk)


def people(person: Person, *filters: dict[str, Any]) -> set[str]:
    query = {"kind": "EventsQuery", "select": ["distinct_id"], "after": "all", "properties": list(filters)}
    return {row[0] for row in runner.run(person.project, query)["results"]}


@pytest.mark.parametrize(
    ("key", "operator", "value", "found"),
    [
        ("$llm_input", "icontains", "REFUND", {"p0"}),
        ("$llm_input", "not_icontains", "refund", {"p1", "p2", "p3"}),
        ("$ai_input", "icontains", "on its way", {"p1"}),
        ("$ai_input", "icontains", "GRÖSSE", set()),
        ("$ai_input", "icontains", "größe", {"p1"}),
        ("$llm_output", "icontains", ["on its way", "danke"], {"p0", "p2"}),
        ("$llm_output", "exact", ANSWERED, {"p0"}),
        ("$llm_output", "is_not", ANSWERED, {"p1", "p2", "p3"}),
        ("$llm_output", "regex", "^Danke.*!$", {"p2"}),
        ("$llm_input", "is_set", None, {"p0"}),
        ("$ai_input", "is_not_set", None, {"p0", "p2", "p3"}),
        ("$ai_output_choices", "is_set", None, set()),
        ("$llm_output", "exact", [None, ANSWERED], {"p0", "p1", "p3"}),
        ("$llm_output", "is_not", [None], {"p0", "p2"}),
    ],
)
def test_filters_compare_the_messages(alice: Person, key: str, operator: str, value: Any, found: set[str]) -> None:
    assert people(alice, {"key": key, "operator": operator, "value": value, "type": "event"}) == found


def test_a_trend_counts_the_events_whose_texts_match(alice: Person, ask: Ask) -> None:
    series = [{"kind": "EventsNode", "event": "chat", "properties": [{"key": "$llm_output", "operator": "icontains", "value": "refund"}]}]
    status, body = ask(alice, {"kind": "TrendsQuery", "series": series, "dateRange": RANGE})
    assert (status, body["results"][0]["count"]) == (200, 1)


@pytest.mark.parametrize(
    "query",
    [
        {"kind": "HogQLQuery", "query": "SELECT properties.$llm_input FROM events"},
        {"kind": "HogQLQuery", "query": "SELECT count() FROM events WHERE properties.$ai_output_choices LIKE '%refund%'"},
        {"kind": "EventsQuery", "select": ["event"], "where": ["properties.$llm_input LIKE '%refund%'"]},
        {
            "kind": "TrendsQuery",
            "series": [{"kind": "EventsNode", "event": "chat"}],
            "dateRange": RANGE,
            "breakdownFilter": {"breakdown": "$llm_output", "breakdown_type": "event"},
        },
    ],
)
def test_what_cannot_read_them_says_where_they_are(alice: Person, ask: Ask, query: dict[str, Any]) -> None:
    status, body = ask(alice, query)
    assert status == 400, body
    assert "stored as messages" in body["detail"]
