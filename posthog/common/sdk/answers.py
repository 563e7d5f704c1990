"""Error answers in the shape that PostHog's Django capture documents: {"type", "code", "detail", "attr"}."""

import orjson
from django.http import HttpResponse

from posthog.common import limits

JSON_TYPE = "application/json"


class Refused(Exception):
    """The request ends here with this status and body."""

    def __init__(self, status: int, kind: str, code: str, detail: str, *, retry_after: int | None = None) -> None:
        super().__init__(detail)
        self.status, self.kind, self.code, self.detail, self.retry_after = status, kind, code, detail, retry_after

    def response(self) -> HttpResponse:
        body = {"type": self.kind, "code": self.code, "detail": self.detail, "attr": None}
        return json_response(orjson.dumps(body), self.status)


def json_response(content: bytes, status: int = 200) -> HttpResponse:
    return HttpResponse(content, content_type=JSON_TYPE, status=status)


def invalid_payload(detail: str) -> Refused:
    return Refused(400, "validation_error", "invalid_payload", detail)


def malformed(detail: str) -> Refused:
    return invalid_payload(f"Malformed request data: {detail}")


def no_data() -> Refused:
    return Refused(
        400,
        "validation_error",
        "no_data",
        "No data found. Make sure to use a POST request when sending the payload in the body of the request.",
    )


def too_large(limit: int) -> Refused:
    return holds_too_much(f"The body may hold at most {limit} bytes, before and after decompression.")


def holds_too_much(allowed: str) -> Refused:
    return Refused(413, "client_error", "request_too_large", f"Request too large. {allowed}")


def unsupported_type(given: str, taken: str) -> Refused:
    return Refused(415, "invalid_request", "unsupported_media_type", f'Content-Type "{given[:100]}" is not taken; send {taken}.')


def missing_headers(names: list[str]) -> Refused:
    return Refused(400, "validation_error", "missing_required_headers", f"request is missing required headers: {', '.join(names)}")


def invalid_header(name: str, expected: str) -> Refused:
    return Refused(400, "validation_error", "invalid_header_value", f"{name} must be {expected}")


def missing_token() -> Refused:
    return _unauthenticated("missing_api_key", "API key not provided. You can find your project API key in PostHog project settings.")


def missing_bearer() -> Refused:
    return _unauthenticated("missing_api_key", 'API key not provided. Send the header "Authorization: Bearer" with the project\'s API key.')


def unknown_token() -> Refused:
    return _unauthenticated("invalid_api_key", "Project API key invalid. You can find your project API key in PostHog project settings.")


def malformed_token(reason: str) -> Refused:
    return _unauthenticated("invalid_api_key", f"API key is not valid: {reason}")


def inconsistent_tokens() -> Refused:
    return _unauthenticated("invalid_api_key", "batch submitted with inconsistent api_key values")


def not_stored() -> Refused:
    return Refused(
        503,
        "server_error",
        "server_error",
        "Unable to store event. Please try again. If you are the owner of this app you can check the logs for further details.",
        retry_after=limits.RETRY_AFTER_SECONDS,
    )


def method_not_allowed(method: str) -> Refused:
    return Refused(405, "invalid_request", "method_not_allowed", f'Method "{method[:20]}" not allowed.')


def _unauthenticated(code: str, detail: str) -> Refused:
    return Refused(401, "authentication_error", code, detail)
