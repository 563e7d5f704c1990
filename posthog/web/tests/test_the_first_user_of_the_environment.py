"""INITIAL_* variables make the first user under the rules of the browser form; what breaks them is named and nothing is made."""

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from pytest_django import Settings

from posthog.classifiers import service
from posthog.common import redis
from posthog.tenancy.models import Project, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("engine", "valkey", "given")]


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INITIAL_EMAIL", "ada@example.com")
    monkeypatch.setenv("INITIAL_PASSWORD", "correct horse battery")
    monkeypatch.setenv("INITIAL_PROJECT_TOKEN", "phc_of_the_operator")


def test_user_and_project_are_made_once() -> None:
    call_command("prepare")
    call_command("prepare")
    assert [user.email for user in User.objects.all()] == ["ada@example.com"]
    assert [(project.name, project.api_token) for project in Project.objects.all()] == [("Default project", "phc_of_the_operator")]


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("INITIAL_EMAIL", "ada", "^INITIAL_EMAIL: Enter a valid email address."),
        ("INITIAL_PASSWORD", "short", "^INITIAL_PASSWORD: .*at least 10 characters"),
        ("INITIAL_PASSWORD", "", "INITIAL_PASSWORD is not"),
        ("INITIAL_PROJECT", "x" * 201, "^INITIAL_PROJECT: .*200"),
        ("INITIAL_PROJECT_TOKEN", "x" * 65, "^INITIAL_PROJECT_TOKEN must be at most 64"),
    ],
)
def test_what_the_form_would_refuse_is_refused(name: str, value: str, sentence: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(CommandError, match=sentence):
        call_command("prepare")
    assert not User.objects.exists()
    assert not Project.objects.exists()


def test_an_event_log_that_does_not_answer_stops_the_start(settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    redis.client.cache_clear()
    with pytest.raises(CommandError, match=r"the event log does not answer, see REDIS_URL: .*127.0.0.1:1"):
        call_command("prepare")
    redis.client.cache_clear()


def test_a_model_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(service, "label_version", lambda: "")
    call_command("prepare")
    assert "There is no model in MODEL_DIR=" in capsys.readouterr().out
