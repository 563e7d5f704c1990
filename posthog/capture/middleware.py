"""Answers SDK requests before any other middleware runs: they carry no session, and their answers need no page headers."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from posthog.common.sdk.routes import answer, find


class CaptureMiddleware:
    """To be placed first."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        view = find(request.path_info)
        return self.get_response(request) if view is None else answer(view, request)
