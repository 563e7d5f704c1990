"""A project's answers are the same, to the byte, whether or not another project has events."""

import json
import random
from typing import Any

import pytest

from posthog.conftest import Person
from posthog.insights.tests.oracle import RANGES, random_events, random_query
from posthog.query.tests.conftest import Ask
from posthog.query.tests.world import Event, store, store_person

# What depends on the moment of asking; the statement of EventsQuery holds it too.
_CHANGING = {"cache_key", "cache_target_age", "last_refresh", "next_allowed_client_refresh", "timings", "hogql"}


@pytest.mark.parametrize("seed", range(3))
def test_another_projects_events_change_no_answer(seed: int, alice: Person, charlie: Person, ask: Ask) -> None:
    rng = random.Random(seed)
    queries = _queries(rng)
    events = random_events(rng, *RANGES[0])
    store(alice.project.pk, events)
    store_person(alice.project.pk, "ada", {"email": "ada@example.com"})
    alone = [_answer(alice, ask, query) for query in queries]
    store(charlie.project.pk, [*_renamed(events), *random_events(rng, *RANGES[0]), Event(person="mallory", conversation="c1")])
    store_person(charlie.project.pk, "bo", {"email": "bo@example.com"})
    assert [_answer(alice, ask, query) for query in queries] == alone


def _queries(rng: random.Random) -> list[dict[str, Any]]:
    trends = [random_query(rng, *RANGES[0]) for _ in range(10)]
    source = {"kind": "InsightActorsQuery", "source": trends[0]}
    return [
        *trends,
        {"kind": "ActorsQuery", "source": source},
        {"kind": "ConversationsQuery", "source": source},
        {"kind": "ActorsQuery", "search": "o"},
        {"kind": "EventsQuery", "select": ["event", "count()", "uniq(person_id)"], "after": "all"},
        {"kind": "EventsQuery", "select": ["*", "person"], "after": "all"},
        {"kind": "HogQLQuery", "query": "SELECT event, count() FROM events GROUP BY event ORDER BY event"},
        {"kind": "HogQLQuery", "query": "SELECT count() FROM persons"},
        {"kind": "HogQLQuery", "query": "SELECT e.event, p.id FROM events e LEFT JOIN persons p ON p.id = e.person_id ORDER BY e.uuid"},
        {"kind": "HogQLQuery", "query": "SELECT nothing FROM events"},
    ]


def _renamed(events: list[Event]) -> list[Event]:
    """The same people and conversations, in other events."""
    return [Event(event.event, event.at, event.person, event.properties, conversation=event.conversation) for event in events]


def _answer(person: Person, ask: Ask, query: dict[str, Any]) -> str:
    status, body = ask(person, query, refresh="force_blocking")
    return json.dumps([status, {name: value for name, value in body.items() if name not in _CHANGING}], sort_keys=True)
