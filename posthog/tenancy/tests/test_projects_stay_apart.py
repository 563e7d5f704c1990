"""Nobody reaches a project that is not theirs, with a session or with a key."""

import pytest
from django.test import Client

from posthog.conftest import Person
from posthog.tenancy import services

pytestmark = pytest.mark.django_db
ODD_NAMES = [{"person_display_name_properties": value} for value in (5, True, "email", ["email", 5], {"email": 1})]


def get(path: str, key: str) -> tuple[int, dict]:
    response = Client().get(path, headers={"authorization": f"Bearer {key}"})
    return response.status_code, response.json()


def post(path: str, body: dict, key: str) -> int:
    return Client().post(path, body, content_type="application/json", headers={"authorization": f"Bearer {key}"}).status_code


def test_members_see_their_project_and_strangers_do_not(alice: Person, bob: Person, charlie: Person) -> None:
    path = f"/api/projects/{alice.project.pk}/"
    assert alice.client.get(path).json()["api_token"] == alice.project.api_token
    assert bob.client.get(path).status_code == 200
    assert charlie.client.get(path).status_code == 404
    assert Client().get(path).status_code == 401


def test_a_project_that_does_not_exist_looks_like_one_of_others(alice: Person, charlie: Person) -> None:
    theirs, nobodys = charlie.client.get(f"/api/projects/{alice.project.pk}/"), charlie.client.get("/api/projects/999999/")
    assert theirs.json() == nobodys.json()


@pytest.mark.parametrize("project_id", ["0", "-1", "abc", "1e3", "９", "9" * 40, "@other"])
def test_odd_project_ids_are_not_found(alice: Person, project_id: str) -> None:
    assert alice.client.get(f"/api/projects/{project_id}/").status_code == 404


def test_current_is_the_project_the_user_chose(alice: Person) -> None:
    assert alice.client.get("/api/projects/@current/").json()["id"] == alice.project.pk


def test_the_list_holds_only_own_projects(alice: Person, charlie: Person) -> None:
    assert [project["id"] for project in charlie.client.get("/api/projects/").json()["results"]] == [charlie.project.pk]


def test_a_key_works_like_its_owner(alice: Person, charlie: Person) -> None:
    key = alice.key("project:read")
    assert get(f"/api/projects/{alice.project.pk}/", key)[0] == 200
    assert get(f"/api/projects/{charlie.project.pk}/", key)[0] == 404


def test_a_key_limited_to_some_projects_sees_and_adds_no_others(alice: Person) -> None:
    other = services.create_project(alice.project.organization, "Other")
    key = alice.key("*", scoped_teams=[alice.project.pk])
    assert get(f"/api/projects/{other.pk}/", key)[0] == 403
    assert [project["id"] for project in get("/api/projects/", key)[1]["results"]] == [alice.project.pk]
    alice.user.current_project = other
    alice.user.save()
    me = get("/api/users/@me/", key)[1]
    assert ([project["id"] for project in me["projects"]], me["team"]["id"]) == ([alice.project.pk], alice.project.pk)
    assert other.api_token not in str(me)
    assert post("/api/projects/", {"name": "Mine"}, key) == 403
    assert post("/api/projects/", {"name": "Ours"}, alice.key("project:write")) == 201


def test_a_key_cannot_add_a_member_who_may_more_than_the_key(alice: Person) -> None:
    new = {"email": "dora@example.com", "password": "another long one"}
    assert post(f"/api/projects/{alice.project.pk}/members/", new, alice.key("project:write")) == 403


def test_a_key_without_the_scope_is_refused_and_told_which_one_is_missing(alice: Person) -> None:
    status, error = get(f"/api/projects/{alice.project.pk}/", alice.key("query:read"))
    assert status == 403
    assert "project:read" in error["detail"]


def test_a_read_key_cannot_write(alice: Person) -> None:
    response = Client().patch(
        f"/api/projects/{alice.project.pk}/",
        {"name": "Mine"},
        content_type="application/json",
        headers={"authorization": f"Bearer {alice.key('project:read')}"},
    )
    assert response.status_code == 403


def test_a_revoked_key_stops_working_at_once(alice: Person) -> None:
    made = alice.client.post("/api/personal_api_keys/", {"label": "ci", "scopes": ["*"]}, content_type="application/json").json()
    assert get("/api/projects/@current/", made["value"])[0] == 200
    assert alice.client.delete(f"/api/personal_api_keys/{made['id']}/").status_code == 204
    assert get("/api/projects/@current/", made["value"])[0] == 401


def test_a_keys_value_is_shown_once_and_never_stored(alice: Person) -> None:
    made = alice.client.post("/api/personal_api_keys/", {"label": "ci", "scopes": ["query:read"]}, content_type="application/json").json()
    assert made["value"].startswith("phx_")
    listed = alice.client.get("/api/personal_api_keys/").json()["results"][0]
    assert listed["value"] is None
    stored = alice.user.personal_api_keys.values_list("secure_value", flat=True)
    assert made["value"] not in stored


def test_a_key_cannot_make_keys(alice: Person) -> None:
    assert get("/api/personal_api_keys/", alice.key())[0] == 403


def test_nobody_removes_the_keys_of_others(alice: Person, bob: Person) -> None:
    made = alice.client.post("/api/personal_api_keys/", {"label": "ci", "scopes": ["*"]}, content_type="application/json").json()
    assert bob.client.delete(f"/api/personal_api_keys/{made['id']}/").status_code == 404


def test_only_administrators_add_members_and_projects(alice: Person, bob: Person) -> None:
    new = {"email": "dora@example.com", "password": "another long one"}
    path = f"/api/projects/{alice.project.pk}/members/"
    assert bob.client.post(path, new, content_type="application/json").status_code == 403
    assert alice.client.post(path, new, content_type="application/json").status_code == 201
    assert bob.client.post("/api/projects/", {"name": "Bob's"}, content_type="application/json").status_code == 403


@pytest.mark.parametrize("body", [{"timezone": "Mars/Olympus"}, {"week_start_day": 9}, {"test_account_filters": "x"}, *ODD_NAMES])
def test_a_bad_project_setting_names_its_field(alice: Person, body: dict) -> None:
    error = alice.client.patch(f"/api/projects/{alice.project.pk}/", body, content_type="application/json")
    assert error.status_code == 400
    assert error.json()["attr"] == next(iter(body))


@pytest.mark.parametrize("body", [{"label": "ci"}, {"label": "ci", "scopes": []}, {"label": "ci", "scopes": ["*"], "scoped_teams": [True]}])
def test_a_key_needs_scopes_and_whole_numbers_of_projects(alice: Person, body: dict) -> None:
    error = alice.client.post("/api/personal_api_keys/", body, content_type="application/json")
    assert error.status_code == 400
    assert error.json()["attr"] == ("scoped_teams" if "scoped_teams" in body else "scopes")


def test_unknown_scopes_are_refused_by_name(alice: Person) -> None:
    error = alice.client.post("/api/personal_api_keys/", {"label": "x", "scopes": ["everything:read"]}, content_type="application/json")
    assert error.status_code == 400
    assert "everything:read" in error.json()["detail"]
