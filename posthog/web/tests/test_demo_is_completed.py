"""A demo whose filling was interrupted is completed by the next attempt, and no event of it is there twice."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django import Settings

from posthog.clickhouse import client
from posthog.clickhouse.errors import StoreUnavailable
from posthog.clickhouse.tests import tables
from posthog.web.demo import sender
from posthog.web.demo.project import ensure_project
from posthog.web.management.commands import demo

Events = list[dict[str, Any]]


class Interrupted(Exception):
    """The fill was stopped."""


@pytest.fixture
def sends(settings: Settings, monkeypatch: pytest.MonkeyPatch, engine: object) -> Callable[..., Events]:
    """sends(interrupted_after=100) fills the demo until so many events were sent; they are stored at once unless stored=False."""
    settings.LABELS_ENABLED = False
    tables.empty()  # the project's number may have been another test's

    def fill(interrupted_after: int | None = None, *, stored: bool = True) -> Events:
        sent: Events = []

        def send(events: Events, *_: object) -> Iterator[int]:
            sent.extend(events[:interrupted_after])
            if stored:
                _store(sent)
            if interrupted_after is not None:
                raise Interrupted
            yield len(sent)

        monkeypatch.setattr(sender, "send", send)
        with contextlib.suppress(Interrupted):
            call_command("demo")
        return sent

    return fill


@pytest.mark.django_db
def test_an_interrupted_fill_is_completed_without_duplicates(sends: Callable[..., Events], capsys: pytest.CaptureFixture[str]) -> None:
    first, second = sends(interrupted_after=100), sends()
    assert len(first) == 100
    assert len(second) > 1_000
    query = "SELECT count(), uniqExact(uuid) FROM events WHERE team_id = %(team)s"
    assert client.execute(query, {"team": ensure_project().pk}) == [(len(first + second), len(first + second))]
    assert sends() == []
    assert "is filled already" in capsys.readouterr().out


@pytest.mark.django_db
def test_what_was_on_its_way_when_the_fill_was_interrupted_is_sent_with_the_same_ids(sends: Callable[..., Events]) -> None:
    first, second = sends(interrupted_after=100, stored=False), sends()
    assert first == second[:100]


def test_a_store_that_is_restarted_is_waited_for() -> None:
    def away() -> int:
        raise StoreUnavailable(210, "restarting")

    assert demo._patiently(away, otherwise=7) == 7


def test_a_web_server_that_is_restarted_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender.time, "sleep", lambda seconds: None)
    asked: list[str] = []

    class DiesOnce(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.path)
            if len(asked) > 1:
                self.send_response(200)
                self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), DiesOnce) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        assert list(sender.send([{"event": "a"}], "phc_token", "127.0.0.1", server.server_port)) == [1]
        server.shutdown()
    assert asked == ["/batch/", "/batch/"]


def _store(events: Events) -> None:
    columns = ["team_id", "uuid", "event", "timestamp", "distinct_id"]
    team = ensure_project().pk
    rows = [[team, event["uuid"], event["event"], datetime.fromisoformat(event["timestamp"]), event["distinct_id"]] for event in events]
    client.insert("events", columns, rows)
