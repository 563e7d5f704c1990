"""One shape for every error: {"type", "code", "detail", "attr"}."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, JsonResponse
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler

from posthog.common.redis import UNAVAILABLE

_TYPES = {
    status.HTTP_400_BAD_REQUEST: "validation_error",
    status.HTTP_401_UNAUTHORIZED: "authentication_error",
    status.HTTP_403_FORBIDDEN: "authentication_error",
    status.HTTP_404_NOT_FOUND: "invalid_request",
    status.HTTP_405_METHOD_NOT_ALLOWED: "invalid_request",
    status.HTTP_429_TOO_MANY_REQUESTS: "throttled_error",
}


class InvalidInput(exceptions.APIException):
    """The requester's fault; names the field in attr where there is one."""

    status_code = status.HTTP_400_BAD_REQUEST

    def __init__(self, detail: str, attr: str | None = None, code: str = "invalid_input") -> None:
        super().__init__(detail, code)
        self.attr = attr


class Unavailable(exceptions.APIException):
    """A part of the server does not answer; trying again later may help."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = "The event store does not answer. Try again in a moment."
    default_code = "unavailable"


def body(status_code: int, code: str, detail: str, attr: str | None = None) -> dict[str, str | None]:
    other = "server_error" if status_code >= status.HTTP_500_INTERNAL_SERVER_ERROR else "invalid_request"
    return {"type": _TYPES.get(status_code, other), "code": code, "detail": detail, "attr": attr}


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF exception handler. None leaves the exception to Django's 500."""
    if isinstance(error, UNAVAILABLE):
        error = Unavailable("Redis does not answer. Try again in a moment.")
    response = exception_handler(error, context)
    if response is None:
        return None
    code, detail, attr = _first(_api_exception(error))
    response.data = body(response.status_code, code, detail, attr)
    return response


def server_error(request: object) -> JsonResponse:
    return JsonResponse(body(500, "error", "A server error occurred."), status=500)


def not_found(request: object, exception: object = None) -> JsonResponse:
    return JsonResponse(body(404, "not_found", "Endpoint not found."), status=404)


def _api_exception(error: Exception) -> exceptions.APIException:
    if isinstance(error, exceptions.APIException):
        return error
    if isinstance(error, Http404):
        return exceptions.NotFound()
    return exceptions.PermissionDenied() if isinstance(error, PermissionDenied) else exceptions.APIException()


def _first(error: exceptions.APIException) -> tuple[str, str, str | None]:
    """Code, text and field of the first problem in a possibly nested DRF error."""
    detail, path = error.detail, list[str]()
    while isinstance(detail, dict | list):
        key, detail = next(iter(detail.items())) if isinstance(detail, dict) else (None, detail[0])
        if key is not None and key != "non_field_errors":
            path.append(str(key))
    attr = "__".join(path) or getattr(error, "attr", None)
    return str(getattr(detail, "code", None) or "error"), str(detail), attr
