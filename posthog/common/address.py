"""Whose request it is, for limits and for what only near clients may do."""

from django.conf import settings
from django.http import HttpRequest

_PROXY_HEADERS = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_VIA", "HTTP_X_REAL_IP")


def client_address(request: HttpRequest) -> str:
    """The client's, "" where it cannot be known. A proxy's word counts only where proxies are trusted."""
    if not any(header in request.META for header in _PROXY_HEADERS):
        return str(request.META.get("REMOTE_ADDR", ""))
    # The last entry is that of our own proxy; those before it are what the client says.
    return str(request.META.get("HTTP_X_FORWARDED_FOR", "")).split(",")[-1].strip() if settings.TRUST_PROXY else ""
