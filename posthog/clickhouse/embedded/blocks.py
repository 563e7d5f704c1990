"""Finding the end of a Native block. The format has no length, so every column is read once with clickhouse-driver's readers."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from clickhouse_driver.bufferedreader import BufferedReader
from clickhouse_driver.columns.service import get_column_by_spec, read_column
from clickhouse_driver.context import Context
from clickhouse_driver.errors import Error
from clickhouse_driver.varint import read_varint

from posthog.clickhouse.embedded import limits
from posthog.clickhouse.embedded.errors import NOT_IMPLEMENTED, TOO_LARGE, UNKNOWN_TYPE, EngineError, ProtocolError
from posthog.clickhouse.embedded.protocol import string
from posthog.clickhouse.embedded.reader import SocketReader


def _context() -> Context:
    context = Context()
    context.settings = {}
    context.client_settings = {"use_numpy": False, "strings_as_bytes": True, "strings_encoding": "utf-8", "namedtuple_as_json": False}
    return context


_CONTEXT = _context()


def check_type(kind: str) -> None:
    """EngineError when values of this type cannot be received."""
    try:
        get_column_by_spec(kind, {"context": _CONTEXT})
    except Error as error:
        raise EngineError(NOT_IMPLEMENTED, f"DB::Exception: a column of type {kind} cannot be sent as data: insert text") from error


def read_block(reader: SocketReader) -> tuple[int, bytes]:
    """(number of rows, the block's bytes without block info)."""
    _skip_block_info(reader)
    reader.start_keeping()
    columns, rows = reader.varint(), reader.varint()
    if columns > limits.INSERT_COLUMNS or rows > limits.BLOCK_ROWS:
        raise ProtocolError(TOO_LARGE, f"DB::Exception: a block of {columns} columns and {rows} rows is over the limit")
    for _ in range(columns):
        reader.bytes()
        _skip_column(reader.text(), rows, reader)
    return rows, reader.kept()


def _skip_block_info(reader: SocketReader) -> None:
    while field := reader.varint():
        if field == 1:
            reader.byte()
        else:
            reader.int32()


# Bytes per value of the types that need no parsing.
_WIDTHS = {
    "Int8": 1, "UInt8": 1, "Bool": 1, "Int16": 2, "UInt16": 2, "Date": 2, "Int32": 4, "UInt32": 4, "Float32": 4, "Date32": 4,
    "DateTime": 4, "IPv4": 4, "Int64": 8, "UInt64": 8, "Float64": 8, "DateTime64": 8, "UUID": 16, "IPv6": 16, "Int128": 16, "UInt128": 16,
}  # fmt: skip


def _skip_column(kind: str, rows: int, reader: BufferedReader) -> None:
    if not rows:
        return
    width = _WIDTHS.get(kind.partition("(")[0])
    if width:
        reader.read(rows * width)
        return
    try:
        read_column(_CONTEXT, kind, rows, reader)
    except Error as error:
        raise ProtocolError(UNKNOWN_TYPE, f"DB::Exception: cannot read a column of type {kind}: {error}") from error


class _MemoryReader(BufferedReader):  # type: ignore[misc]
    def __init__(self, data: bytes) -> None:
        super().__init__(len(data))
        self.buffer[:] = data
        self.current_buffer_size = len(data)

    def read_into_buffer(self) -> None:
        raise EOFError("a Native block is cut short")


class Column(NamedTuple):
    """Where a column stands in a block: `kind_at` is the start of its type's name, `data_at` the start of its values."""

    name: bytes
    kind: bytes
    kind_at: int
    data_at: int


def columns_of(block: bytes) -> list[Column]:
    """EngineError when a column of an unknown type hides where the next one begins."""
    reader = _MemoryReader(block)
    number, rows = read_varint(reader), read_varint(reader)
    columns = []
    for position in range(number):
        name = reader.read(read_varint(reader))
        kind_at = reader.position
        kind = reader.read(read_varint(reader))
        columns.append(Column(name, kind, kind_at, reader.position))
        if position < number - 1:
            _skip_column(kind.decode(), rows, reader)
    return columns


def with_types(block: bytes, types: Mapping[int, str]) -> bytes:
    """The block with other names for the types of some columns, given by position; their values stay."""
    pieces, copied = [], 0
    for position, column in enumerate(columns_of(block)):
        if position in types:
            pieces += [block[copied : column.kind_at], string(types[position])]
            copied = column.data_at
    return b"".join([*pieces, block[copied:]])


def split(data: bytes, rows_expected: int) -> Iterator[bytes]:
    """The blocks in `data`, which holds `rows_expected` rows: mostly one, and then nothing is parsed but its head."""
    reader = _MemoryReader(data)
    start = 0
    while start < len(data):
        columns, rows = read_varint(reader), read_varint(reader)
        if start == 0 and rows == rows_expected:
            yield data
            return
        for _ in range(columns):
            reader.read(read_varint(reader))
            kind = reader.read(read_varint(reader)).decode()
            _skip_column(kind, rows, reader)
        yield data[start : reader.position]
        start = reader.position
