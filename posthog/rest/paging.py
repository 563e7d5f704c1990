"""Pages of lists."""

from rest_framework.pagination import LimitOffsetPagination


class LimitOffset(LimitOffsetPagination):
    default_limit = 100
    max_limit = 1000
