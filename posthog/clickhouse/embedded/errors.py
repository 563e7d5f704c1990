"""Errors that reach the client with ClickHouse's own code."""

import re

NO_SUCH_COLUMN = 16
BAD_ARGUMENTS = 36
NOT_IMPLEMENTED = 48
UNKNOWN_TYPE = 50
UNKNOWN_PACKET_FROM_CLIENT = 99
UNKNOWN_SETTING = 115
TOO_LARGE = 131
TOO_MANY_CONNECTIONS = 202
QUERY_WAS_CANCELLED = 394
AUTHENTICATION_FAILED = 516
UNKNOWN_EXCEPTION = 1002

_CODE = re.compile(r"Code: (\d+)\. ")


class EngineError(Exception):
    """A statement failed; the connection stays usable."""

    def __init__(self, code: int, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(f"Code: {code}. {message}")


class ProtocolError(EngineError):
    """The byte stream can no longer be followed: the client gets the error and the connection is closed."""


def from_engine(error: Exception) -> EngineError:
    """What chDB raised, with the code taken from its text."""
    # chDB decodes its message strictly: one that quotes other bytes arrives as a UnicodeDecodeError that holds them.
    # Clients decode as strictly, so they get it with replacement characters.
    text = bytes(error.object).decode(errors="replace") if isinstance(error, UnicodeDecodeError) else str(error)
    found = _CODE.search(text)
    if not found:
        return EngineError(UNKNOWN_EXCEPTION, f"DB::Exception: {text}")
    return EngineError(int(found.group(1)), text[found.end() :])
