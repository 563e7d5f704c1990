"""What a query means, asked of the real engine."""

from typing import Any

import pytest

from posthog.hogql import ast, build
from posthog.hogql.tests.conftest import ALICE, CONVERSATION, Ask, event_of, person_of


@pytest.mark.parametrize(
    ("expression", "condition", "expected"),
    [
        # Numbers by definition: whole, fraction, in words; not "free", not null.
        ("price", "price is not null", [7.0, 12.0, 12.5]),
        # Unknown type: read as it is compared with.
        ("count", "count > 1", ["3"]),
        ("count", "count < 1.5", ["0.5"]),
        ("count", "count = 3", ["3"]),
        ("count", "count = '3'", ["3"]),
        ("count", "count in (3, 0.5)", ["0.5", "3"]),
        ("$browser", "$browser = 'Firefox'", ["Firefox"]),
        ("$browser", "$browser in ('Firefox', 'Chrome')", ["Chrome", "Firefox"]),
        ("$browser", "$browser ilike '%FOX'", ["Firefox"]),
        ("$browser", "$browser =~ '^Fire'", ["Firefox"]),
        ("$browser", "$browser =~* '^fire'", ["Firefox"]),
        ("paid", "paid = true", [True]),
        ("paid", "paid = 'true'", [True]),
        ("paid", "paid = 'false'", [False]),
        ("paid", "paid", [True]),
        ("due", "due > '2024-05-31'", 1),
        ("due", "due < '2024-05-31'", 0),
        ("price", "price = '12'", [12.0]),
        ("price", "price = 'none of these'", []),
        ("price", "price between 8 and 12.2", [12.0]),
        ("price", "price not between 8 and 100 and price is not null", [7.0]),
    ],
)
def test_a_property_is_compared_as_its_type(ask: Ask, expression: str, condition: str, expected: Any) -> None:
    name = expression
    text = f"SELECT properties.{name} AS found FROM events WHERE {condition.replace(name, f'properties.{name}')} ORDER BY found"
    found = [row[0] for row in ask(text)]
    assert (len(found) if isinstance(expected, int) else found) == expected


@pytest.mark.parametrize(
    ("condition", "count"),
    [
        ("properties.$browser != 'Firefox'", 4),
        ("properties.$browser not in ('Firefox')", 4),
        ("properties.$browser not ilike '%fox'", 4),
        ("properties.$browser !~ 'fox'", 4),
        ("properties.$browser not like '%fox'", 4),
        ("not properties.$browser = 'Firefox'", 4),
        ("properties.$browser is null", 3),
        ("properties.$browser = null", 3),
        ("properties.$browser in (null, 'Firefox')", 4),
        ("properties.$browser not in (null, 'Firefox')", 1),
        ("properties.$browser = properties.missing", 0),
        ("properties.missing is not null", 0),
        ("properties.$browser > 'D'", 1),
        ("properties.$browser is distinct from 'Firefox'", 4),
        ("properties.price is not distinct from null", 2),
    ],
)
def test_a_missing_property_fails_positive_and_passes_negative_operators(ask: Ask, condition: str, count: int) -> None:
    assert ask(f"SELECT count() FROM events WHERE {condition}") == [(count,)]
    assert ask(f"SELECT countIf({condition}) FROM events") == [(count,)]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("properties['a.b']", "dotted"),
        ("properties.`a.b`", "dotted"),
        ("properties.a.b", "nested"),
        ("properties['a']['b']", "nested"),
        ("properties?.a?.b", "nested"),
        ("e.properties.a.b", "nested"),
        ("properties.a", '{"b":"nested"}'),
    ],
)
def test_keys_with_dots_and_nested_keys_are_told_apart(ask: Ask, expression: str, expected: str) -> None:
    assert ask(f"SELECT {expression} FROM events e WHERE properties.a.b IS NOT NULL") == [(expected,)]


def test_arrays_and_objects_come_back_as_json_and_can_be_opened(ask: Ask) -> None:
    assert ask("SELECT properties.tags, properties.basket FROM events WHERE event = 'order'") == [
        ('["x","y"]', '{"items":[{"sku":"s1"}],"n":2}')
    ]
    opened = (
        "JSONExtractArrayRaw(properties.tags), JSONExtractInt(properties.basket, 'n'), "
        "JSONExtractString(properties.basket, 'items', 1, 'sku')"
    )
    assert ask(f"SELECT {opened} FROM events WHERE event = 'order'") == [(['"x"', '"y"'], 2, "s1")]
    tags = "SELECT tag FROM events ARRAY JOIN JSONExtractArrayRaw(properties.tags) AS tag ORDER BY tag"
    assert ask(tags) == [('"x"',), ('"y"',)]


def test_the_whole_of_properties_is_the_text_that_was_sent(ask: Ask) -> None:
    [(text, note)] = ask("SELECT properties, JSONExtractString(properties, 'note') FROM events WHERE event = 'order'")
    assert '"tags": ["x", "y"]' in text
    assert note == "note"
    assert ask("SELECT p.properties.tags, p.properties.price FROM (SELECT properties FROM events WHERE event = 'order') AS p") == [
        ('["x","y"]', "7")
    ]


def test_a_message_that_was_written_twice_at_once_is_one(ask: Ask) -> None:
    assert ask("SELECT count() FROM messages") == [(1,)]
    assert ask("SELECT count() FROM turns t JOIN messages m ON m.message_id = t.message_id") == ask("SELECT count() FROM turns")


def test_a_label_is_a_property_and_its_score_a_number(ask: Ask) -> None:
    rows = ask(
        "SELECT properties.user_emotion, labels.user_emotion, properties.user_emotion_score FROM events "
        "WHERE properties.user_emotion = 'joy'"
    )
    assert rows == [("joy", "joy", 0.75)]
    assert ask("SELECT avg(properties.user_emotion_score) FROM events WHERE properties.user_emotion_score > '0.4'") == [(0.625,)]
    assert ask("SELECT count() FROM events WHERE properties.user_toxic = 1") == [(1,)]
    assert ask("SELECT count() FROM turns WHERE labels.user_emotion = 'anger' AND properties.user_emotion = 'anger'") == [(1,)]
    assert ask("SELECT content FROM messages WHERE labels.user_emotion = 'anger'") == [("Where is my parcel?",)]
    by_label = "SELECT properties.user_emotion AS emotion, count() FROM events GROUP BY emotion ORDER BY emotion"
    assert ask(by_label) == [("anger", 1), ("joy", 1), (None, 3)]


def test_numbers_can_be_added_up_without_a_definition(ask: Ask) -> None:
    assert ask(
        "SELECT sum(properties.count), avg(properties.count), quantile(0.5)(properties.count), max(toFloat(properties.count)) FROM events"
    ) == [(3.5, 1.75, 1.75, 3.0)]
    assert ask("SELECT properties.count * 2 + 1 FROM events WHERE properties.count = 3") == [(7.0,)]


def test_an_event_belongs_to_the_person_of_its_distinct_id_now(ask: Ask) -> None:
    cleo = person_of(ALICE, "cleo")
    assert ask("SELECT person_id FROM events WHERE distinct_id = 'cleo-anonymous'") == [(cleo,)]
    assert ask(f"SELECT count() FROM events WHERE person_id = '{cleo}'") == [(1,)]
    assert ask(f"SELECT count() FROM events WHERE person.id IN ('{cleo}', 'no uuid')") == [(1,)]
    assert ask("SELECT count(DISTINCT person_id), uniq(person.id) FROM events") == [(3, 3)]
    assert ask("SELECT person_id FROM turns") == [(cleo,)]
    assert ask("SELECT person_id FROM conversations") == [(cleo,)]
    assert ask("SELECT person.properties.email FROM conversations") == [("cleo@example.com",)]
    joined = (
        "SELECT p.properties.email, count() AS n FROM events e JOIN persons p ON e.person_id = p.id "
        "GROUP BY p.properties.email ORDER BY n, 1"
    )
    assert ask(joined) == [("cleo@example.com", 1), ("ann@example.com", 2), ("ben@example.com", 2)]
    turned = "SELECT count() FROM persons p JOIN events e ON e.person_id = p.id WHERE p.properties.email = 'cleo@example.com'"
    assert ask(turned) == [(1,)]


def test_person_properties_on_an_event_are_those_it_was_sent_with(ask: Ask) -> None:
    assert ask("SELECT person.properties.email, person.properties.age FROM events WHERE distinct_id = 'cleo-anonymous'") == [
        ("cleo-anonymous@example.com", 34.0)
    ]


def test_persons_and_groups_are_shown_in_their_newest_version(ask: Ask) -> None:
    assert ask("SELECT properties.email, properties.plan FROM persons ORDER BY properties.email") == [
        ("ann@example.com", "v2"),
        ("ben@example.com", "v1"),
        ("cleo@example.com", "v1"),
    ]
    assert ask("SELECT count() FROM persons") == [(3,)]
    assert ask("SELECT key, properties.name FROM groups WHERE index = 0") == [("acme", "Acme 2")]
    assert ask("SELECT DISTINCT group_0.properties.name, group_0.key FROM events") == [("Acme 2", "acme")]
    assert ask("SELECT DISTINCT e.group_0.properties.name FROM persons p JOIN events e ON e.person_id = p.id") == [("Acme 2",)]


def test_conversations_and_turns(ask: Ask) -> None:
    assert ask("SELECT conversation_id, turns, distinct_id FROM conversations") == [(CONVERSATION, 1, "cleo-anonymous")]
    assert ask("SELECT event_uuid, role, kind FROM turns") == [(event_of(ALICE, 3), "user", "owned")]
    joined = "SELECT m.content FROM turns t JOIN messages m ON t.message_id = m.message_id"
    assert ask(joined) == [("Where is my parcel?",)]


def test_days_are_those_of_the_zone(ask: Ask) -> None:
    text = "SELECT toString(toDate(timestamp)) AS day, count() FROM events GROUP BY day ORDER BY day"
    assert ask(text) == [("2024-05-10", 5)]
    assert ask(text, timezone="Europe/Berlin") == [("2024-05-10", 4), ("2024-05-11", 1)]
    assert ask(text, timezone="Europe/Berlin", modifiers={"convertToProjectTimezone": False}) == [("2024-05-10", 5)]
    since = "SELECT count() FROM events WHERE timestamp >= '2024-05-11'"
    assert ask(since) == [(0,)]
    assert ask(since, timezone="Europe/Berlin") == [(1,)]
    assert ask("SELECT count() FROM events WHERE timestamp >= toDateTime('2024-05-11 00:00:00')", timezone="Europe/Berlin") == [(1,)]
    assert ask("SELECT count() FROM events WHERE timestamp >= '2024-05-10T22:00:00+00:00'", timezone="Asia/Tokyo") == [(1,)]


def test_a_tree_of_code_gives_the_same_as_text(ask: Ask) -> None:
    tree = ast.SelectQuery(
        select=[build.alias("day", build.call("toStartOfDay", build.field("timestamp"))), build.call("count")],
        select_from=build.table("events"),
        where=build.and_(
            [build.eq(build.field("event"), "$pageview"), build.in_(build.field("properties", "$browser"), ["Chrome", "Firefox"])]
        ),
        group_by=[build.field("day")],
        order_by=[build.order(build.field("day"))],
    )
    assert [row[1] for row in ask(tree)] == [2]
    both = ast.SelectSetQuery([tree, tree])
    assert [row[1] for row in ask(both)] == [2, 2]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("WITH pages AS (SELECT event FROM events WHERE event = '$pageview') SELECT count() FROM pages", [(2,)]),
        ("WITH pages AS (SELECT uuid FROM events WHERE event = '$pageview') SELECT count() FROM events WHERE uuid IN pages", [(2,)]),
        ("WITH 10 AS bar, bar * 2 AS high SELECT count() FROM events WHERE properties.price > high - 8", [(1,)]),
        ("SELECT count() FROM (SELECT 1 AS one UNION ALL SELECT 2 UNION ALL SELECT 2)", [(3,)]),
        ("SELECT 1 AS one INTERSECT SELECT 1", [(1,)]),
        ("SELECT count() FROM numbers(10) WHERE number >= 5", [(5,)]),
        ("SELECT arrayMap((x, y) -> x + y, [1, 2], [10, 20]), arrayFilter(x -> x in (1, 3), [1, 2, 3])", [([11, 22], [1, 3])]),
        (
            "SELECT event, row_number() OVER w AS n FROM events WHERE event = '$pageview' WINDOW w AS (ORDER BY timestamp) ORDER BY n",
            [("$pageview", 1), ("$pageview", 2)],
        ),
        (
            "SELECT sum(1) OVER (PARTITION BY event ORDER BY timestamp ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS n FROM events "
            "ORDER BY n DESC LIMIT 1",
            [(2,)],
        ),
        (
            "SELECT CASE event WHEN 'order' THEN 'bought' ELSE 'other' END AS kind, count() FROM events GROUP BY kind ORDER BY kind",
            [("bought", 1), ("other", 4)],
        ),
        (
            "SELECT event, properties.price FROM events WHERE properties.price > 1 ORDER BY properties.price DESC LIMIT 1 BY event",
            [("$pageview", 12.5), ("order", 7.0)],
        ),
        ("SELECT count() FILTER (WHERE event = 'order') FROM events", [(1,)]),
        ("SELECT (1, 'a').2, [5, 6][2], [1, 2, 3][2:3], {'k': 4}['k']", [("a", 6, [2, 3], 4)]),
        ("SELECT '12'::int, 'x'::int, toString(5), 1 = '1', 'a' || 'b', null ?? 'c', true ? 1 : 2", [(12, None, "5", True, "ab", "c", 1)]),
        (
            "SELECT windowFunnel(86400)(timestamp, event = '$pageview', event = '$pageview') FROM events "
            "GROUP BY person_id ORDER BY 1 DESC LIMIT 1",
            [(2,)],
        ),
        ("SELECT count() FROM events SAMPLE 1", [(5,)]),
        ("SELECT e.event FROM events AS e WHERE exists(SELECT 1) AND e.event = 'order'", [("order",)]),
        (
            "SELECT event IN (SELECT event FROM events WHERE event = 'order') AS is_order, count() FROM events "
            "GROUP BY is_order ORDER BY is_order",
            [(0, 4), (1, 1)],
        ),
        (
            "SELECT dateDiff('day', toDate('2024-01-01'), toDate('2024-01-31')), toString(dateAdd('day', 1, toDate('2024-01-31')))",
            [(30, "2024-02-01")],
        ),
        ("SELECT 1 AS n FROM events LEFT JOIN persons ON events.person_id = persons.id WHERE persons.properties.email IS NULL", []),
        ("SELECT a.n FROM (SELECT 1 AS n) AS a FULL JOIN (SELECT 2 AS n) AS b ON a.n = b.n ORDER BY a.n", [(0,), (1,)]),
        ("SELECT count() FROM persons p RIGHT JOIN events e ON e.person_id = p.id", [(5,)]),
        ("SELECT events.event, count(*) FROM events GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1", [("$ai_generation", 2)]),
        ("SELECT splitByChar('@', person.properties.email)[2] AS host FROM events GROUP BY host", [("example.com",)]),
    ],
)
def test_the_language(ask: Ask, text: str, expected: Any) -> None:
    assert ask(text) == expected


def test_columns_are_named_as_they_were_written(answer: Any) -> None:
    found = answer("SELECT event, properties.$browser, count() AS n, max(timestamp), 1 + 1 FROM events GROUP BY event, properties.$browser")
    assert found.columns == ["event", "$browser", "n", "max(timestamp)", "1 + 1"]
    star = answer("SELECT * FROM events LIMIT 1")
    assert star.columns[:4] == ["uuid", "event", "properties", "timestamp"]
    assert len(star.columns) == len(star.types) == len(star.rows[0])


def test_a_query_of_a_user_gets_a_limit(ask: Ask, answer: Any) -> None:
    assert len(ask("SELECT number FROM numbers(1000)")) == 100
    assert len(ask("SELECT number FROM numbers(1000) LIMIT 300")) == 300
    assert len(ask("SELECT number FROM numbers(60000) LIMIT 60000")) == 50_000
    assert len(ask("SELECT number FROM numbers(1000) UNION ALL SELECT 1")) == 100
    assert len(ask("SELECT number FROM (SELECT number FROM numbers(1000)) LIMIT 900 OFFSET 200")) == 800


def test_sequences_see_fractions_of_a_second_and_count_in_seconds(ask: Ask) -> None:
    pages = "timestamp, event = '$pageview', event = 'order'"
    assert ask(f"SELECT windowFunnel(3600)({pages}), windowFunnel(3599)({pages}) FROM events") == [(2, 1)]
    whole = "SELECT sequenceMatch('(?1)(?t<=3600)(?2)')({}), sequenceMatch('(?1)(?t<3600)(?2)')({}) FROM events"
    assert ask(whole.format(pages, pages)) == [(1, 0)]


@pytest.mark.parametrize(
    "function",
    ["extractAll({}, 'o')", "splitByChar(',', {})", "JSONExtractKeys({})", "JSONExtract({}, 'Array(String)')", "alphaTokens({})"],
)
def test_a_missing_property_gives_an_empty_array(ask: Ask, function: str) -> None:
    [(found,)] = ask(f"SELECT {function.format('properties.missing')} FROM events LIMIT 1")
    assert found in ([], [""])
