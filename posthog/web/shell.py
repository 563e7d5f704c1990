"""The page that loads the frontend, for every address that is not an API route."""

from functools import cache
from html import escape

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt, ensure_csrf_cookie

from posthog.rest import errors

NONCE_PLACEHOLDER = "{{ csp_nonce }}"
NOT_BUILT = "The interface has not been built yet. Stop the server and run bin/start, which builds it; the API works without it."


@csrf_exempt
def shell(request: HttpRequest, path: str = "") -> HttpResponse:
    """The page; what is sent to an address that takes nothing is not found, so that no client believes it was taken."""
    if request.method not in ("GET", "HEAD"):
        return errors.not_found(request)
    response: HttpResponse = _page(request)
    return response


@ensure_csrf_cookie
def _page(request: HttpRequest) -> HttpResponse:
    page = _index()
    if page is None:
        return HttpResponse(f"<!doctype html><title>PostHog-LLM</title><p>{escape(NOT_BUILT)}</p>", status=503)
    response = HttpResponse(page.replace(NONCE_PLACEHOLDER, request.csp_nonce))  # type: ignore[attr-defined]
    response["Cache-Control"] = "no-store"
    return response


@cache
def _index() -> str | None:
    path = settings.FRONTEND_DIR / "index.html"
    return path.read_text() if path.exists() else None
