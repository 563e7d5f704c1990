"""Hostile and odd texts in every place where a user may write one: they come back equal, find only their own rows, and never crash."""

from typing import Any

import pytest

from posthog.conftest import Person
from posthog.insights.tests.test_trends_shapes import trends
from posthog.query.tests.conftest import Ask
from posthog.query.tests.world import Event, store

NASTY = [
    "'; DROP TABLE events; --",
    "\\' OR 1=1 --",
    "\\",
    "\\\\'",
    "a\x00b",
    "%s %(team_id)s %%",
    "{x:String}",
    "{filters}",
    "`backtick` \"double\" 'single'",
    "‮txet desrever‬",
    "line\nbreak\ttab\r",
    "*/ UNION ALL SELECT 1 /*",
    "日本語 🙂 e\u0301",
    "$$_posthog_breakdown_other_$$ ",
    "a.b.c",
    "a%_b",
    "\u2028\u2029\ufeff",
    "null",
    "true",
    "[1,2]",
    "(?i)",
    "😀" * 100,
]


@pytest.mark.parametrize("text", NASTY)
def test_a_nasty_text_is_only_a_text(alice: Person, charlie: Person, ask: Ask, text: str) -> None:
    store(alice.project.pk, [Event(text, properties={text: text, "p": text}, session=text), Event("plain")])
    store(charlie.project.pk, [Event(text, properties={"p": text}, person="stranger")])
    same = {"type": "event", "key": "p", "value": text}
    series: dict[str, Any] = {"event": text, "custom_name": text, "properties": [same]}
    query = trends(series, dateRange={"date_from": "2024-05-15", "date_to": "2024-05-15"}, breakdownFilter={"breakdown": "p"})
    status, body = ask(alice, query)
    assert status == 200, body
    (item,) = body["results"]
    assert (item["breakdown_value"], item["data"], item["action"]["id"]) == (text[:400], [1], text)
    source = {"kind": "InsightActorsQuery", "source": query, "day": "2024-05-15", "breakdown": text[:400]}
    assert ask(alice, {"kind": "EventsQuery", "source": source, "select": ["event", "properties.p", "distinct_id"]})[1]["results"] == [
        [text, text, "ada"]
    ]
    assert len(ask(alice, {"kind": "ActorsQuery", "source": source, "select": ["person"], "search": "ada"})[1]["results"]) == 1
    assert ask(alice, {"kind": "ActorsQuery", "source": source, "search": text})[0] == 200
    _check_places(alice, ask, text)


def _check_places(alice: Person, ask: Ask, text: str) -> None:
    """Whatever else takes a text: an answer or a clear refusal."""
    found = [
        {"kind": "EventsQuery", "select": ["event"], "after": "all", "event": text},
        {
            "kind": "EventsQuery",
            "select": ["event"],
            "after": "all",
            "properties": [{"type": "session", "key": "$session_id", "value": text}],
        },
        {"kind": "EventsQuery", "select": ["event"], "after": "all", "properties": [{"key": text, "value": text, "type": "event"}]},
        {"kind": "EventsQuery", "select": ["event"], "after": "all", "properties": [{"key": "p", "operator": "icontains", "value": text}]},
        {"kind": "HogQLQuery", "query": "SELECT event FROM events WHERE properties.p = {text}", "values": {"text": text}},
    ]
    for query in found:
        status, body = ask(alice, query)
        assert status == 200, (query, body)
        assert [text] in body["results"], query
    tried: list[dict[str, Any]] = [
        trends(dateRange={"date_from": text}),
        trends(breakdownFilter={"breakdown": text}),
        trends(breakdownFilter={"breakdown": text, "breakdown_type": "hogql"}),
        trends({"event": "plain", "math": "hogql", "math_hogql": text}),
        trends({"event": "plain", "math": "sum", "math_property": text}),
        trends(trendsFilter={"formula": text}),
        trends(properties=[{"type": "hogql", "key": text}]),
        trends(properties=[{"type": "event", "key": "p", "operator": "regex", "value": text}]),
        {"kind": "EventsQuery", "select": [text]},
        {"kind": "EventsQuery", "where": [text]},
        {"kind": "EventsQuery", "orderBy": [text]},
        {"kind": "HogQLQuery", "query": text},
        {"kind": text},
    ]
    for query in tried:
        status, body = ask(alice, query)
        assert status in (200, 400), (query, body)
        assert status == 200 or body["detail"], query
