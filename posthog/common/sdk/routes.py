"""Which path is answered by which SDK view.

Rooms register their views when they are loaded. The paths are looked up before Django's middleware, so that a request that
needs no session pays for none, and each answers with and without a trailing slash.
"""

import logging
import re
from collections.abc import Callable, Collection, Mapping
from functools import partial

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, re_path
from django.views.decorators.csrf import csrf_exempt

from posthog.common.sdk import cors
from posthog.common.sdk.answers import Refused, method_not_allowed
from posthog.common.sdk.body import discard_rest

View = Callable[[HttpRequest], HttpResponse]
Told = Callable[[HttpRequest, Refused], HttpResponse]

logger = logging.getLogger(__name__)
_exact: dict[str, View] = {}
_patterns: list[tuple[re.Pattern[str], View]] = []


def register(views: Mapping[str, View]) -> None:
    """Add views by path, without the trailing slash; `<name>` stands for one piece of a path."""
    for path, view in views.items():
        if "<" in path:
            _patterns.append((re.compile(_expression(path)), view))
        else:
            _exact[path] = _exact[path + "/"] = view


def url_patterns(views: Mapping[str, View]) -> list[URLPattern]:
    """The same routes for Django's URL map, where tools and tests look for them."""
    return [re_path(f"^{_expression(path)[1:]}$", csrf_exempt(partial(answer, view))) for path, view in views.items()]


def _expression(path: str) -> str:
    return re.sub(r"<\w+>", "[^/]{1,200}", re.escape(path)) + "/?"


def _plainly(request: HttpRequest, refusal: Refused) -> HttpResponse:
    return refusal.response()


def find(path: str) -> View | None:
    """The registered view of a path, with or without its last slash; None for a path that is not for SDKs."""
    view = _exact.get(path)
    if view is None and path.startswith("/array/"):
        return next((view for pattern, view in _patterns if pattern.fullmatch(path)), None)
    return view


def answer(view: View, request: HttpRequest) -> HttpResponse:
    """Run a view: preflight, refusals and CORS in one place. Never raises."""
    if request.method == "OPTIONS":
        return _finished(cors.preflight(request))
    return _finished(cors.allow(request, outcome(view, request)))


def outcome(view: View, request: HttpRequest, told: Told = _plainly, methods: Collection[str] = ("GET", "POST")) -> HttpResponse:
    """A view's answer; a refusal or a failure in the words that `told` finds for it. Never raises."""
    try:
        if request.method not in methods:
            raise method_not_allowed(request.method or "")
        return view(request)
    except Refused as refusal:
        discard_rest(request)
        return _with_time_to_return(told(request, refusal), refusal)
    except Exception:
        logger.exception("SDK request to %s failed", request.path_info)
        return told(request, Refused(500, "server_error", "error", "A server error occurred."))


def _with_time_to_return(response: HttpResponse, refusal: Refused) -> HttpResponse:
    if refusal.retry_after is not None:
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response


def _finished(response: HttpResponse) -> HttpResponse:
    """Headers that other routes get from middleware."""
    response.headers["X-Content-Type-Options"] = "nosniff"
    if response.status_code != 204:
        response.headers["Content-Length"] = str(len(response.content))
    return response
