"""Headers for every page, and the built frontend's files."""

import secrets
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware

# No inline script, nothing from elsewhere. The theme is written into one <style>, which carries the nonce of the page.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; style-src-attr 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
PERMISSIONS = "camera=(), microphone=(), geolocation=(), payment=(), usb=()"

Handler = Callable[[HttpRequest], HttpResponse]


class SecurityHeaders:
    """Content security policy with a fresh nonce per request (request.csp_nonce)."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        nonce = secrets.token_urlsafe(16)
        request.csp_nonce = nonce  # type: ignore[attr-defined]
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY.format(nonce=nonce))
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        return response


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc]
    """Serves frontend/dist under /static/; files with a hash in their name are cached for good."""

    def __init__(self, get_response: Handler) -> None:
        super().__init__(get_response)
        if settings.FRONTEND_DIR.is_dir():
            self.add_files(str(settings.FRONTEND_DIR), prefix=settings.STATIC_URL)

    def immutable_file_test(self, path: str, url: str) -> bool:
        return "/assets/" in url
