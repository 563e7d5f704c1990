"""Bodies that come without a length, as chunks or over HTTP/2."""

from collections.abc import Callable
from io import BytesIO

from django.http import HttpRequest, HttpResponse

from posthog.common import limits
from posthog.common.sdk.body import discard, is_without_length


class SizedBodies:
    """Takes such a body in and gives it its length: Django and DRF take one without for empty."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if is_without_length(request):
            stream = request.META["wsgi.input"]
            body = stream.read(limits.API_BODY + 1)  # one byte too many is refused by whoever reads it
            discard(stream.read)
            request.META["CONTENT_LENGTH"] = str(len(body))
            request._stream = BytesIO(body)
        return self._get_response(request)
