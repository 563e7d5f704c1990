"""Every address answers something sensible, with headers that keep foreign script out."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from posthog.conftest import Person
from posthog.web import shell

pytestmark = pytest.mark.django_db


@pytest.fixture
def _built(settings: Any, tmp_path: Path) -> Iterator[None]:
    (tmp_path / "index.html").write_text('<meta name="csp-nonce" content="{{ csp_nonce }}"><div id="root"></div>')
    settings.FRONTEND_DIR = tmp_path
    shell._index.cache_clear()
    yield
    shell._index.cache_clear()


@pytest.mark.usefixtures("_built")
@pytest.mark.parametrize("path", ["/", "/login", "/project/1/conversations", "/project/1/conversations/a%20b"])
def test_every_page_is_the_shell_with_a_fresh_nonce(path: str) -> None:
    first, second = Client().get(path), Client().get(path)
    assert first.status_code == 200
    policy = first.headers["Content-Security-Policy"]
    nonce = policy.split("'nonce-")[1].split("'")[0]
    assert f'content="{nonce}"' in first.content.decode()
    assert nonce not in second.content.decode()
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert first.headers["Cache-Control"] == "no-store"
    assert "posthog_csrftoken" in first.cookies


def test_without_a_built_interface_the_page_says_what_to_do(settings: Any, tmp_path: Path) -> None:
    settings.FRONTEND_DIR = tmp_path
    shell._index.cache_clear()
    answer = Client().get("/")
    shell._index.cache_clear()
    assert answer.status_code == 503
    assert b"bin/start" in answer.content


def test_an_unknown_api_route_answers_json(alice: Person) -> None:
    answer = alice.client.get("/api/nothing/here/")
    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"


@pytest.mark.parametrize("path", ["/nowhere", "/login", "/i/v0/nowhere", "/api/nowhere/"])
def test_what_is_sent_where_nothing_is_taken_is_not_found(path: str) -> None:
    answer = Client(enforce_csrf_checks=True).post(path, {"event": "message sent"}, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_api_paths_answer_without_the_last_slash(alice: Person, charlie: Person) -> None:
    me, project = "/api/users/@me", f"/api/projects/{alice.project.pk}"
    assert alice.client.get(me).json() == alice.client.get(f"{me}/").json()
    assert alice.client.get(project).json()["api_token"] == alice.project.api_token
    assert charlie.client.get(project).status_code == 404
    careful = Client(enforce_csrf_checks=True)
    careful.cookies = alice.client.cookies
    assert careful.patch(project, {"name": "Theirs"}, content_type="application/json").status_code == 403


@pytest.mark.parametrize("path", ["/api/users/@me/", "/_preflight"])
def test_answers_carry_the_protective_headers(alice: Person, path: str) -> None:
    headers = alice.client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "Access-Control-Allow-Origin" not in headers


def test_a_body_that_is_not_json_is_refused_with_a_reason(alice: Person) -> None:
    answer = alice.client.post("/api/projects/", b'{"name": ', content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["code"] == "parse_error"


def test_a_body_of_another_kind_is_the_senders_fault(alice: Person) -> None:
    answer = alice.client.post("/api/projects/@current/query/", "<query/>", content_type="application/xml")
    assert (answer.status_code, answer.json()["type"], answer.json()["code"]) == (415, "invalid_request", "unsupported_media_type")


@pytest.mark.parametrize("accept", ["text/html,application/xhtml+xml;q=0.9", "application/xml", "*/*"])
def test_answers_are_json_whatever_is_accepted(alice: Person, accept: str) -> None:
    answer = alice.client.get("/api/projects/@current/", headers={"accept": accept})
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")


def test_a_deeply_nested_body_is_refused(alice: Person) -> None:
    answer = alice.client.post("/api/projects/", b"[" * 100_000, content_type="application/json")
    assert answer.status_code == 400
    assert "nested" in answer.json()["detail"]
