"""Signing in and out, and how often one may try."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from posthog.common import attempts, limits
from posthog.conftest import PASSWORD, Person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("valkey", "_no_attempts")]


@pytest.fixture
def _no_attempts(valkey: object) -> None:
    from posthog.common.redis import client

    for key in client().scan_iter("login:*"):
        client().delete(key)


def sign_in(client: Client, password: str, email: str = "alice@example.com") -> Any:
    return client.post("/api/login/", {"email": email, "password": password}, content_type="application/json")


def test_the_right_password_opens_a_session(alice: Person) -> None:
    client = Client()
    response = sign_in(client, PASSWORD)
    assert response.status_code == 200
    assert client.get("/api/users/@me/").json()["email"] == "alice@example.com"
    cookie = client.cookies["posthog_session"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_a_wrong_password_and_an_unknown_account_get_the_same_answer(alice: Person) -> None:
    wrong, unknown = sign_in(Client(), "nope nope nope"), sign_in(Client(), PASSWORD, "nobody@example.com")
    assert wrong.status_code == unknown.status_code == 400
    assert wrong.json() == unknown.json()


def test_signing_out_ends_the_session(alice: Person) -> None:
    assert alice.client.post("/api/logout/").status_code == 204
    assert alice.client.get("/api/users/@me/").status_code == 401


def test_trying_too_often_is_refused_even_with_the_right_password(alice: Person) -> None:
    for _ in range(limits.LOGIN_ATTEMPTS_PER_MINUTE):
        sign_in(Client(), "guess guess guess")
    assert sign_in(Client(), PASSWORD).status_code == 429


def test_behind_a_trusted_proxy_a_strangers_attempts_are_not_those_of_others(alice: Person, settings: Settings) -> None:
    settings.TRUST_PROXY = True
    for number in range(limits.LOGIN_ATTEMPTS_PER_MINUTE + 1):
        stranger = Client(headers={"x-forwarded-for": f"198.51.100.{number}, 203.0.113.7"})  # the proxy adds the last
        last = sign_in(stranger, "guess guess guess", f"nobody{number}@example.com")
    assert last.status_code == 429
    assert sign_in(Client(headers={"x-forwarded-for": "192.0.2.1"}), PASSWORD).status_code == 200


def test_while_attempts_cannot_be_counted_nobody_signs_in_and_is_told_why(alice: Person, without_valkey: None) -> None:
    answer = sign_in(Client(), PASSWORD)
    assert (answer.status_code, answer.json()["type"], "counted" in answer.json()["detail"]) == (503, "server_error", True)


def test_who_was_counted_signs_in_also_when_the_counts_cannot_be_forgotten(
    alice: Person, without_valkey: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "count", lambda key: 1)
    assert sign_in(Client(), PASSWORD).status_code == 200


def test_a_session_needs_the_csrf_token(alice: Person) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice.user)
    assert strict.post("/api/projects/", {"name": "x"}, content_type="application/json").status_code == 403
