"""Every route of a project, found by walking the URL map, refuses strangers and the signed-out with every method.

A new route is tried without anyone adding it here.
"""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from posthog.conftest import Person

METHODS = ["get", "post", "put", "patch", "delete"]
SAMPLES = {
    "str": "abc",
    "int": "1",
    "uuid": "5a8f6b0e-3c8e-4f0a-9d52-7f1f4f1e2b11",
    "conversation": "abc",
    "slug": "abc",
}
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("engine", "valkey")]


def project_routes() -> list[str]:
    found = [route for route in _routes(get_resolver().url_patterns, "") if "<str:project_id>" in route]
    return sorted({_filled(route) for route in found})


def _routes(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[str]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, route)
        else:
            yield route


def _filled(route: str) -> str:
    """The route with samples in place of its parameters, PROJECT for the project."""
    path = route.replace("<str:project_id>", "PROJECT").replace("^", "").replace("$", "").replace("/?", "/")
    for kind, sample in SAMPLES.items():
        while f"<{kind}:" in path:
            start = path.index(f"<{kind}:")
            path = path[:start] + sample + path[path.index(">", start) + 1 :]
    return "/" + path


def test_the_walk_finds_the_routes() -> None:
    routes = project_routes()
    assert "/api/projects/PROJECT/query/" in routes
    assert "/api/projects/PROJECT/conversations/" in routes
    assert "/api/environments/PROJECT/query/" in routes
    assert all("<" not in route for route in routes)


def test_a_stranger_gets_not_found_everywhere(alice: Person, charlie: Person) -> None:
    answers = {(method, path): _status(charlie.client, method, path, alice) for path in project_routes() for method in METHODS}
    assert {case: status for case, status in answers.items() if status not in (404, 405)} == {}


def test_a_strangers_key_gets_not_found_everywhere(alice: Person, charlie: Person) -> None:
    client = Client(headers={"authorization": f"Bearer {charlie.key()}"})
    answers = {(method, path): _status(client, method, path, alice) for path in project_routes() for method in METHODS}
    assert {case: status for case, status in answers.items() if status not in (404, 405)} == {}


def test_the_signed_out_are_asked_to_sign_in_everywhere(alice: Person) -> None:
    answers = {(method, path): _status(Client(), method, path, alice) for path in project_routes() for method in METHODS}
    assert {case: status for case, status in answers.items() if status not in (401, 405)} == {}


def test_a_project_token_is_no_key(alice: Person) -> None:
    client = Client(headers={"authorization": f"Bearer {alice.project.api_token}"})
    answers = {path: _status(client, "get", path, alice) for path in project_routes()}
    assert {path: status for path, status in answers.items() if status not in (401, 405)} == {}


def test_a_key_without_scopes_for_it_is_refused_everywhere(alice: Person) -> None:
    client = Client(headers={"authorization": f"Bearer {alice.key('user:read')}"})
    answers = {(method, path): _status(client, method, path, alice) for path in project_routes() for method in METHODS}
    assert {case: status for case, status in answers.items() if status not in (403, 405)} == {}


def _status(client: Client, method: str, path: str, owner: Person) -> int:
    send = getattr(client, method)
    target = path.replace("PROJECT", str(owner.project.pk))
    return int((send(target) if method == "get" else send(target, "{}", content_type="application/json")).status_code)
