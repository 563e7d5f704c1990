"""Cross-origin access for the routes that browsers call from other sites: any origin, as the project token is public."""

from django.http import HttpRequest, HttpResponse

_METHODS = "GET, POST, OPTIONS"
_PREFLIGHT_KEPT_SECONDS = "3600"


def allow(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Add the headers that let the requesting page read the answer."""
    origin = request.META.get("HTTP_ORIGIN")
    if origin and origin.isprintable():
        headers = response.headers
        headers["Access-Control-Allow-Origin"] = origin
        headers["Access-Control-Allow-Credentials"] = "true"
        headers["Access-Control-Expose-Headers"] = "Retry-After"
    # Also where none was named: a cache must not give this answer to a page that names one.
    response.headers["Vary"] = "Origin"
    return response


def preflight(request: HttpRequest) -> HttpResponse:
    """The answer to OPTIONS: whatever headers the page asks for are allowed."""
    response = HttpResponse(b"", content_type="text/plain")
    response.headers["Allow"] = _METHODS
    if request.META.get("HTTP_ORIGIN"):
        asked = request.META.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", "")
        response.headers["Access-Control-Allow-Methods"] = _METHODS
        response.headers["Access-Control-Allow-Headers"] = asked if asked.isprintable() and asked else "Content-Type, X-Requested-With"
        response.headers["Access-Control-Max-Age"] = _PREFLIGHT_KEPT_SECONDS
    return allow(request, response)
