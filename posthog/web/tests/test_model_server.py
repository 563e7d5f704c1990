"""Plugins made for the original model servers can use this one."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from posthog.classifiers import service
from posthog.classifiers.tests.test_families_and_their_properties import FAMILIES, Model
from posthog.common import limits

PATHS = {name: f"/conversation_{name}_plugin" for name in ("emotions", "toxicity", "flow", "prompt_attack")}
# As the plugins send it.
HEADERS = {"accept": "*/*", "accept-encoding": "gzip, deflate, br", "connection": "keep-alive"}
BOTH = {"llm_input": "That is fine, can you expand on that list", "llm_output": "My apologies, I cannot do that for you."}


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Model:
    stand_in = Model()
    monkeypatch.setattr(service, "engine", lambda: stand_in)
    return stand_in


def ask(path: str, body: Any, content_type: str = "application/json", **more: Any) -> tuple[int, Any]:
    data = body if isinstance(body, bytes | str) else json.dumps(body)
    answer = Client(enforce_csrf_checks=True).post(path, data, content_type=content_type, headers=HEADERS, **more)
    return answer.status_code, answer.json()


def test_emotions_are_the_likeliest_ones_or_empty(model: Model) -> None:
    assert ask(PATHS["emotions"], BOTH) == (200, {"user_emotion": "", "agent_emotion": ""})
    model.said = {"joy": 0.9, "neutral": 0.95}
    assert ask(PATHS["emotions"], BOTH) == (200, {"user_emotion": "", "agent_emotion": ""})
    model.said = {"joy": 0.9}
    assert ask(PATHS["emotions"], BOTH) == (200, {"user_emotion": "joy", "agent_emotion": "joy"})


def test_toxicity_is_one_or_zero(model: Model) -> None:
    zeros = {"user_toxic": 0, "user_severe_toxic": 0, "agent_toxic": 0, "agent_severe_toxic": 0}
    assert ask(PATHS["toxicity"], BOTH) == (200, zeros)
    model.said = {"toxic": 0.9}
    assert ask(PATHS["toxicity"], BOTH) == (200, zeros | {"user_toxic": 1, "agent_toxic": 1})


def test_flows_are_labels_of_their_speaker_and_never_other(model: Model) -> None:
    model.said = {"OTHER": 0.9, "agent_refuses_answer": 0.9}
    assert ask(PATHS["flow"], BOTH) == (200, {"user_flow": "", "agent_flow": "agent_refuses_answer"})


def test_attacks_are_only_what_was_found(model: Model) -> None:
    assert ask(PATHS["prompt_attack"], BOTH) == (200, {})
    model.said = {"prompt_attack": 0.75, "toxic": 0.9, "threat": 0.9}
    found = {"user_threat_ExploitClassifier": "0.750000", "user_threat_score": 2.0}
    assert ask(PATHS["prompt_attack"], BOTH) == (200, found)
    leak = BOTH | {"llm_output": "Write to dora.klein@mailbox.org"}
    more = {"agent_threat_PiiMarker": "e-mail address (d…@mailbox.org)", "agent_threat_score": 1.4}
    assert ask(PATHS["prompt_attack"], leak) == (200, found | more)


def test_extra_fields_empty_texts_and_other_languages_are_answered(model: Model) -> None:
    model.said = {"joy": 0.9}
    german = "Ich möchte bitte wissen, wann die Bibliothek am Samstag öffnet."
    assert ask(PATHS["emotions"], {"llm_input": german, "llm_output": "", "x": 1}) == (200, {"user_emotion": "", "agent_emotion": ""})
    assert ask(PATHS["emotions"] + "/", BOTH)[0] == 200


PARTS = [{"type": "text", "text": "Hello"}]
INVALID: list[tuple[Any, list[dict[str, Any]]]] = [
    ({"llm_input": "a"}, [{"type": "missing", "loc": ["body", "llm_output"], "msg": "Field required", "input": {"llm_input": "a"}}]),
    (
        {},
        [{"type": "missing", "loc": ["body", field], "msg": "Field required", "input": {}} for field in ("llm_input", "llm_output")],
    ),
    (
        {"llm_input": PARTS, "llm_output": "b"},
        [{"type": "string_type", "loc": ["body", "llm_input"], "msg": "Input should be a valid string", "input": PARTS}],
    ),
    (
        {"llm_input": "a", "llm_output": None},
        [{"type": "string_type", "loc": ["body", "llm_output"], "msg": "Input should be a valid string", "input": None}],
    ),
    (
        [1],
        [
            {
                "type": "model_attributes_type",
                "loc": ["body"],
                "msg": "Input should be a valid dictionary or object to extract fields from",
                "input": [1],
            }
        ],
    ),
    (b"", [{"type": "missing", "loc": ["body"], "msg": "Field required", "input": None}]),
    (
        b'{"llm_input": ',
        [{"type": "json_invalid", "loc": ["body", 14], "msg": "JSON decode error", "input": {}, "ctx": {"error": "Expecting value"}}],
    ),
]


@pytest.mark.parametrize("path", PATHS.values())
@pytest.mark.parametrize(("body", "detail"), INVALID)
def test_a_bad_body_is_refused_as_fastapi_does(model: Model, path: str, body: Any, detail: list[dict[str, Any]]) -> None:
    assert ask(path, body) == (422, {"detail": detail})


def test_a_body_that_is_no_json_by_its_type_is_refused(model: Model) -> None:
    status, answer = ask(PATHS["flow"], json.dumps(BOTH), "text/plain")
    assert (status, answer["detail"][0]["type"]) == (422, "model_attributes_type")


def test_a_body_beyond_the_limit_and_other_methods_are_refused(model: Model) -> None:
    assert ask(PATHS["flow"], {"llm_input": "x" * 6_000_000, "llm_output": ""})[0] == 413
    answer = Client().get(PATHS["flow"])
    assert (answer.status_code, answer.json()) == (405, {"detail": "Method Not Allowed"})


def test_without_a_model_the_answer_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setattr(service, "_folder", tmp_path)
    monkeypatch.setattr(service, "_engine", None)
    status, answer = ask(PATHS["emotions"], BOTH)
    assert status == 503
    assert "card.json" in answer["detail"]
    settings.LABELS_ENABLED = False
    assert ask(PATHS["emotions"], BOTH)[0] == 503


def test_a_model_without_flow_labels_does_not_pretend(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Model, "card", type(model.card)(FAMILIES[:2], {}, "test"))
    assert ask(PATHS["flow"], BOTH)[0] == 503
    assert ask(PATHS["prompt_attack"], BOTH) == (200, {})


@pytest.mark.parametrize(
    ("address", "forwarded", "trusted", "status"),
    [
        ("127.0.0.1", None, False, 200),
        ("10.1.2.3", None, False, 200),
        ("::1", None, False, 200),
        ("::ffff:192.168.0.9", None, False, 200),
        ("8.8.8.8", None, False, 403),
        ("2600::1", None, False, 403),
        ("::ffff:8.8.8.8", None, False, 403),
        ("", None, False, 403),
        ("127.0.0.1", "8.8.8.8", False, 403),
        ("127.0.0.1", "10.1.2.3", False, 403),
        ("127.0.0.1", "8.8.8.8", True, 403),
        ("127.0.0.1", "10.0.0.1, 8.8.8.8", True, 403),
        ("127.0.0.1", "8.8.8.8, 10.0.0.1", True, 200),
    ],
)
def test_only_near_clients_are_answered(
    model: Model, valkey: object, settings: Settings, address: str, forwarded: str | None, trusted: bool, status: int
) -> None:
    settings.TRUST_PROXY = trusted
    more = {"REMOTE_ADDR": address} | ({"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {})
    assert ask(PATHS["toxicity"], BOTH, **more)[0] == status
    settings.MODEL_SERVER_OPEN = True
    assert ask(PATHS["toxicity"], BOTH, **more)[0] == 200


def test_a_far_client_of_an_open_server_has_a_number_of_requests(
    model: Model, valkey: object, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MODEL_SERVER_OPEN = True
    monkeypatch.setattr(limits, "MODEL_SERVER_PER_MINUTE", 2)
    assert [ask(PATHS["toxicity"], BOTH, REMOTE_ADDR="8.8.4.4")[0] for _ in range(3)] == [200, 200, 429]
    assert ask(PATHS["toxicity"], BOTH, REMOTE_ADDR="8.8.4.5")[0] == 200
    assert [ask(PATHS["toxicity"], BOTH, REMOTE_ADDR="10.1.2.3")[0] for _ in range(3)] == [200, 200, 200]


def test_while_requests_cannot_be_counted_far_clients_are_told_so_and_near_ones_answered(
    model: Model, without_valkey: None, settings: Settings
) -> None:
    settings.MODEL_SERVER_OPEN = True
    status, answer = ask(PATHS["toxicity"], BOTH, REMOTE_ADDR="8.8.4.4")
    assert (status, "counted" in answer["detail"]) == (503, True)
    assert ask(PATHS["toxicity"], BOTH, REMOTE_ADDR="10.1.2.3")[0] == 200
