"""Every operator of a property filter against real rows."""

import re
from typing import Any

import pytest

from posthog.conftest import Person
from posthog.query import runner
from posthog.query.tests.conftest import Ask
from posthog.query.tests.world import Event, store, store_group

# Named rows; "none" lacks the property, "null" has it without a value.
VALUES: dict[str, Any] = {
    "text": "Hello World",
    "lower": "hello",
    "five": 5,
    "five text": "5",
    "ten": 10.5,
    "yes": True,
    "no": False,
    "null": None,
    "empty": "",
    "percent": "100% _sure_\\",
    "date": "2024-05-15T10:30:00Z",
    "day": "2024-05-16",
    "version": "1.10.0",
    "old version": "1.9.3-beta",
    "umlaut": "GRÜẞE",
    "list": ["a", "b"],
    "object": {"temperature": 0.2},
}
EVERYTHING = {*VALUES, "none"}


@pytest.fixture
def rows(alice: Person, stores: None) -> None:
    store(alice.project.pk, [Event(event=name, properties={"p": value}) for name, value in VALUES.items()] + [Event(event="none")])


def matching(alice: Person, *filters: Any, **more: Any) -> set[str]:
    query = {"kind": "EventsQuery", "select": ["event"], "after": "all", "properties": list(filters), **more}
    return {row[0] for row in runner.run(alice.project, query)["results"]}


@pytest.mark.parametrize(
    ("operator", "value", "expected"),
    [
        ("exact", "hello", {"lower"}),
        ("exact", ["hello", "Hello World"], {"lower", "text"}),
        ("exact", 5, {"five", "five text"}),
        ("exact", "5", {"five", "five text"}),
        ("exact", "10.5", {"ten"}),
        ("exact", "true", {"yes"}),
        ("exact", True, {"yes"}),
        ("exact", ["false"], {"no"}),
        ("exact", "", {"empty"}),
        ("exact", [], EVERYTHING),
        ("exact", None, EVERYTHING),
        ("exact", [None], {"none", "null"}),
        ("exact", ["hello", None, 5], {"lower", "five", "five text", "none", "null"}),
        ("is_not", "hello", EVERYTHING - {"lower"}),
        ("is_not", ["hello", "5"], EVERYTHING - {"lower", "five", "five text"}),
        ("is_not", [None], EVERYTHING - {"none", "null"}),
        ("is_not", ["hello", None], EVERYTHING - {"lower", "none", "null"}),
        ("icontains", "HELLO", {"text", "lower"}),
        ("icontains", "grüß", {"umlaut"}),
        ("icontains", "100%", {"percent"}),
        ("icontains", "_sure_\\", {"percent"}),
        ("icontains", ["world", "5"], {"text", "five", "five text", "ten", "date", "day"}),
        ("icontains_multi", ["world"], {"text"}),
        ("not_icontains", "hello", EVERYTHING - {"text", "lower"}),
        ("not_icontains", ["hello", "100%"], EVERYTHING - {"text", "lower", "percent"}),
        ("not_icontains_multi", ["hello"], EVERYTHING - {"text", "lower"}),
        ("regex", "^[hH]ello", {"text", "lower"}),
        ("regex", r"^\d+$", {"five", "five text"}),
        ("not_regex", "^[hH]ello", EVERYTHING - {"text", "lower"}),
        ("is_set", None, EVERYTHING - {"none", "null"}),
        ("is_not_set", None, {"none", "null"}),
        ("is_set", "is_set", EVERYTHING - {"none", "null"}),
        ("gt", 5, {"ten"}),
        ("gte", 5, {"five", "five text", "ten"}),
        ("gte", "5", {"five", "five text", "ten"}),
        ("lt", 10, {"five", "five text"}),
        ("lte", 10.5, {"five", "five text", "ten"}),
        ("min", 6, {"ten"}),
        ("max", 6, {"five", "five text"}),
        ("between", [5, 10], {"five", "five text"}),
        ("not_between", [5, 10], EVERYTHING - {"five", "five text"}),
        ("is_date_exact", "2024-05-15", {"date"}),
        ("is_date_exact", "2024-05-15T10:30:00Z", {"date"}),
        ("is_date_before", "2024-05-16", {"date"}),
        ("is_date_after", "2024-05-15", {"date", "day"}),
        ("is_date_after", "-1d", set()),
        ("semver_eq", "1.10", {"version"}),
        ("semver_gt", "1.9.3", {"version"}),
        ("semver_lt", "1.10.0", {"old version"}),
        ("semver_tilde", "1.9.0", {"old version"}),
        ("semver_caret", "1.9.0", {"version", "old version"}),
        ("semver_wildcard", "1.9.*", {"old version"}),
    ],
)
@pytest.mark.usefixtures("rows")
def test_what_an_operator_matches(alice: Person, operator: str, value: Any, expected: set[str]) -> None:
    found = matching(alice, {"type": "event", "key": "p", "operator": operator, "value": value})
    if operator.startswith("semver"):
        found -= {"five", "five text", "ten", "date", "day"}
    if operator in ("lt", "lte", "max"):
        found -= {"yes", "no"}  # as numbers they are 1 and 0
    if operator.startswith("is_date"):
        found -= {"five", "five text", "ten", "version", "old version"}
    assert found == expected


@pytest.mark.usefixtures("rows")
def test_groups_join_filters_and_ignore_incomplete_ones(alice: Person) -> None:
    hello = {"type": "event", "key": "p", "value": "hello"}
    five = {"type": "event", "key": "p", "value": 5}
    unfinished = {"type": "event", "key": "p"}
    assert matching(alice, hello, five) == set()
    either = {"type": "OR", "values": [hello, five, unfinished, {}]}
    assert matching(alice, properties=either) == {"lower", "five", "five text"}
    nested = {"type": "AND", "values": [either, {"type": "OR", "values": [{"type": "event_metadata", "key": "event", "value": "five"}]}]}
    assert matching(alice, properties=nested) == {"five"}
    assert matching(alice, properties={"type": "OR", "values": [{"type": "AND", "values": []}, unfinished]}) == EVERYTHING


def test_filters_of_other_types(alice: Person, stores: None) -> None:
    store_group(alice.project.pk, 1, "acme", {"size": 50})
    store(
        alice.project.pk,
        [
            Event("a", person_properties={"email": "ada@example.com"}, session="s-1", groups={1: "acme"}),
            Event("b", properties={"$feature/new-chat": "variant"}, person="bo"),
            Event("c", properties={"$feature/new-chat": False}, at="2024-06-01T00:00:00+00:00", conversation="c-9"),
        ],
    )
    cases: list[tuple[dict[str, Any], set[str]]] = [
        ({"type": "person", "key": "email", "operator": "icontains", "value": "EXAMPLE"}, {"a"}),
        ({"type": "person", "key": "email", "operator": "is_not", "value": "x"}, {"a", "b", "c"}),
        ({"type": "person", "key": "email", "operator": "is_not", "value": [None]}, {"a"}),
        ({"type": "session", "key": "$session_id", "value": "s-1"}, {"a"}),
        ({"type": "group", "group_type_index": 1, "key": "size", "operator": "gt", "value": 10}, {"a"}),
        ({"type": "group", "group_type_index": 1, "key": "size", "operator": "is_not_set"}, {"b", "c"}),
        ({"type": "group", "group_type_index": 1, "key": "size", "value": [None, 7]}, {"b", "c"}),
        ({"type": "feature", "key": "$feature/new-chat", "value": "variant"}, {"b"}),
        ({"type": "flag", "key": "new-chat", "operator": "flag_evaluates_to", "value": True}, {"b"}),
        ({"type": "flag", "key": "new-chat", "operator": "flag_evaluates_to", "value": False}, {"c"}),
        ({"type": "event_metadata", "key": "distinct_id", "value": ["bo"]}, {"b"}),
        ({"type": "event_metadata", "key": "timestamp", "operator": "is_date_after", "value": "2024-05-20"}, {"c"}),
        ({"type": "event_metadata", "key": "conversation_id", "value": "c-9"}, {"c"}),
        ({"type": "hogql", "key": "event IN ('a', 'c') AND timestamp > '2024-05-20'"}, {"c"}),
        ({"type": "hogql", "key": "true"}, {"a", "b", "c"}),
    ]
    for asked, expected in cases:
        assert matching(alice, asked) == expected, asked
    assert matching(alice, properties={"type": "OR", "values": [{"type": "hogql", "key": "true"}, cases[0][0]]}) == {"a", "b", "c"}


def test_labels_are_numbers_and_texts_like_other_properties(alice: Person, stores: None) -> None:
    labels = {"user_emotion": "anger", "user_emotion_score": 0.93, "user_toxic": 1}
    store(alice.project.pk, [Event("angry", labels=labels), Event("plain")])
    for asked in (
        {"key": "user_emotion", "value": ["anger"]},
        {"key": "user_emotion_score", "operator": "gte", "value": 0.9},
        {"key": "user_toxic", "value": "1"},
        {"key": "user_toxic", "value": [True]},
        {"key": "user_toxic", "operator": "is_set"},
    ):
        assert matching(alice, {"type": "event", **asked}) == {"angry"}, asked
    assert matching(alice, {"type": "event", "key": "user_emotion", "operator": "is_not", "value": "anger"}) == {"plain"}


def test_the_projects_test_accounts_are_left_out_on_request(alice: Person, stores: None) -> None:
    store(alice.project.pk, [Event("ours", person_properties={"email": "a@team.com"}), Event("theirs")])
    alice.project.test_account_filters = [{"type": "person", "key": "email", "operator": "not_icontains", "value": "@team.com"}]
    assert matching(alice, filterTestAccounts=True) == {"theirs"}
    assert matching(alice) == {"ours", "theirs"}


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"type": "cohort", "key": "id", "value": 3}, "filters of type 'cohort' are not available"),
        ({"type": "element", "key": "tag_name", "value": "a"}, "filters of type 'element' are not available"),
        ({"type": "event", "key": "p", "operator": "regex", "value": "(a"}, "regular expression on 'p' is not valid"),
        ({"type": "event", "key": "p", "operator": "between", "value": [1]}, "needs two values"),
        ({"type": "event", "key": "p", "operator": "is_date_after", "value": "soon"}, "value of the filter on 'p': cannot read the date"),
        ({"type": "event", "key": "p", "operator": "in", "value": "a"}, "operator 'in' cannot be used"),
        ({"type": "event", "key": "p", "operator": "semver_gt", "value": "new"}, "is not a version"),
        ({"type": "event", "key": "p", "value": list(range(501))}, "at most 500 values"),
        ({"type": "group", "key": "p", "value": 1}, "needs group_type_index"),
        ({"type": "session", "key": "$session_duration", "value": 1}, "'$session_duration' is not available"),
        ({"type": "event_metadata", "key": "team_id", "value": 1}, "events have no column 'team_id'"),
        ({"type": "hogql", "key": "event ="}, "cannot read 'event ='"),
        ({"type": "hogql", "key": "file('/etc/passwd') = ''"}, "file"),
        ({"type": "hogql", "key": "team_id = 2"}, "team_id"),
    ],
)
def test_filters_that_cannot_be_applied_say_why(alice: Person, ask: Ask, asked: dict[str, Any], message: str) -> None:
    status, body = ask(alice, {"kind": "EventsQuery", "select": ["event"], "properties": [asked]})
    assert status == 400, body
    assert re.search(re.escape(message), body["detail"]), body
