"""The shape of a project token, before anybody looks it up."""

from typing import Any

from django.http import HttpRequest

from posthog.common import limits
from posthog.common.sdk.answers import malformed_token, missing_bearer, missing_token


def checked(token: Any) -> str:
    """The token, if it could be one. Raises Refused with 401."""
    if token is None:
        raise missing_token()
    if not isinstance(token, str):
        raise malformed_token("not a string")
    text = token.strip()
    reason = _fault(text)
    if reason:
        raise malformed_token(reason)
    return text


def bearer(request: HttpRequest) -> str:
    """The token of the header `Authorization: Bearer <token>`, if it could be one. Raises Refused with 401."""
    scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != "bearer":
        raise missing_bearer()
    return checked(token)


def _fault(token: str) -> str:
    if not token:
        return "empty"
    if len(token) > limits.TOKEN_LENGTH:
        return f"too long (> {limits.TOKEN_LENGTH})"
    if "\0" in token:
        return "contains NUL"
    if not token.isascii():
        return "not ASCII"
    if token.startswith("phx_"):
        return "this is a personal API key (phx_), use the project's key (phc_)"
    return ""
