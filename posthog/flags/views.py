"""The routes that SDKs call with the public project token."""

import logging
import re
from collections.abc import Mapping
from functools import partial
from typing import Any

import orjson
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse

from posthog.common import limits
from posthog.common.sdk import body
from posthog.common.sdk.answers import Refused, invalid_payload, json_response, unknown_token
from posthog.common.sdk.tokens import checked
from posthog.flags import answers
from posthog.tenancy.tokens import project_for_token

logger = logging.getLogger(__name__)
_TOKEN_FIELDS = ("token", "api_key", "$token")
_ID_FIELDS = ("distinct_id", "$distinct_id")
_CONFIG_PATH = re.compile(r"/array/([^/]+)/config(?:\.js)?/?")
_SCRIPT_TYPE = "application/javascript"


def flags(request: HttpRequest) -> HttpResponse:
    """POST /flags?v=1|2[&config=true]."""
    query, asked = _asked(request)
    token = _token_of(asked, query)
    _require_distinct_id(asked, query)
    answer = answers.flags(_version(query))
    if query.get("config") in ("true", "1"):
        answer |= answers.remote_config(token)
    return json_response(orjson.dumps(answer))


def decide(request: HttpRequest) -> HttpResponse:
    """POST /decide?v=1…4."""
    query, asked = _asked(request)
    token = _token_of(asked, query)
    _require_distinct_id(asked, query)
    return json_response(orjson.dumps(answers.decide(_version(query), token)))


def config(request: HttpRequest) -> HttpResponse:
    """GET /array/<token>/config."""
    return _cached(json_response(orjson.dumps(answers.remote_config(_token_in_path(request)))))


def config_script(request: HttpRequest) -> HttpResponse:
    """GET /array/<token>/config.js: the same, where posthog-js looks for it."""
    token = _token_in_path(request)
    told = orjson.dumps({"config": answers.remote_config(token), "siteApps": []}).decode()
    # "<" cannot stand in a page's inline script unharmed, should somebody paste this there.
    told, name = (text.replace("<", "\\u003c") for text in (told, orjson.dumps(token).decode()))
    script = f"(window._POSTHOG_REMOTE_CONFIG = window._POSTHOG_REMOTE_CONFIG || {{}})[{name}] = {told};\n"
    return _cached(HttpResponse(script.encode(), content_type=_SCRIPT_TYPE))


def empty_list(name: str, request: HttpRequest) -> HttpResponse:
    """GET ?token=: a public list that has no entries."""
    query = body.query_of(request)
    _token_of({}, query)
    return json_response(orjson.dumps({name: []}))


def _asked(request: HttpRequest) -> tuple[dict[str, str], dict[str, Any]]:
    """Query and body. A body may be absent: old SDKs ask with GET."""
    query = body.query_of(request)
    try:
        asked = body.decode(request, query, limits.BODY_FLAGS_ENDPOINT)
    except Refused as refusal:
        if refusal.code != "no_data":
            raise
        asked = {}
    if not isinstance(asked, dict):
        raise invalid_payload("failed to parse request: expected an object")
    return query, asked


def _version(query: Mapping[str, str]) -> int:
    text = query.get("v", "1")
    return int(text) if re.fullmatch(r"\d{1,3}", text, re.ASCII) else 1


def _token_of(asked: Mapping[str, Any], query: Mapping[str, str]) -> str:
    """The token of an existing project. Raises Refused with 401."""
    found = (asked.get(name) or query.get(name) for name in _TOKEN_FIELDS)
    token = next((token for token in found if token is not None and token != ""), None)
    if token is None:
        raise Refused(401, "authentication_error", "no_api_key", 'API key not provided. Send the project\'s token as "token" or "api_key".')
    return _existing(checked(token))


def _token_in_path(request: HttpRequest) -> str:
    match = _CONFIG_PATH.fullmatch(request.path_info)
    return _existing(checked(match.group(1) if match else None))


def _existing(token: str) -> str:
    try:
        project = project_for_token(token)
    except DatabaseError as error:
        logger.error("project look-up failed: %s", error)
        detail = "Feature flags cannot be answered right now. Please try again."
        raise Refused(503, "server_error", "server_error", detail, retry_after=limits.RETRY_AFTER_SECONDS) from error
    if project is None:
        raise unknown_token()
    return token


def _require_distinct_id(asked: Mapping[str, Any], query: Mapping[str, str]) -> None:
    if asked.get("disable_flags") is True:
        return
    given = (asked.get(name) if asked.get(name) is not None else query.get(name) for name in _ID_FIELDS)
    distinct_id = next((value for value in given if value is not None), None)
    if distinct_id is None or (isinstance(distinct_id, str) and not distinct_id.strip()):
        raise Refused(400, "validation_error", "missing_distinct_id", "Decide requires a distinct_id.")


def _cached(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = f"public, max-age={limits.REMOTE_CONFIG_SECONDS}"
    return response


surveys = partial(empty_list, "surveys")
early_access_features = partial(empty_list, "earlyAccessFeatures")
web_experiments = partial(empty_list, "experiments")
