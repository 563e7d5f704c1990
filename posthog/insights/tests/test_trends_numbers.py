"""Trends equal an oracle in plain Python on random small worlds, and every number equals the rows behind it."""

import random
from datetime import date
from typing import Any

import pytest

from posthog.conftest import Person
from posthog.insights.tests.oracle import RANGES, ZONES, Oracle, random_events, random_query
from posthog.query import runner
from posthog.query.tests.world import person_id, store

WORLDS_PER_SEED = 10
DISTINCT = {"dau", "weekly_active", "monthly_active"}


@pytest.mark.parametrize("seed", range(10))
def test_numbers_equal_the_oracle_and_the_rows_behind_them(seed: int, alice: Person, stores: None) -> None:
    rng = random.Random(seed)
    for number in range(WORLDS_PER_SEED):
        # A project id of its own for each world, so that nothing has to be taken away between them.
        alice.project.pk = 1_000_000 + 2 * (seed * WORLDS_PER_SEED + number)
        _one_world(rng, alice, f"seed {seed}, world {number}")


def _one_world(rng: random.Random, alice: Person, name: str) -> None:
    first, last = rng.choice(RANGES)
    project = alice.project
    project.timezone, project.week_start_day = rng.choice(ZONES), rng.choice([0, 1])
    events = random_events(rng, first, last)
    store(project.pk, events)
    store(project.pk + 1, random_events(rng, first, last))
    query = random_query(rng, first, last)
    answer = runner.run(project, query, "force_blocking")
    current = [item for item in answer["results"] if item.get("compare_label", "current") == "current"]
    oracle = Oracle(events, query, project.timezone, project.week_start_day, date.fromisoformat(first), date.fromisoformat(last))
    expected = oracle.data()
    where = f"{name}: {query} in {project.timezone}, weeks from {project.week_start_day}"
    assert [item.get("breakdown_value") for item in current] == list(expected), where
    for item, values in zip(current, expected.values(), strict=True):
        assert _values(item) == pytest.approx(values), where
        if not oracle.whole:
            assert item["count"] == pytest.approx(sum(values)), where
    _check_way_down(rng, project, query, current, oracle, where)


def _values(item: dict[str, Any]) -> list[float]:
    return [item["aggregated_value"]] if "aggregated_value" in item else item["data"]


def _check_way_down(
    rng: random.Random, project: Any, query: dict[str, Any], results: list[dict[str, Any]], oracle: Oracle, where: str
) -> None:
    points = [(item, place) for item in results for place, value in enumerate(_values(item)) if value]
    for item, place in rng.sample(points, min(2, len(points))):
        source = {"kind": "InsightActorsQuery", "source": query, "series": 0}
        if not oracle.whole:
            source["day"] = item["action"]["days"][place]
        if "breakdown_value" in item:
            source["breakdown"] = item["breakdown_value"]
        actors = runner.run(project, {"kind": "ActorsQuery", "source": source, "select": ["person", "event_count"], "limit": 1000})[
            "results"
        ]
        rows = runner.run(project, {"kind": "EventsQuery", "source": source, "select": ["uuid"], "limit": 1000})["results"]
        expected = _expected(oracle, None if oracle.whole else place, item.get("breakdown_value"), results)
        assert sorted(row[0] for row in rows) == sorted(str(event.uuid) for event in expected), f"{where} {source}"
        assert {row[0]["id"] for row in actors} == {str(person_id(event.person)) for event in expected}, f"{where} {source}"
        assert sum(row[1] for row in actors) == len(rows), f"{where} {source}"
        _check_count(query["series"][0]["math"], _values(item)[place], len(actors), len(rows))


def _check_count(math: str, value: float, actors: int, rows: int) -> None:
    if math == "total":
        assert value == rows
    if math in DISTINCT:
        assert value == actors


def _expected(oracle: Oracle, place: int | None, breakdown: str | None, results: list[dict[str, Any]]) -> list[Any]:
    events = [event for event in oracle.events_at(place) if oracle.series["math"] != "unique_session" or event.session]
    if breakdown is None:
        return events
    if breakdown.endswith("_other_$$"):
        own = {item["breakdown_value"] for item in results}
        return [event for event in events if oracle.breakdown(event) not in own]
    return [event for event in events if oracle.breakdown(event) == breakdown]
