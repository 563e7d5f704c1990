"""The four routes of the original model servers, so that plugins installed elsewhere can ask this server for labels.

Requests and answers are theirs: `{"llm_input", "llm_output"}` in, a flat object out whose keys become event properties; "" or 0 or absent
where nothing was found; 422 as FastAPI words it. Plugins cannot send headers, so there is no key: only clients on this machine or in a
private network are answered, unless MODEL_SERVER_OPEN opens the routes; others then have a number of requests per minute.
"""

import ipaddress
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.urls import URLPattern, re_path
from django.views.decorators.csrf import csrf_exempt

from posthog.classifiers import service
from posthog.classifiers.service import Labels, ModelUnavailable, Text
from posthog.common import attempts, json, limits
from posthog.common.address import client_address
from posthog.common.sdk.body import discard

FIELDS = ("llm_input", "llm_output")
_CLOSED = "This address may not ask for labels. The server answers its own machine and private networks; MODEL_SERVER_OPEN=1 opens it."
_TOO_MANY = f"An address may ask for labels {limits.MODEL_SERVER_PER_MINUTE} times a minute."

Answer = Callable[[Labels, Labels], dict[str, object]]


class _Invalid(Exception):
    """A body that FastAPI would refuse; errors as pydantic words them."""

    def __init__(self, *errors: dict[str, object]) -> None:
        super().__init__()
        self.errors = errors


def _emotions(user: Labels, agent: Labels) -> dict[str, object]:
    return {f"{speaker}_emotion": _word(labels, "emotion") for speaker, labels in (("user", user), ("agent", agent))}


def _toxicity(user: Labels, agent: Labels) -> dict[str, object]:
    sides = (("user", user), ("agent", agent))
    return {f"{speaker}_{kind}": int(kind in labels.values) for speaker, labels in sides for kind in ("toxic", "severe_toxic")}


def _flow(user: Labels, agent: Labels) -> dict[str, object]:
    return {"user_flow": _word(user, "user_flow"), "agent_flow": _word(agent, "agent_flow")}


def _attacks(user: Labels, agent: Labels) -> dict[str, object]:
    found = {**service.event_labels("user", user), **service.event_labels("agent", agent)}
    return {name: value for name, value in found.items() if name.startswith(("user_threat_", "agent_threat_"))}


def _word(labels: Labels, family: str) -> str:
    """The label said of one family, the likeliest over its threshold."""
    return str(labels.values[family].value) if family in labels.values else ""


# path -> its answer, and the families without which there is none
ROUTES: dict[str, tuple[Answer, set[str]]] = {
    "conversation_emotions_plugin": (_emotions, {"emotion"}),
    "conversation_toxicity_plugin": (_toxicity, {"toxicity"}),
    "conversation_flow_plugin": (_flow, {"user_flow", "agent_flow"}),
    "conversation_prompt_attack_plugin": (_attacks, set()),
}


def _view(answer: Answer, families: set[str]) -> Callable[[HttpRequest], JsonResponse]:
    @csrf_exempt
    def view(request: HttpRequest) -> JsonResponse:
        if request.method != "POST":
            return JsonResponse({"detail": "Method Not Allowed"}, status=405, headers={"Allow": "POST"})
        if not is_near(address := client_address(request)):
            if not settings.MODEL_SERVER_OPEN:
                return JsonResponse({"detail": _CLOSED}, status=403)
            if refusal := _over_limit(address):
                return refusal
        content = request.read(limits.API_BODY + 1)
        if len(content) > limits.API_BODY:
            discard(request.read)
            return JsonResponse({"detail": f"The body has more than {limits.API_BODY} bytes."}, status=413)
        try:
            texts = _texts(content, request.content_type or "")
            return JsonResponse(answer(*_labels(texts, families)))
        except _Invalid as invalid:
            return JsonResponse({"detail": list(invalid.errors)}, status=422)
        except ModelUnavailable as error:
            return JsonResponse({"detail": f"There are no labels now: {error}"}, status=503)

    return view


routes: list[URLPattern] = [re_path(f"^{path}/?$", _view(*found)) for path, found in ROUTES.items()]


def _over_limit(address: str) -> JsonResponse | None:
    """The answer to a far client that asks too often, or while nobody can count how often."""
    wait = {"Retry-After": str(attempts.WINDOW_SECONDS)}
    try:
        count = attempts.count(f"model-server:{address}")
    except attempts.CannotCount as error:
        return JsonResponse({"detail": str(error)}, status=503, headers=wait)
    return JsonResponse({"detail": _TOO_MANY}, status=429, headers=wait) if count > limits.MODEL_SERVER_PER_MINUTE else None


def is_near(address: str) -> bool:
    """Whether an address is of this machine or of a private network."""
    try:
        found = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None) or found
    return bool(mapped.is_loopback or mapped.is_private) and not mapped.is_unspecified


def _labels(texts: tuple[str, str], families: set[str]) -> list[Labels]:
    if not settings.LABELS_ENABLED:
        raise ModelUnavailable("LABELS_ENABLED is false")
    missing = families - {family.name for family in service.engine().card.families}
    if missing:
        raise ModelUnavailable(f"the model has no {' and no '.join(sorted(missing))}")
    return service.classify([Text("user", texts[0]), Text("assistant", texts[1])])


def _texts(content: bytes, content_type: str) -> tuple[str, str]:
    """The two texts of a body. Raises _Invalid."""
    if not content:
        raise _Invalid(_error("missing", [], "Field required", None))
    value = _json(content) if _is_json(content_type) else content.decode("utf-8", "replace")
    if not isinstance(value, dict):
        raise _Invalid(_error("model_attributes_type", [], "Input should be a valid dictionary or object to extract fields from", value))
    errors = []
    for field in FIELDS:
        if field not in value:
            errors.append(_error("missing", [field], "Field required", value))
        elif not isinstance(value[field], str):
            errors.append(_error("string_type", [field], "Input should be a valid string", value[field]))
    if errors:
        raise _Invalid(*errors)
    return value["llm_input"], value["llm_output"]


def _is_json(content_type: str) -> bool:
    """Without a type a body counts as JSON."""
    return not content_type or content_type == "application/json" or (content_type.startswith("application/") and "+json" in content_type)


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except json.JSONError as error:
        position, reason = getattr(error.__cause__, "pos", 0), getattr(error.__cause__, "msg", str(error))
        problem: dict[str, object] = {
            "type": "json_invalid",
            "loc": ["body", position],
            "msg": "JSON decode error",
            "input": {},
            "ctx": {"error": reason},
        }
        raise _Invalid(problem) from error


def _error(kind: str, place: list[str], message: str, value: object) -> dict[str, object]:
    return {"type": kind, "loc": ["body", *place], "msg": message, "input": value}
