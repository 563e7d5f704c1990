"""A trend with a label breakdown, and the persons behind one of its points: our tables against PostHog's layout, in one run.

    .venv/bin/python -m benchmarks.queries [--events 200000] [--runs 7]

PostHog's layout keeps properties, labels and texts in one String column and reads them with JSONExtractRaw; the statements are those of its
query shapes. Ours are what the query endpoint runs for the same questions. Both give the same numbers, which is checked. Prints medians in
milliseconds, their ratio, and the size of both on disk.
"""

import argparse
import os
import secrets
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from posthog.common.ports import free_port

WORDS = 300  # of a question, and of an answer
DAYS = 90
PERSONS = 5_000
TEAM = 1
FIRST_DAY = "2024-03-01"
EMOTIONS = ["neutral", "anger", "joy", "gratitude", "confusion", "annoyance", "curiosity", "disappointment"]
Rows = list[tuple[Any, ...]]

THEIRS = """
CREATE TABLE theirs (
    uuid UUID, event String, properties String CODEC(ZSTD(3)), timestamp DateTime64(6, 'UTC'), team_id Int64, distinct_id String,
    person_id UUID, person_properties String CODEC(ZSTD(3)), created_at DateTime64(6, 'UTC')
) ENGINE = ReplacingMergeTree(created_at) PARTITION BY toYYYYMM(timestamp)
ORDER BY (team_id, toDate(timestamp), event, cityHash64(distinct_id), cityHash64(uuid))
"""
TEXT = f"arrayStringConcat(arrayMap(i -> concat('w', toString(cityHash64(number, i, %d) %% 4000)), range({WORDS})), ' ')"
COMMON = f"""
SELECT number, toDateTime64('{FIRST_DAY} 00:00:00', 6, 'UTC') + toIntervalSecond(intDiv(number * {DAYS} * 86400, %(events)s)) AS moment,
    concat('person-', toString(cityHash64(number) %% {PERSONS})) AS distinct,
    reinterpretAsUUID(MD5(distinct)) AS person,
    arrayElement({EMOTIONS}, least(toUInt8(log2(1 + cityHash64(number, 1) %% 256)) + 1, {len(EMOTIONS)})) AS emotion,
    if(cityHash64(number, 2) %% 5 = 0, 'signup', '$ai_generation') AS name, generateUUIDv4(number) AS id
FROM numbers(%(first)s, %(count)s)
"""
# Both layouts hold the same small properties beside the texts and the label.
PROPERTIES = """concat('{"$ai_model":"small","$ai_latency":', toString(cityHash64(number, 3) %% 5000), ',"$lib":"posthog-python","task":"',
    toString(cityHash64(number, 4) %% 40), '"'"""
INSERT_THEIRS = f"""
INSERT INTO theirs SELECT id, name, concat({PROPERTIES}), ',"user_emotion":"', emotion, '","user_emotion_score":0.91,"$ai_input":"',
    {TEXT.replace("%d", "1")}, '","$ai_output":"', {TEXT.replace("%d", "2")}, '"}}'), moment, {TEAM}, distinct, person, '{{}}', moment
FROM ({COMMON})
"""
INSERT_OURS = f"""
INSERT INTO events (team_id, uuid, event, timestamp, distinct_id, person_id, person_mode, properties_text, labels_text, created_at)
SELECT {TEAM}, id, name, moment, distinct, person, 'full', concat({PROPERTIES}), '}}'),
    concat('{{"user_emotion":"', emotion, '","user_emotion_score":0.91}}'), moment FROM ({COMMON})
"""
INSERT_MESSAGES = f"""
INSERT INTO messages (team_id, message_id, role, content, language, label_version, created_at)
SELECT {TEAM}, reinterpretAsUUID(MD5(concat(toString(number), side))), if(side = '1', 'user', 'assistant'),
    if(side = '1', {TEXT.replace("%d", "1")}, {TEXT.replace("%d", "2")}), 'en', '', moment FROM ({COMMON}) ARRAY JOIN ['1', '2'] AS side
"""
READ = "replaceRegexpAll(nullIf(nullIf(JSONExtractRaw(properties, 'user_emotion'), ''), 'null'), '^\"|\"$', '')"
START = f"toDateTime64('{FIRST_DAY} 00:00:00', 6, 'UTC')"
THEIR_WHERE = (
    f"team_id = {TEAM} AND toTimeZone(timestamp, 'UTC') >= {START} AND toTimeZone(timestamp, 'UTC') < {START} + toIntervalDay({DAYS}) "
    "AND event = '$ai_generation'"
)
THEIR_TREND = f"""
SELECT %s, toStartOfDay(toTimeZone(timestamp, 'UTC')) AS day_start,
    ifNull(nullIf(left({READ}, 400), ''), '$$_posthog_breakdown_null_$$') AS breakdown_value
FROM theirs WHERE {THEIR_WHERE} GROUP BY day_start, breakdown_value
"""
THEIR_ACTORS = f"""
SELECT person_id, count() AS event_count FROM theirs WHERE {THEIR_WHERE} AND {READ} = 'anger'
    AND toStartOfDay(toTimeZone(timestamp, 'UTC')) = toDateTime('2024-04-01 00:00:00', 'UTC')
GROUP BY person_id ORDER BY event_count DESC, person_id LIMIT 101
"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--runs", type=int, default=7)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        _settings(folder)
        from posthog.clickhouse.embedded import process

        port, password = int(os.environ["ENGINE_PORT"]), os.environ["ENGINE_PASSWORD"]
        engine = process.start(Path(folder) / "clickhouse", port, password)
        try:
            measure(arguments.events, arguments.runs)
        finally:
            engine.terminate()
            engine.wait(60)


def _settings(folder: str) -> None:
    """An engine of its own, and Django pointed at it; without a cache, since every run is to be computed."""
    port, password = free_port(), secrets.token_urlsafe(12)
    os.environ |= {
        "DATA_DIR": folder,
        "ENGINE_PORT": str(port),
        "ENGINE_PASSWORD": password,
        "CLICKHOUSE_URL": f"clickhouse://default:{password}@127.0.0.1:{port}/default",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "SECRET_KEY": "benchmark",
        "DJANGO_SETTINGS_MODULE": "posthog.settings",
    }
    import django

    django.setup()


def measure(events: int, runs: int) -> None:
    from posthog.clickhouse import client
    from posthog.clickhouse.migrations import runner as migrations
    from posthog.hogql import property_types

    # No metadata database here: no property has a declared type.
    property_types.register(lambda team, scope, names: {})
    migrations.migrate()
    client.execute(THEIRS)
    _fill(client.execute, events)
    print(f"{events:,} events of {DAYS} days, each with 2 texts of {WORDS} words; medians of {runs} runs in ms\n")
    print("| question | PostHog's layout | ours | ratio |\n|---|---|---|---|")
    for name, theirs, ours in _questions(client.execute):
        assert _comparable(theirs()) == _comparable(ours()), f"{name}: the two layouts disagree"
        slow, fast = _median(theirs, runs), _median(ours, runs)
        print(f"| {name} | {slow:.0f} | {fast:.0f} | {slow / fast:.1f} |")
    _print_sizes(client.execute)


def _fill(execute: Callable[..., Rows], events: int) -> None:
    step = 20_000
    for first in range(0, events, step):
        values = {"events": events, "first": first, "count": min(step, events - first)}
        for statement in (INSERT_THEIRS, INSERT_OURS, INSERT_MESSAGES):
            execute(statement, values, settings={"max_execution_time": 600})
    for table in ("theirs", "events", "messages"):
        execute(f"OPTIMIZE TABLE {table} FINAL", settings={"max_execution_time": 600})


def _questions(execute: Callable[..., Rows]) -> list[tuple[str, Callable[[], Rows], Callable[[], Rows]]]:
    return [
        ("trend by emotion, events", lambda: execute(THEIR_TREND % "count()"), lambda: _our_trend("total")),
        ("trend by emotion, persons", lambda: execute(THEIR_TREND % "count(DISTINCT person_id)"), lambda: _our_trend("dau")),
        ("persons behind a point", lambda: execute(THEIR_ACTORS), _our_actors),
    ]


def _query(math: str) -> dict[str, Any]:
    return {
        "kind": "TrendsQuery",
        "series": [{"kind": "EventsNode", "event": "$ai_generation", "math": math}],
        "dateRange": {"date_from": FIRST_DAY, "date_to": "2024-05-29"},
        "breakdownFilter": {"breakdown": "user_emotion"},
    }


def _our_trend(math: str) -> Rows:
    """The whole path of the endpoint, from JSON to the answer."""
    answer = _run(_query(math))
    return [
        (value, day, item["breakdown_value"]) for item in answer["results"] for value, day in zip(item["data"], item["days"], strict=True)
    ]


def _our_actors() -> Rows:
    from posthog.hogql.query import execute
    from posthog.insights.actors import ActorsQueryRunner
    from posthog.query.schema import parse_query
    from posthog.tenancy.models import Project

    source = {"kind": "InsightActorsQuery", "source": _query("total"), "day": "2024-04-01", "breakdown": "anger"}
    asked = parse_query({"kind": "ActorsQuery", "source": source, "select": ["actor_id", "event_count"]})
    runner = ActorsQueryRunner(Project(pk=TEAM), asked)
    statement = runner._statement(101, 0)
    return [(row[0], row[3]) for row in execute(statement, runner.context).rows]


def _run(query: dict[str, Any]) -> dict[str, Any]:
    from posthog.query.runner import runner_for
    from posthog.query.schema import parse_query
    from posthog.tenancy.models import Project

    return runner_for(Project(pk=TEAM), parse_query(query)).run()


def _comparable(rows: Rows) -> list[tuple[str, ...]]:
    """Without zero-filled points, in one order."""
    return sorted(tuple(_plain(value) for value in row) for row in rows if row[0] != 0)


def _plain(value: Any) -> str:
    if isinstance(value, int | float):
        return f"{float(value):.3f}"
    return str(value)[:10] if hasattr(value, "hour") else str(value)


def _median(ask: Callable[[], Rows], runs: int) -> float:
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        ask()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def _print_sizes(execute: Callable[..., Rows]) -> None:
    sizes = {
        table: size / 1e6
        for table, size in execute(
            "SELECT table, sum(bytes_on_disk) FROM system.parts WHERE active AND database = 'default' GROUP BY table"
        )
    }
    ours = sizes["events"] + sizes["messages"]
    print(f"\nOn disk: PostHog's layout {sizes['theirs']:.0f} MB; ours {ours:.0f} MB, {sizes['events']:.0f} MB of it events")


if __name__ == "__main__":
    main()
