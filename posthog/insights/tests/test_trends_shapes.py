"""The answers of TrendsQuery have PostHog's shapes."""

from typing import Any

import pytest

from posthog.conftest import Person
from posthog.query.tests.conftest import Ask
from posthog.query.tests.world import Event, store

NULL, OTHER = "$$_posthog_breakdown_null_$$", "$$_posthog_breakdown_other_$$"
RANGE = {"date_from": "2024-05-13", "date_to": "2024-05-15"}


def trends(*series: dict[str, Any], **fields: Any) -> dict[str, Any]:
    nodes = [{"kind": "EventsNode", **node} for node in series or ({"event": "chat"},)]
    return {"kind": "TrendsQuery", "series": nodes, "dateRange": RANGE, **fields}


@pytest.fixture
def chats(alice: Person, stores: None) -> list[Event]:
    moods = ["anger", "anger", "joy", None, "joy", "anger"]
    days = ["2024-05-13", "2024-05-13", "2024-05-13", "2024-05-15", "2024-05-15", "2024-05-15"]
    people = ["ada", "ada", "bo", "bo", "cy", "cy"]
    events = [
        Event(at=f"{day}T09:00:00+00:00", person=person, labels={"user_emotion": mood} if mood else {}, properties={"price": place})
        for place, (day, mood, person) in enumerate(zip(days, moods, people, strict=True))
    ]
    return store(alice.project.pk, [*events, Event(event="signup", at="2024-05-14T23:59:59.999999+00:00")])


@pytest.mark.usefixtures("chats")
def test_a_series_has_every_bucket_and_its_own_description(alice: Person, ask: Ask) -> None:
    status, body = ask(alice, trends({"event": "chat", "custom_name": "Chats", "math": "total"}, {"event": None, "math": "dau"}))
    assert status == 200
    chats, everything = body["results"]
    assert chats["data"] == [3, 0, 3]
    assert chats["days"] == ["2024-05-13", "2024-05-14", "2024-05-15"]
    assert chats["labels"] == ["13-May-2024", "14-May-2024", "15-May-2024"]
    assert chats["count"] == 6
    assert chats["label"] == "chat"
    assert chats["action"] == {
        "id": "chat",
        "type": "events",
        "order": 0,
        "name": "chat",
        "custom_name": "Chats",
        "math": "total",
        "math_property": None,
        "math_hogql": None,
        "math_group_type_index": None,
        "properties": {},
        "days": ["2024-05-13T00:00:00+00:00", "2024-05-14T00:00:00+00:00", "2024-05-15T00:00:00+00:00"],
    }
    assert "breakdown_value" not in chats
    assert "compare" not in chats
    assert everything["label"] == "All events"
    assert everything["data"] == [2, 1, 2]
    assert everything["action"]["order"] == 1


@pytest.mark.usefixtures("chats")
def test_the_answer_tells_about_itself(alice: Person, ask: Ask) -> None:
    _, body = ask(alice, trends())
    assert body["resolved_date_range"] == {"date_from": "2024-05-13T00:00:00+00:00", "date_to": "2024-05-15T23:59:59.999999+00:00"}
    assert body["hasMore"] is False
    assert body["timezone"] == "UTC"
    assert body["is_cached"] is False
    assert body["error"] is None
    assert body["hogql"].startswith("SELECT")
    assert body["timings"][0]["t"] > 0
    assert {"cache_key", "cache_target_age", "last_refresh", "next_allowed_client_refresh", "modifiers"} <= body.keys()


@pytest.mark.usefixtures("chats")
def test_breakdown_values_come_largest_first_with_the_missing_value_after_them(alice: Person, ask: Ask) -> None:
    _, body = ask(alice, trends(breakdownFilter={"breakdown": "user_emotion", "breakdown_type": "event"}))
    assert [(item["breakdown_value"], item["label"], item["data"]) for item in body["results"]] == [
        ("anger", "anger", [2, 0, 1]),
        ("joy", "joy", [1, 0, 1]),
        (NULL, NULL, [0, 0, 1]),
    ]


@pytest.mark.usefixtures("chats")
def test_values_beyond_the_limit_become_one_other_series(alice: Person, ask: Ask) -> None:
    breakdown = {"breakdown": "user_emotion", "breakdown_limit": 1}
    _, body = ask(alice, trends({"event": "chat", "math": "dau"}, breakdownFilter=breakdown))
    assert [(item["breakdown_value"], item["data"]) for item in body["results"]] == [("anger", [1, 0, 1]), (OTHER, [1, 0, 2])]
    assert body["hasMore"] is True
    _, hidden = ask(alice, trends(breakdownFilter={**breakdown, "breakdown_hide_other_aggregation": True}))
    assert [item["breakdown_value"] for item in hidden["results"]] == ["anger"]


@pytest.mark.usefixtures("chats")
def test_several_series_name_themselves_before_the_breakdown_value(alice: Person, ask: Ask) -> None:
    _, body = ask(alice, trends({"event": "chat"}, {"event": "signup"}, breakdownFilter={"breakdown": "user_emotion"}))
    assert [item["label"] for item in body["results"]] == ["chat - anger", "chat - joy", f"chat - {NULL}", f"signup - {NULL}"]


@pytest.mark.usefixtures("chats")
def test_a_list_of_breakdowns_gives_lists_of_values(alice: Person, ask: Ask) -> None:
    parts = [{"property": "user_emotion", "type": "event"}, {"property": "distinct_id", "type": "event_metadata"}]
    _, body = ask(alice, trends(breakdownFilter={"breakdowns": parts, "breakdown_limit": 2}))
    assert [(item["breakdown_value"], item["label"]) for item in body["results"]] == [
        (["anger", "ada"], "anger::ada"),
        (["anger", "cy"], "anger::cy"),
        ([OTHER, OTHER], f"{OTHER}::{OTHER}"),
    ]
    assert [item["count"] for item in body["results"]] == [2, 1, 3]


@pytest.mark.usefixtures("chats")
def test_compare_gives_current_series_first_and_then_previous_ones(alice: Person, ask: Ask) -> None:
    later = {"date_from": "2024-05-16", "date_to": "2024-05-18"}
    query = trends({"event": "chat"}, {"event": "signup"}, dateRange=later, compareFilter={"compare": True})
    _, body = ask(alice, query)
    assert [(item["label"], item["compare"], item["compare_label"], item["count"]) for item in body["results"]] == [
        ("chat", True, "current", 0),
        ("signup", True, "current", 0),
        ("chat", True, "previous", 6),
        ("signup", True, "previous", 1),
    ]
    assert body["results"][2]["days"] == ["2024-05-13", "2024-05-14", "2024-05-15"]


@pytest.mark.parametrize("display", ["BoldNumber", "ActionsPie", "ActionsBarValue", "ActionsTable"])
@pytest.mark.usefixtures("chats")
def test_total_value_displays_have_one_number(alice: Person, ask: Ask, display: str) -> None:
    _, body = ask(alice, trends({"event": "chat", "math": "dau"}, trendsFilter={"display": display}))
    (item,) = body["results"]
    assert (item["aggregated_value"], item["data"], item["labels"], item["days"], item["count"]) == (3, [], [], [], 0)


@pytest.mark.usefixtures("chats")
def test_cumulative_displays_add_up_and_count_nobody_twice(alice: Person, ask: Ask) -> None:
    _, body = ask(
        alice, trends({"event": "chat"}, {"event": "chat", "math": "dau"}, trendsFilter={"display": "ActionsLineGraphCumulative"})
    )
    assert [item["data"] for item in body["results"]] == [[3, 3, 6], [2, 2, 3]]
    assert [item["count"] for item in body["results"]] == [6, 3]


@pytest.mark.usefixtures("chats")
def test_formulas_compute_over_series_and_dividing_by_zero_gives_zero(alice: Person, ask: Ask) -> None:
    query = trends({"event": "chat"}, {"event": "chat", "math": "dau"}, trendsFilter={"formula": "a / B * 2"})
    _, body = ask(alice, query)
    (item,) = body["results"]
    assert item["data"] == [3, 0, 3]
    assert item["label"] == "Formula (a / B * 2)"
    assert item["action"] is None
    nodes = [{"formula": "A+B", "custom_name": "Both"}, {"formula": "A-B"}]
    _, named = ask(alice, trends({"event": "chat"}, {"event": "signup"}, trendsFilter={"formulaNodes": nodes}))
    assert [(item["label"], item["data"]) for item in named["results"]] == [("Both", [3, 1, 3]), ("Formula (A-B)", [3, -1, 3])]


@pytest.mark.usefixtures("chats")
def test_cumulative_formulas_compute_over_what_the_series_add_up_to(alice: Person, ask: Ask) -> None:
    """Joyful chats are 1 of 3 on the first day and 2 of 6 in all: a third, not two."""
    joyful = [{"key": "user_emotion", "value": "joy", "type": "event"}]
    nodes = [{"formula": "A / B * 300"}, {"formula": "B"}]
    shown = {"display": "ActionsLineGraphCumulative", "formulaNodes": nodes}
    series = [{"event": "chat", "properties": joyful}, {"event": "chat"}]
    _, body = ask(alice, trends(*series, trendsFilter=shown))
    assert [item["data"] for item in body["results"]] == [pytest.approx([100, 100, 100]), [3, 3, 6]]
    assert [item["count"] for item in body["results"]] == [pytest.approx(100), 6]
    _, smooth = ask(alice, trends(*series, trendsFilter={**shown, "smoothingIntervals": 2}))
    _, alone = ask(alice, trends({"event": "chat"}, trendsFilter={"display": shown["display"], "smoothingIntervals": 2}))
    assert [smooth["results"][1][name] for name in ("data", "count")] == [alone["results"][0][name] for name in ("data", "count")]


@pytest.mark.usefixtures("chats")
def test_formulas_join_breakdown_values_and_fill_missing_ones_with_zero(alice: Person, ask: Ask) -> None:
    joyful = [{"key": "user_emotion", "value": "joy", "type": "event"}]
    series = [{"event": "chat"}, {"event": "chat", "properties": joyful}]
    query = trends(*series, trendsFilter={"formula": "A - B"}, breakdownFilter={"breakdown": "user_emotion"})
    _, body = ask(alice, query)
    assert [(item["breakdown_value"], item["data"]) for item in body["results"]] == [
        ("anger", [2, 0, 1]),
        ("joy", [0, 0, 0]),
        (NULL, [0, 0, 1]),
    ]


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("A + C", "Formula references series C, but only 1 series is defined (A)"),
        ("A +", "ends too early"),
        ("A $ 2", "cannot read '$ 2'"),
        ("(A", "ends too early"),
        ("A B", "did not expect 'B'"),
        ("(" * 60 + "A" + ")" * 60, "nested deeper than 50 levels"),
        ("A" + "+A" * 3000, "more than 500 names, numbers and signs"),
    ],
)
def test_a_wrong_formula_says_what_is_wrong(alice: Person, ask: Ask, formula: str, message: str) -> None:
    status, body = ask(alice, trends(trendsFilter={"formula": formula}))
    assert status == 400
    assert message in body["detail"]


def test_hour_week_and_month_buckets_have_their_own_names(alice: Person, ask: Ask) -> None:
    def named(interval: str, first: str, last: str) -> tuple[list[str], list[str]]:
        _, body = ask(alice, trends(interval=interval, dateRange={"date_from": first, "date_to": last}))
        return body["results"][0]["days"], body["results"][0]["labels"]

    assert named("hour", "2024-05-13 22:10", "2024-05-14 00:30") == (
        ["2024-05-13 22:00:00", "2024-05-13 23:00:00", "2024-05-14 00:00:00"],
        ["13-May 22:00", "13-May 23:00", "14-May 00:00"],
    )
    assert named("month", "2024-01-31", "2024-02-01") == (["2024-01-01", "2024-02-01"], ["Jan 2024", "Feb 2024"])
    assert named("week", "2019-11-23", "2019-12-08") == (
        ["2019-11-17", "2019-11-24", "2019-12-01", "2019-12-08"],
        ["23-Nov-2019", "24–30 Nov", "1–7 Dec", "8-Dec-2019"],
    )
    assert named("week", "2019-12-29", "2020-01-04")[1] == ["29-Dec-2019 – 4-Jan-2020"]


@pytest.mark.usefixtures("chats")
def test_histogram_breakdowns_group_numbers_into_equal_bins(alice: Person, ask: Ask) -> None:
    breakdown = {"breakdowns": [{"property": "price", "type": "event", "histogram_bin_count": 2}]}
    _, body = ask(alice, trends({"event": None}, breakdownFilter=breakdown))
    assert {tuple(item["breakdown_value"]): item["count"] for item in body["results"]} == {
        ("[0,2.5]",): 3,
        ("[2.5,5.01]",): 3,
        ('["",""]',): 1,
    }


def test_bins_of_small_numbers_keep_names_of_their_own(alice: Person, ask: Ask) -> None:
    """Prices of single answers: rounded to cents, all bins would be one."""
    store(alice.project.pk, [Event(at="2024-05-13T09:00:00+00:00", properties={"cost": cost}) for cost in (0.0002, 0.0011, 0.0018, 0.0032)])
    breakdown = {"breakdown": "cost", "breakdown_histogram_bin_count": 3}
    _, body = ask(alice, trends(breakdownFilter=breakdown))
    assert {item["breakdown_value"]: item["count"] for item in body["results"]} == {
        "[0.0002,0.0012]": 2,
        "[0.0012,0.0022]": 1,
        "[0.0022,0.0132]": 1,
    }


@pytest.mark.usefixtures("chats")
def test_sampling_and_multipliers_scale_counts(alice: Person, ask: Ask) -> None:
    _, body = ask(
        alice,
        trends({"event": "chat", "math_multiplier": 2.5}, {"event": "chat", "math": "hogql", "math_hogql": "sum(properties.price) / 2"}),
    )
    assert [item["count"] for item in body["results"]] == [15, 7.5]
    _, sampled = ask(alice, trends(samplingFactor=0.5))
    assert sampled["results"][0]["count"] % 2 == 0


@pytest.mark.usefixtures("chats")
def test_all_time_begins_with_the_first_event(alice: Person, ask: Ask) -> None:
    _, body = ask(alice, trends(dateRange={"date_from": "all", "date_to": "2024-05-15"}))
    assert body["results"][0]["days"][0] == "2024-05-13"
    assert body["results"][0]["count"] == 6


@pytest.mark.parametrize(("math", "interval"), [("total", "month"), ("total", "week"), ("monthly_active", "week")])
def test_all_time_may_begin_in_1970(alice: Person, ask: Ask, math: str, interval: str) -> None:
    """A device whose clock stands at its beginning; in Berlin that day began in 1969."""
    alice.project.timezone = "Europe/Berlin"
    alice.project.save()
    store(alice.project.pk, [Event(at="1970-01-01T00:00:00+00:00"), Event(at="2024-05-13T09:00:00+00:00", person="bo")])
    query = trends({"event": "chat", "math": math}, interval=interval, dateRange={"date_from": "all", "date_to": "2024-05-15"})
    status, body = ask(alice, query)
    assert status == 200, body
    (chart,) = body["results"]
    assert (chart["data"][0], chart["data"][-1], len(chart["data"])) == (1, 1, len(chart["days"]))


@pytest.mark.usefixtures("chats")
def test_first_times_count_each_person_once_ever(alice: Person, ask: Ask) -> None:
    joyful = [{"key": "user_emotion", "value": "joy", "type": "event"}]
    maths = ["first_time_for_user", "first_matching_event_for_user"]
    _, body = ask(alice, trends(*({"event": "chat", "math": math, "properties": joyful} for math in maths)))
    assert [item["data"] for item in body["results"]] == [[1, 0, 1], [1, 0, 1]]
