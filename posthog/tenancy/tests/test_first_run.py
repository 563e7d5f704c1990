"""The first start makes one organization, one project and one owner, and then the door is closed."""

import pytest
from django.test import Client

SETUP = {"email": "Alice@Example.com", "password": "correct horse battery", "organization_name": "Acme", "project_name": "Chat"}
pytestmark = pytest.mark.django_db


def post(client: Client, path: str, body: object) -> tuple[int, dict]:
    response = client.post(path, body, content_type="application/json")
    return response.status_code, response.json() if response.content else {}


def test_a_fresh_server_says_that_it_is_not_initialized() -> None:
    assert Client().get("/_preflight").json()["initialized"] is False


def test_setup_makes_a_project_with_a_token_and_signs_the_owner_in() -> None:
    client = Client()
    status, me = post(client, "/api/setup/", SETUP)
    assert status == 201
    assert me["email"] == "alice@example.com"
    assert me["team"]["api_token"].startswith("phc_")
    assert client.get("/api/users/@me/").json()["organization"]["name"] == "Acme"
    assert client.get("/_preflight").json()["initialized"] is True


def test_it_says_whether_this_browser_is_signed_in() -> None:
    client = Client()
    post(client, "/api/setup/", SETUP)
    assert client.get("/_preflight").json()["signed_in"] is True
    assert Client().get("/_preflight").json()["signed_in"] is False


def test_setup_is_closed_once_there_is_a_user() -> None:
    post(Client(), "/api/setup/", SETUP)
    status, error = post(Client(), "/api/setup/", {**SETUP, "email": "mallory@example.com"})
    assert status == 403
    assert "already" in error["detail"]


@pytest.mark.parametrize(("field", "value"), [("email", "not an address"), ("password", "short"), ("password", "password123")])
def test_setup_names_the_field_that_is_wrong(field: str, value: str) -> None:
    status, error = post(Client(), "/api/setup/", {**SETUP, field: value})
    assert status == 400
    assert error["attr"] == field
    assert error["type"] == "validation_error"
