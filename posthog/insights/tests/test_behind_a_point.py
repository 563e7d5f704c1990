"""From a point of a trend to its persons, events and conversations."""

from typing import Any

import pytest

from posthog.common import json, limits
from posthog.conftest import Person
from posthog.insights.tests.test_trends_shapes import NULL, OTHER, trends
from posthog.query.tests.conftest import Ask
from posthog.query.tests.world import Event, person_id, store, store_group, store_person, store_turn


@pytest.fixture
def support(alice: Person, stores: None) -> list[Event]:
    """Three people ask for help; Ada is angry twice in one conversation, Bo once in another, and Cy, without a profile, in none."""
    store_person(alice.project.pk, "ada", {"email": "ada@example.com", "plan": "pro"}, "2024-02-01T00:00:00+00:00")
    store_person(alice.project.pk, "bo", {"name": "Bo", "plan": "free"}, "2024-03-01T00:00:00+00:00")
    angry: dict[str, Any] = {"user_emotion": "anger"}
    return store(
        alice.project.pk,
        [
            Event(at="2024-05-13T09:00:00+00:00", person="ada", labels=angry, conversation="c-ada", properties={"$ai_model": "small"}),
            Event(at="2024-05-13T09:05:00+00:00", person="ada", labels=angry, conversation="c-ada"),
            Event(at="2024-05-13T10:00:00+00:00", person="bo", labels=angry, conversation="c-bo"),
            Event(at="2024-05-13T11:00:00+00:00", person="cy", labels=angry),
            Event(at="2024-05-13T12:00:00+00:00", person="ada", labels={"user_emotion": "joy"}, conversation="c-ada"),
            Event(at="2024-05-14T12:00:00+00:00", person="ada", labels=angry, conversation="c-ada-2"),
        ],
    )


ANGER = {"breakdownFilter": {"breakdown": "user_emotion"}}


def behind(query: dict[str, Any], **asked: Any) -> dict[str, Any]:
    return {"kind": "InsightActorsQuery", "source": query, "day": "2024-05-13", "breakdown": "anger", **asked}


@pytest.mark.usefixtures("support")
def test_persons_behind_a_point_with_their_number_of_events(alice: Person, ask: Ask) -> None:
    query = {"kind": "ActorsQuery", "source": behind(trends(**ANGER)), "select": ["person", "event_count", "properties.plan -- Plan", "id"]}
    status, body = ask(alice, query)
    assert status == 200
    assert body["columns"] == ["person", "event_count", "properties.plan -- Plan", "id"]
    ada, *others = body["results"]
    assert ada[1:] == [2, "pro", str(person_id("ada"))]
    assert ada[0] == {
        "id": str(person_id("ada")),
        "uuid": str(person_id("ada")),
        "distinct_ids": ["ada"],
        "distinct_id": "ada",
        "properties": {"email": "ada@example.com", "plan": "pro"},
        "created_at": "2024-02-01T00:00:00+00:00",
        "is_identified": True,
        "name": "ada@example.com",
        "type": "person",
    }
    by_name = {row[0]["name"]: row for row in others}
    assert by_name["Bo"][1:3] == [1, "free"]
    assert by_name["cy"][0]["distinct_ids"] == ["cy"]
    assert by_name["cy"][0]["properties"] == {}
    assert (body["missing_actors_count"], body["hasMore"], body["limit"], body["offset"]) == (1, False, 100, 0)


@pytest.mark.usefixtures("support")
def test_default_columns_and_pages_of_actors(alice: Person, ask: Ask) -> None:
    query = {"kind": "ActorsQuery", "source": behind(trends(**ANGER)), "limit": 2}
    _, first = ask(alice, query)
    assert first["columns"] == ["person", "id", "created_at", "person.$delete", "event_count"]
    assert (len(first["results"]), first["hasMore"]) == (2, True)
    _, second = ask(alice, {**query, "offset": 2})
    assert (len(second["results"]), second["hasMore"]) == (1, False)
    assert len({row[1] for row in first["results"] + second["results"]}) == 3


@pytest.mark.parametrize(
    ("search", "names"),
    [("example.com", ["ada@example.com"]), ("BO", ["Bo"]), ("cy", ["cy"]), (str(person_id("ada")), ["ada@example.com"]), ("100%", [])],
)
@pytest.mark.usefixtures("support")
def test_actors_are_searched_by_name_and_id(alice: Person, ask: Ask, search: str, names: list[str]) -> None:
    _, body = ask(alice, {"kind": "ActorsQuery", "source": behind(trends(**ANGER)), "select": ["person"], "search": search})
    assert [row[0]["name"] for row in body["results"]] == names


@pytest.mark.usefixtures("support")
def test_actors_are_filtered_by_person_properties_and_ordered(alice: Person, ask: Ask) -> None:
    paying = [{"type": "person", "key": "plan", "operator": "is_set"}]
    source = behind(trends(**ANGER))
    query = {"kind": "ActorsQuery", "source": source, "select": ["person"], "properties": paying, "orderBy": ["created_at DESC"]}
    _, body = ask(alice, query)
    assert [row[0]["name"] for row in body["results"]] == ["Bo", "ada@example.com"]


@pytest.mark.usefixtures("support")
def test_columns_of_persons_may_say_so(alice: Person, ask: Ask) -> None:
    for source in ({"source": behind(trends(**ANGER))}, {}):
        query = {"kind": "ActorsQuery", **source, "select": ["upper(person.properties.plan)"], "orderBy": ["person.properties.plan ASC"]}
        status, body = ask(alice, query)
        assert status == 200, body
        assert [row[0] for row in body["results"] if row[0]] == ["FREE", "PRO"]


@pytest.mark.usefixtures("support")
def test_without_a_source_all_persons_come_newest_first(alice: Person, ask: Ask) -> None:
    _, body = ask(alice, {"kind": "ActorsQuery"})
    assert [row[0]["name"] for row in body["results"]] == ["Bo", "ada@example.com"]
    assert body["columns"] == ["person", "id", "created_at", "person.$delete"]


@pytest.mark.usefixtures("support")
def test_persons_of_a_sql_query(alice: Person, ask: Ask) -> None:
    sql = {"kind": "HogQLQuery", "query": "SELECT person_id FROM events WHERE properties.user_emotion = 'joy'"}
    _, body = ask(alice, {"kind": "ActorsQuery", "source": sql, "select": ["person"]})
    assert [row[0]["name"] for row in body["results"]] == ["ada@example.com"]


@pytest.mark.usefixtures("support")
def test_groups_behind_a_point_where_the_insight_counts_groups(alice: Person, ask: Ask) -> None:
    store_group(alice.project.pk, 0, "acme", {"size": 7})
    store(alice.project.pk, [Event("visit", "2024-05-13T09:00:00+00:00", groups={0: "acme"}), Event("visit", "2024-05-13T09:00:00+00:00")])
    query = trends({"event": "visit", "math": "dau"}, aggregation_group_type_index=0)
    _, chart = ask(alice, query)
    assert chart["results"][0]["data"] == [1, 0, 0]
    _, body = ask(alice, {"kind": "ActorsQuery", "source": {"kind": "InsightActorsQuery", "source": query, "day": "2024-05-13"}})
    (row,) = body["results"]
    assert row[0]["id"] == "acme"
    assert row[0]["type"] == "group"
    assert row[0]["properties"] == {"size": 7}
    assert row[1] == 1


@pytest.mark.parametrize(
    ("search", "keys"),
    [("Acme Inc", ["Acme Inc"]), ("acme", ["Acme Inc"]), ("INC", ["Acme Inc", "Éco inc"]), ("éco", ["Éco inc"]), ("%", [])],
)
def test_groups_are_searched_by_parts_of_their_key(alice: Person, ask: Ask, search: str, keys: list[str]) -> None:
    store(alice.project.pk, [Event("visit", "2024-05-13T09:00:00+00:00", groups={0: key}) for key in ("Acme Inc", "Éco inc", "")])
    source = {"kind": "InsightActorsQuery", "source": trends({"event": "visit"}, aggregation_group_type_index=0), "day": "2024-05-13"}
    _, body = ask(alice, {"kind": "ActorsQuery", "source": source, "select": ["id"], "search": search})
    assert [row[0] for row in body["results"]] == keys


@pytest.mark.parametrize(
    ("math", "count", "events"),
    [
        ({"math": "total"}, 4, 4),
        ({"math": "sum", "math_property": "price"}, 4, 4),
        ({"math": "hogql", "math_hogql": "count()"}, 4, 4),
        ({"math": "unique_session"}, 1, 4),
        ({"math": "min_count_per_actor"}, 2, 2),
        ({"math": "avg_count_per_actor"}, 2, 2),
    ],
)
def test_events_without_a_group_are_no_groups_events(alice: Person, ask: Ask, math: dict[str, Any], count: int, events: int) -> None:
    """They count as events, but as nobody among the groups, neither on the chart nor in the list."""
    at, price = "2024-05-13T09:00:00+00:00", {"price": 1}
    store(alice.project.pk, [Event("visit", at, groups=of, session="s", properties=price) for of in ({0: "acme"}, {0: "acme"}, {}, {})])
    query = trends({"event": "visit", **math}, aggregation_group_type_index=0)
    _, chart = ask(alice, query)
    assert chart["results"][0]["data"][0] == count
    source = {"kind": "InsightActorsQuery", "source": query, "day": "2024-05-13"}
    for asked in ({"kind": "ActorsQuery", "source": source, "select": ["id", "event_count"]}, source):
        status, groups = ask(alice, asked)
        assert (status, groups["results"]) == (200, [["acme", 2]]), groups
    _, rows = ask(alice, {"kind": "EventsQuery", "source": source, "select": ["uuid"]})
    _, conversations = ask(alice, {"kind": "ConversationsQuery", "source": source})
    assert len(rows["results"]) == conversations["events_without_conversation"] == events


def test_groups_behind_a_point_where_the_series_counts_them(alice: Person, ask: Ask) -> None:
    """One company, two people."""
    store(alice.project.pk, [Event("visit", "2024-05-13T09:00:00+00:00", name, groups={0: "acme"}) for name in ("ada", "bo")])
    query = trends({"event": "visit", "math": "unique_group", "math_group_type_index": 0})
    _, chart = ask(alice, query)
    _, body = ask(alice, {"kind": "ActorsQuery", "source": {"kind": "InsightActorsQuery", "source": query, "day": "2024-05-13"}})
    assert [(row[0]["id"], row[1]) for row in body["results"]] == [("acme", 2)]
    assert chart["results"][0]["data"][0] == len(body["results"])


@pytest.mark.usefixtures("support")
def test_an_actor_without_a_person_row_was_created_at_no_known_time(alice: Person, ask: Ask) -> None:
    _, body = ask(alice, {"kind": "ActorsQuery", "source": behind(trends(**ANGER)), "select": ["id", "created_at"]})
    created = dict(body["results"])
    assert created[str(person_id("cy"))] is None
    assert created[str(person_id("ada"))].startswith("2024-02-01")


@pytest.mark.parametrize(
    ("sql", "ids"),
    [
        ("SELECT if(event = 'nothing', person_id, NULL) AS actor_id FROM events", []),
        ("SELECT toString(person_id) AS actor_id FROM events WHERE distinct_id = 'ada'", ["ada"]),
    ],
)
@pytest.mark.usefixtures("support")
def test_persons_of_a_sql_query_may_be_missing_or_texts(alice: Person, ask: Ask, sql: str, ids: list[str]) -> None:
    status, body = ask(alice, {"kind": "ActorsQuery", "source": {"kind": "HogQLQuery", "query": sql}, "select": ["id"]})
    assert (status, body["results"]) == (200, [[str(person_id(name))] for name in ids])


@pytest.mark.usefixtures("support")
def test_a_sql_query_that_gives_no_person_ids_is_told_so(alice: Person, ask: Ask) -> None:
    sql = {"kind": "HogQLQuery", "query": "SELECT distinct_id FROM events"}
    for order in ([], ["id"]):
        status, body = ask(alice, {"kind": "ActorsQuery", "source": sql, "select": ["id"], "orderBy": order})
        assert (status, body["attr"]) == (400, "source"), body


@pytest.mark.usefixtures("support")
def test_conversations_behind_a_point_with_the_events_that_matched(alice: Person, ask: Ask, support: list[Event]) -> None:
    status, body = ask(alice, {"kind": "ConversationsQuery", "source": behind(trends(**ANGER))})
    assert status == 200
    assert [(item["id"], item["matched_event_uuids"]) for item in body["results"]] == [
        ("c-bo", [str(support[2].uuid)]),
        ("c-ada", [str(support[0].uuid), str(support[1].uuid)]),
    ]
    assert (body["count"], body["events_without_conversation"], body["hasMore"]) == (2, 1, False)
    _, page = ask(alice, {"kind": "ConversationsQuery", "source": behind(trends(**ANGER)), "limit": 1, "offset": 1})
    assert [item["id"] for item in page["results"]] == ["c-ada"]
    _, first = ask(alice, {"kind": "ConversationsQuery", "source": behind(trends(**ANGER)), "limit": 1})
    assert first["hasMore"] is True


def test_a_conversation_behind_a_point_shows_whose_it_is_and_how_it_begins(alice: Person, ask: Ask, support: list[Event]) -> None:
    texts = [("user", "Why was I charged twice?"), ("assistant", "I am sorry. Let me look.")]
    for position, (role, content) in enumerate(texts):
        store_turn(alice.project.pk, support[2], position, role, content)
    _, body = ask(alice, {"kind": "ConversationsQuery", "source": behind(trends(**ANGER))})
    first, second = body["results"]
    assert first["person"]["distinct_id"] == "bo"
    assert first["preview"] == {"user": texts[0][1], "assistant": texts[1][1]}
    assert first["message_count"] == 2
    assert first["started_at"].startswith("2024-05-13T10:00:00")
    assert (second["id"], second["person"], second["message_count"]) == ("c-ada", None, 0)


def test_whole_events_carry_the_texts_of_their_messages(alice: Person, ask: Ask, stores: None) -> None:
    said = Event(conversation="c", properties={"$ai_model": "small"})
    message = store_turn(alice.project.pk, said, 0, "user", "Hello there")
    said.message_refs = json.dumps_text({"$ai_input": [{"role": "user", "content": {"$message": str(message)}}]})
    store(alice.project.pk, [said])
    _, body = ask(alice, {"kind": "EventsQuery", "select": ["*"], "after": "all"})
    ((event,),) = body["results"]
    assert event["properties"]["$ai_input"] == [{"role": "user", "content": "Hello there"}]
    assert event["properties"]["$ai_model"] == "small"
    assert "message_refs" not in event


@pytest.mark.usefixtures("support")
def test_events_of_the_point_add_up_to_events_in_conversations_and_outside(alice: Person, ask: Ask) -> None:
    _, chart = ask(alice, trends(**ANGER))
    _, body = ask(alice, {"kind": "ConversationsQuery", "source": behind(trends(**ANGER))})
    matched = sum(len(item["matched_event_uuids"]) for item in body["results"])
    assert chart["results"][0]["data"][0] == matched + body["events_without_conversation"] == 4


@pytest.mark.usefixtures("support")
def test_other_and_missing_values_lead_to_their_own_events(alice: Person, ask: Ask) -> None:
    query = trends({"event": None}, breakdownFilter={"breakdown": "$ai_model", "breakdown_limit": 1})
    _, chart = ask(alice, query)
    assert [(item["breakdown_value"], item["count"]) for item in chart["results"]] == [("small", 1), (OTHER, 5)]
    for value, count in ((OTHER, 5), (NULL, 5), ("small", 1)):
        source = {"kind": "InsightActorsQuery", "source": query, "breakdown": value}
        _, rows = ask(alice, {"kind": "EventsQuery", "source": source, "select": ["uuid"]})
        assert len(rows["results"]) == count


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (["a", "b"], '["a","b"]'),
        ([1, {"x.y": 2.5}, "it's \\"], '[1,{"x.y":2.5},"it\'s \\\\"]'),
        ({"b": {"c.d": True}, "a": 1}, '{"a":1,"b":{"c.d":true}}'),
    ],
)
@pytest.mark.parametrize("kind", ["event", "person"])
def test_lists_and_objects_are_values_of_a_breakdown(alice: Person, ask: Ask, kind: str, value: Any, shown: str) -> None:
    """Under their JSON text; a filter with that text finds the same events."""
    given: Any = {"properties" if kind == "event" else "person_properties": {"tags": value}}
    store(alice.project.pk, [Event(person="ada", conversation="c-ada", **given), Event(person="bo", conversation="c-bo", **given), Event()])
    query = trends({"event": "chat"}, breakdownFilter={"breakdown": "tags", "breakdown_type": kind})
    _, chart = ask(alice, query)
    assert [(item["breakdown_value"], item["count"]) for item in chart["results"]] == [(shown, 2), (NULL, 1)]
    source = {"kind": "InsightActorsQuery", "source": query, "breakdown": shown}
    _, events = ask(alice, {"kind": "EventsQuery", "source": source, "select": ["distinct_id"], "orderBy": ["distinct_id"]})
    _, people = ask(alice, {"kind": "ActorsQuery", "source": source, "select": ["id"]})
    _, conversations = ask(alice, {"kind": "ConversationsQuery", "source": source})
    assert events["results"] == [["ada"], ["bo"]]
    assert {row[0] for row in people["results"]} == {str(person_id("ada")), str(person_id("bo"))}
    assert (conversations["count"], conversations["events_without_conversation"]) == (2, 0)
    for operator, wanted in (("exact", shown), ("exact", [shown, "other"]), ("icontains", shown[:8]), ("is_set", None)):
        same = {"type": kind, "key": "tags", "operator": operator, "value": wanted}
        assert ask(alice, trends({"event": "chat"}, properties=[same]))[1]["results"][0]["count"] == 2, operator


@pytest.mark.usefixtures("support")
def test_points_of_the_previous_period_and_of_cumulative_charts(alice: Person, ask: Ask) -> None:
    later = trends(dateRange={"date_from": "2024-05-14", "date_to": "2024-05-14"}, compareFilter={"compare": True})
    source = {"kind": "InsightActorsQuery", "source": later, "day": "2024-05-13", "compare": "previous"}
    _, rows = ask(alice, {"kind": "EventsQuery", "source": source, "select": ["uuid"]})
    assert len(rows["results"]) == 5
    running = trends({"event": "chat", "math": "dau"}, trendsFilter={"display": "ActionsLineGraphCumulative"})
    source = {"kind": "InsightActorsQuery", "source": running, "day": "2024-05-14"}
    _, rows = ask(alice, {"kind": "EventsQuery", "source": source, "select": ["uuid"]})
    assert len(rows["results"]) == 6
    _, people = ask(alice, {"kind": "ActorsQuery", "source": source, "select": ["person"]})
    assert len(people["results"]) == ask(alice, running)[1]["results"][0]["data"][1] == 3


@pytest.mark.usefixtures("support")
def test_cumulative_weekly_actives_are_all_who_were_active_in_a_window_so_far(alice: Person, ask: Ask) -> None:
    """Dee's week ends a day before the last point, where she still counts; nobody counts twice."""
    store(alice.project.pk, [Event(at="2024-05-08T09:00:00+00:00", person="dee"), Event(at="2024-05-15T09:00:00+00:00", person="eve")])
    query = trends({"event": "chat", "math": "weekly_active"}, trendsFilter={"display": "ActionsLineGraphCumulative"})
    _, chart = ask(alice, query)
    assert (chart["results"][0]["data"], chart["results"][0]["count"]) == ([4, 4, 5], 5)
    for day, count in zip(chart["results"][0]["days"], [4, 4, 5], strict=True):
        source = {"kind": "InsightActorsQuery", "source": query, "day": day}
        assert len(ask(alice, {"kind": "ActorsQuery", "source": source, "select": ["id"]})[1]["results"]) == count


def numbers_behind(ask: Ask, alice: Person, query: dict[str, Any], value: Any) -> list[int]:
    """How many events each series has behind a value of the breakdown."""
    counts = list[int]()
    for index in range(len(query["series"])):
        source = {"kind": "InsightActorsQuery", "source": query, "series": index, "breakdown": value}
        counts.append(len(ask(alice, {"kind": "EventsQuery", "source": source, "select": ["uuid"]})[1]["results"]))
    return counts


@pytest.mark.parametrize("most", [50_000, 3])
def test_formulas_compute_with_the_same_values_of_all_series(
    alice: Person, ask: Ask, stores: None, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """Each series alone has other largest values: `a` and `b` fail most, `c` and `d` are asked most. Also where the engine ranks."""
    monkeypatch.setattr(limits, "QUERY_SINGLE_SCAN_ROWS", most)
    asked, failed = {"a": 4, "b": 3, "c": 10, "d": 9, "e": 1}, {"a": 4, "b": 3, "c": 1}
    both = (("chat", asked), ("fail", failed))
    store(
        alice.project.pk, [Event(name, properties={"m": m}) for name, models in both for m, times in models.items() for _ in range(times)]
    )
    query = trends(
        *({"event": "fail"}, {"event": "chat"}),
        trendsFilter={"formula": "A / B * 100", "display": "BoldNumber"},
        breakdownFilter={"breakdown": "m", "breakdown_limit": 2},
    )
    _, chart = ask(alice, query)
    assert chart["hasMore"] is True
    shares = {item["breakdown_value"]: item["aggregated_value"] for item in chart["results"]}
    assert set(shares) > {"c", OTHER}
    for value, share in shares.items():
        failures, chats = numbers_behind(ask, alice, query, value)
        assert share == pytest.approx(100 * failures / chats), value
    _, options = ask(alice, {"kind": "InsightActorsQueryOptions", "source": {"kind": "InsightActorsQuery", "source": query, "series": 1}})
    assert {item["value"] for item in options["breakdown"]} == set(shares)


def test_formulas_compute_with_the_same_bins_of_all_series(alice: Person, ask: Ask, stores: None) -> None:
    """Alone, the failures would have bins of their own, between 6 and 8."""
    prices = {"chat": [0, 2, 4, 6, 8, 10], "fail": [6, 7, 8]}
    store(alice.project.pk, [Event(name, properties={"price": price}) for name, each in prices.items() for price in each])
    query = trends(
        *({"event": "fail"}, {"event": "chat"}),
        trendsFilter={"formula": "A / B", "display": "BoldNumber"},
        breakdownFilter={"breakdowns": [{"property": "price", "type": "event", "histogram_bin_count": 2}]},
    )
    _, chart = ask(alice, query)
    assert {item["breakdown_value"][0]: item["aggregated_value"] for item in chart["results"]} == {"[5,10.01]": 1, "[0,5]": 0}
    assert [numbers_behind(ask, alice, query, item["breakdown_value"]) for item in chart["results"]] == [[3, 3], [0, 3]]


@pytest.mark.parametrize(
    ("interval", "until", "late"),
    [("month", "2024-05-15", "2024-05-28T09:00:00+00:00"), ("hour", "2024-05-15 09:00", "2024-05-15T09:00:00.000001+00:00")],
)
def test_weekly_actives_of_the_last_bucket_are_active_before_the_range_ends(
    alice: Person, ask: Ask, interval: str, until: str, late: str
) -> None:
    """Bo comes at the last instant, where the range ends with an hour; the line ends with the number that stands alone."""
    moments = {"ada": "2024-05-10T09:00:00+00:00", "bo": "2024-05-15T09:00:00+00:00", "cy": late}
    store(alice.project.pk, [Event(at=at, person=name) for name, at in moments.items()])
    of = {"interval": interval, "dateRange": {"date_from": "2024-05-01", "date_to": until}}
    query = trends({"event": "chat", "math": "weekly_active"}, **of)
    _, chart = ask(alice, query)
    source = {"kind": "InsightActorsQuery", "source": query, "day": chart["results"][0]["days"][-1]}
    _, people = ask(alice, {"kind": "ActorsQuery", "source": source, "select": ["id"]})
    assert {row[0] for row in people["results"]} == {str(person_id("ada")), str(person_id("bo"))}
    assert chart["results"][0]["data"][-1] == 2
    _, whole = ask(alice, {**query, "trendsFilter": {"display": "BoldNumber"}})
    assert whole["results"][0]["aggregated_value"] == 2


@pytest.mark.parametrize(("marker", "others", "count"), [(OTHER, [], 2), (OTHER, ["a", "b"], 3), (NULL, [], 3)])
def test_a_value_that_reads_like_a_marker_is_counted_with_it(alice: Person, ask: Ask, marker: str, others: list[str], count: int) -> None:
    values = [marker, marker, *others, *others[:1]]
    store(alice.project.pk, [*(Event(properties={"p": value}) for value in values), *([Event()] if marker == NULL else [])])
    query = trends({"event": "chat"}, breakdownFilter={"breakdown": "p", "breakdown_limit": 1})
    _, chart = ask(alice, query)
    assert [item["count"] for item in chart["results"] if item["breakdown_value"] == marker] == [count]
    source = {"kind": "InsightActorsQuery", "source": query, "breakdown": marker}
    assert len(ask(alice, {"kind": "EventsQuery", "source": source, "select": ["uuid"]})[1]["results"]) == count


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"day": "2024-06-01"}, "lies outside the date range"),
        ({"day": "soon"}, "day: cannot read the date"),
        ({"series": 3}, "series: the insight has 1 series"),
        ({"breakdown": ["a", "b"]}, "breakdown: the insight has 1 breakdowns"),
        ({"compare": "previous"}, "does not compare"),
    ],
)
def test_a_point_that_is_not_on_the_chart_is_refused(alice: Person, ask: Ask, asked: dict[str, Any], message: str) -> None:
    status, body = ask(alice, {"kind": "ActorsQuery", "source": behind(trends(**ANGER), **asked)})
    assert status == 400
    assert message in body["detail"]


@pytest.mark.usefixtures("support")
def test_options_for_the_pickers_beside_the_list(alice: Person, ask: Ask) -> None:
    query = trends({"event": "chat", "custom_name": "Chats"}, {"event": None}, compareFilter={"compare": True}, **ANGER)
    _, body = ask(alice, {"kind": "InsightActorsQueryOptions", "source": behind(query)})
    assert body["day"][0] == {"label": "13-May-2024", "value": "2024-05-13"}
    assert body["series"] == [{"label": "Chats", "value": 0}, {"label": "All events", "value": 1}]
    assert body["breakdown"] == [{"label": "anger", "value": "anger"}, {"label": "joy", "value": "joy"}]
    assert body["compare"] == [{"label": "Current", "value": "current"}, {"label": "Previous", "value": "previous"}]


@pytest.mark.usefixtures("support")
def test_insight_actors_by_themselves_are_ids(alice: Person, ask: Ask) -> None:
    _, body = ask(alice, behind(trends(**ANGER)))
    assert [row[1] for row in body["results"]] == [2, 1, 1]
    assert body["results"][0][0] == str(person_id("ada"))
