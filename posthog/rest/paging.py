"""Pages of lists."""

from urllib.parse import quote, urlencode

from rest_framework.pagination import LimitOffsetPagination
from rest_framework.request import Request


class LimitOffset(LimitOffsetPagination):
    default_limit = 100
    max_limit = 1000


def page_url(request: Request, **changed: object) -> str:
    """The absolute URL of another page of what was asked for. Changed parameters replace those of the request, None leaves one out."""
    asked = [(name, value) for name, values in request.query_params.lists() for value in values if name not in changed]
    others = [(name, value) for name, value in changed.items() if value is not None]
    return request.build_absolute_uri(f"{quote(request.path)}?{urlencode([*asked, *others])}")
