"""A project without flags answers every generation of SDK in its shape, so that none asks again or complains."""

import gzip
import json
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from posthog.conftest import Person

pytestmark = pytest.mark.django_db


class SDK:
    def __init__(self, token: str) -> None:
        self.token, self.client = token, Client()

    def ask(self, path: str, **fields: object) -> Any:
        body = {"token": self.token, "distinct_id": "dora@example.com", **fields}
        return self.client.post(path, json.dumps(body), content_type="application/json")


@pytest.fixture
def sdk(alice: Person) -> SDK:
    return SDK(alice.project.api_token)


@pytest.mark.parametrize("path", ["/flags/?v=2", "/flags?v=2"])
def test_flags_of_version_2(sdk: SDK, path: str) -> None:
    answer = sdk.ask(path).json()
    assert UUID(answer.pop("requestId"))
    assert answer.pop("evaluatedAt") > 1_700_000_000_000
    assert answer == {"flags": {}, "errorsWhileComputingFlags": False}


@pytest.mark.parametrize("query", ["", "?v=1", "?v=x", "?v=-1"])
def test_flags_of_version_1(sdk: SDK, query: str) -> None:
    answer = sdk.ask(f"/flags/{query}").json()
    assert set(answer) == {"featureFlags", "featureFlagPayloads", "errorsWhileComputingFlags", "requestId", "evaluatedAt"}
    assert (answer["featureFlags"], answer["featureFlagPayloads"]) == ({}, {})


def test_flags_bring_the_configuration_when_asked(sdk: SDK) -> None:
    assert "hasFeatureFlags" not in sdk.ask("/flags/?v=2").json()
    answer = sdk.ask("/flags/?v=2&config=true").json()
    assert answer["hasFeatureFlags"] is False
    assert answer["supportedCompression"] == ["gzip", "gzip-js"]


@pytest.mark.parametrize(
    ("version", "flags", "more"),
    [
        (1, [], set()),
        (2, {}, set()),
        (3, {}, {"featureFlagPayloads", "errorsWhileComputingFlags"}),
        (4, {}, {"featureFlagPayloads", "errorsWhileComputingFlags", "flags"}),
    ],
)
def test_decide(sdk: SDK, version: int, flags: object, more: set[str]) -> None:
    answer = sdk.ask(f"/decide/?v={version}").json()
    assert answer["featureFlags"] == flags
    assert more <= set(answer)
    assert answer["config"] == {"enable_collect_everything": True}
    assert (answer["isAuthenticated"], answer["sessionRecording"], answer["siteApps"], answer["toolbarParams"]) == (False, False, [], {})
    assert answer["analytics"] == {"endpoint": "/i/v0/e/"}


def test_bodies_are_read_like_those_of_events(sdk: SDK) -> None:
    body = gzip.compress(json.dumps({"api_key": sdk.token, "distinct_id": 7}).encode())
    assert sdk.client.post("/flags/?v=2&compression=gzip-js", body, content_type="text/plain").status_code == 200
    assert sdk.client.get(f"/decide/?v=3&token={sdk.token}&distinct_id=dora").status_code == 200


@pytest.mark.parametrize(
    ("fields", "status", "code", "detail"),
    [
        ({"distinct_id": None}, 400, "missing_distinct_id", "Decide requires a distinct_id."),
        ({"distinct_id": " "}, 400, "missing_distinct_id", "Decide requires a distinct_id."),
        (
            {"token": "phc_of_nobody"},
            401,
            "invalid_api_key",
            "Project API key invalid. You can find your project API key in PostHog project settings.",
        ),
        ({"token": None}, 401, "no_api_key", 'API key not provided. Send the project\'s token as "token" or "api_key".'),
        ({"token": ["phc_"]}, 401, "invalid_api_key", "API key is not valid: not a string"),
    ],
)
@pytest.mark.parametrize("path", ["/flags/?v=2", "/decide/?v=3"])
def test_wrong_questions(sdk: SDK, path: str, fields: dict[str, object], status: int, code: str, detail: str) -> None:
    answer = sdk.ask(path, **fields)
    assert answer.status_code == status
    assert (answer.json()["code"], answer.json()["detail"]) == (code, detail)


def test_a_sender_that_wants_no_flags_needs_no_id(sdk: SDK) -> None:
    assert sdk.ask("/flags/?v=2", distinct_id=None, disable_flags=True).status_code == 200


def test_the_configuration_says_that_everything_is_off(sdk: SDK) -> None:
    answer = sdk.client.get(f"/array/{sdk.token}/config")
    told = answer.json()
    switches = [
        "hasFeatureFlags",
        "sessionRecording",
        "heatmaps",
        "autocaptureExceptions",
        "capturePerformance",
        "captureDeadClicks",
    ]
    assert [told[name] for name in switches] == [False] * len(switches)
    assert told["defaultIdentifiedOnly"] is True
    assert "surveys" not in told
    assert "max-age" in answer["Cache-Control"]
    assert sdk.client.get("/array/phc_of_nobody/config").status_code == 401


def test_the_configuration_as_a_script(sdk: SDK) -> None:
    answer = sdk.client.get(f"/array/{sdk.token}/config.js")
    assert answer["Content-Type"] == "application/javascript"
    start, _, assigned = answer.content.decode().partition("] = ")
    assert start.endswith(f'["{sdk.token}"')
    assert json.loads(assigned.rstrip(";\n"))["config"]["hasFeatureFlags"] is False


@pytest.mark.parametrize(
    ("path", "name"),
    [("/api/surveys/", "surveys"), ("/api/early_access_features", "earlyAccessFeatures"), ("/api/web_experiments/", "experiments")],
)
def test_public_lists_are_empty(sdk: SDK, path: str, name: str) -> None:
    assert sdk.client.get(f"{path}?token={sdk.token}").json() == {name: []}
    assert sdk.client.get(path).status_code == 401


@pytest.mark.parametrize(
    "path", ["/flags/definitions", "/flags/definitions/", "/api/feature_flag/local_evaluation", "/api/feature_flag/local_evaluation/"]
)
def test_definitions_need_a_personal_key(alice: Person, charlie: Person, path: str) -> None:
    url = f"{path}?token={alice.project.api_token}&send_cohorts"
    assert Client().get(url).status_code == 401
    assert Client().get(url, headers={"Authorization": f"Bearer {charlie.key('feature_flag:read')}"}).status_code == 404
    assert Client().get(url, headers={"Authorization": f"Bearer {alice.key('insight:read')}"}).status_code == 403
    key = {"Authorization": f"Bearer {alice.key('feature_flag:read')}"}
    answer = Client().get(url, headers=key)
    assert answer.json() == {"flags": [], "group_type_mapping": {}, "cohorts": {}}
    again = Client().get(url, headers={**key, "If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", answer["ETag"])


def test_a_remote_configuration_flag_is_not_found(alice: Person) -> None:
    headers = {"Authorization": f"Bearer {alice.key('feature_flag:read')}"}
    for slash in ("", "/"):
        answer = Client().get(f"/api/projects/@current/feature_flags/pricing/remote_config{slash}", headers=headers)
        assert (answer.status_code, answer.json()["detail"]) == (404, "There is no feature flag 'pricing'.")
