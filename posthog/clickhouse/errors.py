"""What can go wrong with the store, sorted by what a caller should do about it."""

from clickhouse_driver import errors as driver

_UNAVAILABLE = {
    60,  # UNKNOWN_TABLE: not migrated yet
    75,  # CANNOT_WRITE_TO_FILE_DESCRIPTOR
    76,  # CANNOT_OPEN_FILE
    81,  # UNKNOWN_DATABASE
    192,  # UNKNOWN_USER
    193,  # WRONG_PASSWORD
    202,  # TOO_MANY_SIMULTANEOUS_QUERIES
    209,  # SOCKET_TIMEOUT
    210,  # NETWORK_ERROR
    242,  # TABLE_IS_READ_ONLY
    243,  # NOT_ENOUGH_SPACE
    252,  # TOO_MANY_PARTS
    319,  # UNKNOWN_STATUS_OF_INSERT
    394,  # QUERY_WAS_CANCELLED: the store is stopping
    516,  # AUTHENTICATION_FAILED
    999,  # KEEPER_EXCEPTION
}
_LIMITS = {
    158,  # TOO_MANY_ROWS
    159,  # TIMEOUT_EXCEEDED
    160,  # TOO_SLOW
    241,  # MEMORY_LIMIT_EXCEEDED
    307,  # TOO_MANY_BYTES
    396,  # TOO_MANY_ROWS_OR_BYTES
}
_INVALID = {
    6,  # CANNOT_PARSE_TEXT
    27,  # CANNOT_PARSE_INPUT_ASSERTION_FAILED
    34,  # TOO_MANY_ARGUMENTS_FOR_FUNCTION
    35,  # TOO_FEW_ARGUMENTS_FOR_FUNCTION
    36,  # BAD_ARGUMENTS
    38,  # CANNOT_PARSE_DATE
    41,  # CANNOT_PARSE_DATETIME
    42,  # NUMBER_OF_ARGUMENTS_DOESNT_MATCH
    43,  # ILLEGAL_TYPE_OF_ARGUMENT
    44,  # ILLEGAL_COLUMN
    46,  # UNKNOWN_FUNCTION
    47,  # UNKNOWN_IDENTIFIER
    48,  # NOT_IMPLEMENTED
    53,  # TYPE_MISMATCH
    62,  # SYNTAX_ERROR
    63,  # UNKNOWN_AGGREGATE_FUNCTION
    69,  # ARGUMENT_OUT_OF_BOUND
    70,  # CANNOT_CONVERT_TYPE
    72,  # CANNOT_PARSE_NUMBER
    125,  # INCORRECT_RESULT_OF_SCALAR_SUBQUERY
    130,  # CANNOT_READ_ARRAY_FROM_TEXT
    153,  # ILLEGAL_DIVISION
    179,  # MULTIPLE_EXPRESSIONS_FOR_ALIAS
    184,  # ILLEGAL_AGGREGATION
    207,  # AMBIGUOUS_IDENTIFIER
    215,  # NOT_AN_AGGREGATE
    349,  # CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN
    352,  # AMBIGUOUS_COLUMN_NAME
    376,  # CANNOT_PARSE_UUID
    386,  # NO_COMMON_TYPE
    395,  # FUNCTION_THROW_IF_VALUE_IS_NON_ZERO
    403,  # INVALID_JOIN_ON_EXPRESSION
    407,  # DECIMAL_OVERFLOW
    427,  # CANNOT_COMPILE_REGEXP
}

TYPE_MISMATCH = 53
NETWORK_ERROR = 210


class ClickHouseError(Exception):
    """The store refused a statement. `code` is ClickHouse's error code."""

    def __init__(self, code: int, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(f"[{code}] {message}")


class StoreUnavailable(ClickHouseError):
    """The store cannot be used now; the same statement may work later. An insert may have been stored: repeat it with its token."""


class QueryLimitExceeded(ClickHouseError):
    """Over its limit of time, memory or rows."""


class InvalidQuery(ClickHouseError):
    """The statement or its values are wrong."""


def from_server(error: driver.ServerException) -> ClickHouseError:
    message = str(error.message).partition(" Stack trace:")[0].removeprefix("DB::Exception: ").strip()
    return _kind(error.code)(error.code, message)


def _kind(code: int) -> type[ClickHouseError]:
    for codes, kind in ((_UNAVAILABLE, StoreUnavailable), (_LIMITS, QueryLimitExceeded), (_INVALID, InvalidQuery)):
        if code in codes:
            return kind
    return ClickHouseError


def from_driver(error: Exception) -> ClickHouseError:
    """A failure on this side of the connection: of the network, or of a value that its column's type cannot hold."""
    if isinstance(error, (driver.TypeMismatchError, ValueError, TypeError, AttributeError, OverflowError)):
        return InvalidQuery(TYPE_MISMATCH, f"a value does not fit its column: {error}")
    return StoreUnavailable(NETWORK_ERROR, f"{type(error).__name__}: {error}")
