"""What can be wrong with a query. `hogql_parser` looks this module up by name when it is imported."""

from __future__ import annotations


class HogQLError(Exception):
    """The query's author can mend it: `message` may be shown to them. `position` is an offset in characters in their text, if known."""

    def __init__(self, message: str, *, position: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.position = position


class SyntaxError(HogQLError):
    """The text is no HogQL."""


class NotImplementedError(HogQLError):
    """The text is HogQL, but this server does not do it."""


class QueryTooComplexError(HogQLError):
    """Too long, too deep, or too slow to parse."""


class ResolutionError(HogQLError):
    """A table, column, function or type that does not exist here, or does not fit."""


class GuardError(Exception):
    """Printed SQL that could read outside its project: a defect of ours, and the query does not run."""
