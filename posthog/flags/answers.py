"""Answers for a project without feature flags, in every generation's shape."""

from typing import Any
from uuid import uuid4

from posthog.common.time import utc_now

Answer = dict[str, Any]


def remote_config(token: str) -> Answer:
    """What posthog-js asks for when it starts: everything that needs a further request or script is off.

    `surveys` is left out, as posthog-js fetches its surveys script even when told false.
    """
    return {
        "token": token,
        "supportedCompression": ["gzip", "gzip-js"],
        "hasFeatureFlags": False,
        "analytics": {"endpoint": "/i/v0/e/"},
        "elementsChainAsString": True,
        "defaultIdentifiedOnly": True,
        "autocapture_opt_out": False,
        "capturePerformance": False,
        "autocaptureExceptions": False,
        "errorTracking": {"autocaptureExceptions": False, "suppressionRules": []},
        "logs": {"captureConsoleLogs": False},
        "sessionRecording": False,
        "heatmaps": False,
        "captureDeadClicks": False,
        "productTours": False,
        "conversations": False,
        "isAuthenticated": False,
        "toolbarParams": {},
        "siteApps": [],
    }


def flags(version: int) -> Answer:
    """Answer of /flags: version 2 names each flag's details, earlier ones only its value."""
    values: Answer = {"flags": {}} if version >= 2 else {"featureFlags": {}, "featureFlagPayloads": {}}
    return {**values, **_evaluation()}


def decide(version: int, token: str) -> Answer:
    """Answer of /decide, which always holds the remote configuration."""
    answer: Answer = {**remote_config(token), "config": {"enable_collect_everything": True}, "featureFlags": [] if version < 2 else {}}
    if version >= 3:
        answer |= {"featureFlagPayloads": {}, **_evaluation()}
    if version >= 4:
        answer["flags"] = {}
    return answer


def definitions() -> Answer:
    """What server SDKs evaluate flags from by themselves."""
    return {"flags": [], "group_type_mapping": {}, "cohorts": {}}


def _evaluation() -> Answer:
    return {
        "errorsWhileComputingFlags": False,
        "requestId": str(uuid4()),
        "evaluatedAt": int(utc_now().timestamp() * 1000),
    }
