"""A project, a browser without a session, and the log that its requests end in."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from posthog.common.redis import client
from posthog.eventlog import keys, log
from posthog.eventlog.payload import unpack
from posthog.tenancy import services
from posthog.tenancy.models import Organization

HELLO = {"event": "message sent", "distinct_id": "dora@example.com", "properties": {"text": "Grüße aus Köln 👋"}}


@dataclass
class Sender:
    """What an SDK is to the server: requests go in, entries of the log come out."""

    token: str
    browser: Client

    def post(self, path: str, body: object = b"", content_type: str = "application/json", **headers: str) -> Any:
        payload = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.browser.post(path, payload, content_type=content_type, headers=headers)

    def event(self, **fields: object) -> dict[str, object]:
        return {**HELLO, "api_key": self.token, **fields}

    def entries(self) -> list[dict[str, Any]]:
        """All entries of the log, partition by partition."""
        return [unpack(fields[b"p"]) for partition in (0, 1) for _, fields in client().xrange(keys.stream(partition))]

    def events(self) -> list[dict[str, Any]]:
        return [event for entry in self.entries() for event in entry["events"]]

    def forget(self) -> None:
        for key in client().scan_iter("eventlog:*"):
            client().delete(key)


@pytest.fixture
def sender(db: None, valkey: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch) -> Sender:
    project = services.create_project(Organization.objects.create(name="Hedgehog Chat"), "Support bot")
    made = Sender(project.api_token, Client())
    made.forget()
    monkeypatch.setattr(log, "_gauge", log._Gauge())
    return made


@pytest.fixture
def stored_event(sender: Sender) -> Callable[..., dict[str, Any]]:
    """stored_event(**fields): the one event in the log after the greeting was sent with these fields."""

    def send(**fields: object) -> dict[str, Any]:
        answer = sender.post("/e/", sender.event(**fields))
        assert answer.status_code == 200, answer.content
        (event,) = sender.events()
        return event

    return send
