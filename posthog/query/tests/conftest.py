from collections.abc import Callable
from typing import Any

import pytest

from posthog.conftest import Person

Ask = Callable[..., Any]


@pytest.fixture
def ask(stores: None) -> Ask:
    """ask(person, query) posts the query as that person and gives (status, body)."""

    def post(person: Person, query: Any, project: object = None, **envelope: Any) -> tuple[int, Any]:
        path = f"/api/projects/{project or person.project.pk}/query/"
        response = person.client.post(path, {"query": query, **envelope}, content_type="application/json")
        return response.status_code, response.json()

    return post
