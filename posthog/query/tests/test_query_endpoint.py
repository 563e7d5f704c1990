"""POST /query/ and its companions: who may ask, what comes back, and what a wrong query is told."""

from typing import Any

import pytest
from django.test import Client

from posthog.common import limits
from posthog.conftest import Person
from posthog.query.tests.conftest import Ask
from posthog.query.tests.world import Event, store

TREND: dict[str, Any] = {
    "kind": "TrendsQuery",
    "series": [{"kind": "EventsNode", "event": "chat"}],
    "dateRange": {"date_from": "2024-05-15", "date_to": "2024-05-15"},
}
EVENTS = {"kind": "EventsQuery", "select": ["uuid", "distinct_id"], "after": "all"}


def test_a_personal_key_with_the_scope_may_ask_and_one_without_may_not(alice: Person, stores: None) -> None:
    def status(key: str) -> int:
        headers = {"Authorization": f"Bearer {key}"}
        path = "/api/projects/@current/query/"
        return Client().post(path, {"query": TREND}, content_type="application/json", headers=headers).status_code

    assert status(alice.key("query:read")) == 200
    assert status(alice.key("insight:read")) == 403
    assert status("phx_unknown") == 401
    assert Client().post("/api/projects/1/query/", {"query": TREND}, content_type="application/json").status_code in (401, 403)


def test_a_stranger_gets_nothing_from_another_project(alice: Person, bob: Person, charlie: Person, ask: Ask) -> None:
    mine, hers = store(alice.project.pk, [Event(person="ada")]), store(charlie.project.pk, [Event(person="zoe")])
    for query in (TREND, EVENTS, {"kind": "HogQLQuery", "query": "SELECT 1"}):
        assert ask(charlie, query, project=alice.project.pk)[0] == 404
    assert ask(bob, EVENTS)[1]["results"] == [[str(mine[0].uuid), "ada"]]
    assert ask(charlie, EVENTS)[1]["results"] == [[str(hers[0].uuid), "zoe"]]
    for person in (alice, charlie):
        assert ask(person, TREND)[1]["results"][0]["data"] == [1]
        sql = {"kind": "HogQLQuery", "query": f"SELECT distinct_id FROM events WHERE team_id = {alice.project.pk} OR 1"}
        assert ask(person, sql)[0] == 400


def test_the_cache_never_crosses_projects(alice: Person, charlie: Person, ask: Ask) -> None:
    store(alice.project.pk, [Event()])
    assert ask(alice, TREND)[1]["results"][0]["data"] == [1]
    assert ask(charlie, TREND)[1]["results"][0]["data"] == [0]


@pytest.mark.parametrize("kind", ["InsightVizNode", "DataTableNode", "DataVisualizationNode"])
def test_wrapper_nodes_run_what_they_wrap(alice: Person, ask: Ask, kind: str) -> None:
    status, body = ask(alice, {"kind": kind, "source": TREND, "showHeader": True})
    assert status == 200
    assert body["results"][0]["data"] == [0]


def test_a_kind_in_the_path_must_be_the_kind_of_the_query(alice: Person, stores: None) -> None:
    base = f"/api/projects/{alice.project.pk}/query"
    assert alice.client.post(f"{base}/TrendsQuery/", {"query": TREND}, content_type="application/json").status_code == 200
    wrong = alice.client.post(f"{base}/EventsQuery/", {"query": TREND}, content_type="application/json")
    assert wrong.status_code == 400
    assert wrong.json()["detail"] == "query.kind: the path says EventsQuery"
    assert (
        alice.client.post(f"/api/environments/{alice.project.pk}/query/", {"query": TREND}, content_type="application/json").status_code
        == 200
    )


def test_refresh_modes(alice: Person, ask: Ask) -> None:
    assert ask(alice, TREND, refresh="force_cache")[1]["results"] is None
    first = ask(alice, TREND)[1]
    store(alice.project.pk, [Event()])
    assert (first["is_cached"], first["results"][0]["data"]) == (False, [0])
    again = ask(alice, TREND)[1]
    assert (again["is_cached"], again["results"][0]["data"], again["last_refresh"]) == (True, [0], first["last_refresh"])
    assert ask(alice, TREND, refresh="force_cache")[1]["is_cached"] is True
    assert ask(alice, TREND, refresh="force_blocking")[1]["results"][0]["data"] == [1]
    assert ask(alice, TREND, refresh=True)[1]["is_cached"] is False
    assert ask(alice, TREND, refresh="soon")[0] == 400


def test_an_async_query_is_answered_at_once_and_its_status_can_be_read(alice: Person, charlie: Person, ask: Ask) -> None:
    _, body = ask(alice, TREND, refresh="async", client_query_id="my-query")
    assert body["query_status"]["complete"] is True
    assert body["results"][0]["data"] == [0]
    path = f"/api/projects/{alice.project.pk}/query/my-query/"
    read = alice.client.get(path)
    assert read.status_code == 200
    assert read.json()["query_status"]["results"]["results"][0]["data"] == [0]
    assert charlie.client.get(path).status_code == 404
    assert charlie.client.get(path.replace(f"/{alice.project.pk}/", f"/{charlie.project.pk}/", 1)).status_code == 404
    assert alice.client.delete(path).status_code == 204
    assert alice.client.get(path).status_code == 404


def test_the_status_of_an_answer_too_large_to_be_kept_is_complete(alice: Person, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "QUERY_CACHE_BYTES", 1_000)
    sql = "SELECT repeat('x', 1000)"
    assert ask(alice, {"kind": "HogQLQuery", "query": sql}, client_query_id="large")[1]["results"] == [["x" * 1_000]]
    read = alice.client.get(f"/api/projects/{alice.project.pk}/query/large/")
    assert read.status_code == 200
    assert (read.json()["query_status"]["complete"], read.json()["query_status"]["results"]) == (True, None)


def test_a_failed_query_says_so_in_its_status(alice: Person, ask: Ask) -> None:
    assert ask(alice, {"kind": "HogQLQuery", "query": "SELECT nothing FROM events"}, client_query_id="bad")[0] == 400
    read = alice.client.get(f"/api/projects/{alice.project.pk}/query/bad/")
    assert read.status_code == 400
    assert "nothing" in read.json()["query_status"]["error_message"]


def test_dashboard_overrides_change_dates_and_add_filters(alice: Person, ask: Ask) -> None:
    store(alice.project.pk, [Event(properties={"plan": "pro"}), Event(at="2024-05-16T12:00:00+00:00")])
    override = {"date_from": "2024-05-15", "date_to": "2024-05-16"}
    assert ask(alice, TREND, filters_override=override)[1]["results"][0]["data"] == [1, 1]
    pro = {**override, "properties": [{"key": "plan", "value": "pro", "type": "event"}]}
    assert ask(alice, {"kind": "InsightVizNode", "source": TREND}, filters_override=pro)[1]["results"][0]["data"] == [1, 0]
    assert ask(alice, TREND, filters_override={"date_form": "x"})[0] == 400


def test_an_older_query_is_upgraded(alice: Person, stores: None) -> None:
    old = {
        "kind": "TrendsQuery",
        "series": [{"kind": "EventsNode", "event": "chat"}],
        "trendsFilter": {"show_legend": True, "compare": True},
        "breakdown": {"breakdown": "plan"},
    }
    path = f"/api/projects/{alice.project.pk}/query/upgrade/"
    new = alice.client.post(path, {"query": old}, content_type="application/json").json()["query"]
    assert new["breakdownFilter"] == {"breakdown": "plan"}
    assert new["compareFilter"] == {"compare": True}
    assert new["trendsFilter"] == {"showLegend": True}


def test_sql_without_a_limit_gives_the_first_hundred_rows(alice: Person, ask: Ask) -> None:
    def answer(sql: str) -> tuple[int, bool, int]:
        _, body = ask(alice, {"kind": "HogQLQuery", "query": sql})
        return len(body["results"]), body["hasMore"], body["limit"]

    assert answer("SELECT number FROM numbers(150)") == (100, True, 100)
    assert answer("SELECT number FROM numbers(100)") == (100, False, 100)
    assert answer("SELECT number FROM numbers(150) LIMIT 120") == (120, False, 120)


def test_sql_gives_at_most_fifty_thousand_rows_and_says_that_there_are_more(alice: Person, ask: Ask) -> None:
    _, body = ask(alice, {"kind": "HogQLQuery", "query": "SELECT number FROM numbers(50001) LIMIT 60000"})
    assert (len(body["results"]), body["hasMore"], body["limit"]) == (50_000, True, 50_000)


def test_sql_with_filters_values_and_variables(alice: Person, ask: Ask) -> None:
    store(alice.project.pk, [Event(properties={"plan": "pro"}), Event(properties={"plan": "free"}, at="2024-05-20T12:00:00+00:00")])
    query = {
        "kind": "HogQLQuery",
        "query": "SELECT properties.plan AS plan, count() FROM events WHERE {filters} AND event = {name} GROUP BY plan, {variables.one}",
        "values": {"name": "chat"},
        "variables": {"x": {"variableId": "x", "code_name": "one", "value": 1}},
        "filters": {"dateRange": {"date_from": "2024-05-14", "date_to": "2024-05-16"}},
    }
    status, body = ask(alice, query)
    assert status == 200, body
    assert body["results"] == [["pro", 1]]
    assert body["columns"] == ["plan", "count()"]
    assert [kind[0] for kind in body["types"]] == ["plan", "count()"]
    query["filters"] = {"properties": [{"key": "plan", "value": "free", "type": "event"}]}
    assert ask(alice, query)[1]["results"] == [["free", 1]]


def test_sql_is_filtered_by_an_end_alone(alice: Person, ask: Ask) -> None:
    store(alice.project.pk, [Event("early"), Event("late", at="2024-05-20T12:00:00+00:00")])
    query = {"kind": "HogQLQuery", "query": "SELECT event FROM events WHERE {filters}"}
    end = {"date_to": "2024-05-16"}
    for wanted in (end, {"date_from": None, **end}, {"date_from": "all", **end}):
        assert ask(alice, {**query, "filters": {"dateRange": wanted}})[1]["results"] == [["early"]]
    assert ask(alice, query, filters_override=end)[1]["results"] == [["early"]]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"query": None},
        {"query": []},
        {"query": {"kind": "TrendsQuery"}},
        {"query": {"kind": "HogQLQuery", "query": ""}},
        {"query": {"kind": "HogQLQuery", "query": "SELECT"}},
        {"query": {"kind": "HogQLQuery", "query": "DROP TABLE events"}},
        {"query": {"kind": "HogQLQuery", "query": "SELECT * FROM system.tables"}},
        {"query": {"kind": ["TrendsQuery"]}},
        {"query": TREND, "client_query_id": 3},
        {"query": TREND, "filters_override": [1]},
        {"query": TREND, "refresh": {"a": 1}},
    ],
)
def test_every_fault_of_the_asker_is_a_400_in_one_shape(alice: Person, stores: None, body: dict[str, Any]) -> None:
    response = alice.client.post(f"/api/projects/{alice.project.pk}/query/", body, content_type="application/json")
    assert response.status_code == 400, response.content
    assert response.json().keys() == {"type", "code", "detail", "attr"}
    assert response.json()["type"] == "validation_error"
    assert response.json()["detail"]


def test_errors_of_the_engine_carry_its_name_and_not_our_tables(alice: Person, ask: Ask) -> None:
    store(alice.project.pk, [Event()])
    status, body = ask(alice, {"kind": "HogQLQuery", "query": "SELECT arrayMap(x -> x, event) FROM events"})
    assert status == 400
    assert "__t0" not in body["detail"]
    assert body["code"]


def test_a_list_as_body_is_refused(alice: Person, stores: None) -> None:
    response = alice.client.post(f"/api/projects/{alice.project.pk}/query/", [1], content_type="application/json")
    assert response.status_code == 400


def test_filters_nested_too_deep_are_refused(alice: Person, ask: Ask) -> None:
    group: dict[str, Any] = {"key": "plan", "value": "pro", "type": "event"}
    for _ in range(250):
        group = {"type": "OR", "values": [group]}
    status, body = ask(alice, TREND | {"properties": group})
    assert (status, body["attr"]) == (400, "query")
    assert "nested too deep" in body["detail"]
