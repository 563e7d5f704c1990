"""INSERT with data from the client.

The client's blocks go to a file as they came, and the engine inserts from that file. chDB's own streaming insert hides
errors at commit (a duplicate JSON path, over 100 partitions, a violated CHECK) and reports rows that it did not store.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from posthog.clickhouse.embedded import limits
from posthog.clickhouse.embedded.blocks import check_type, read_block
from posthog.clickhouse.embedded.connection import Connection, Written
from posthog.clickhouse.embedded.errors import (
    NO_SUCH_COLUMN,
    NOT_IMPLEMENTED,
    TOO_LARGE,
    UNKNOWN_PACKET_FROM_CLIENT,
    EngineError,
    ProtocolError,
)
from posthog.clickhouse.embedded.protocol import CLIENT_CANCEL, CLIENT_DATA
from posthog.clickhouse.embedded.reader import SocketReader
from posthog.clickhouse.literals import quoted, quoted_name

_ENDS_WITHOUT_DATA = re.compile(r"\b(VALUES|FORMAT\s+\w+)\s*;?\s*$", re.IGNORECASE)
_INSERT = re.compile(r"\s*(?:(?:--[^\n]*\n|/\*.*?\*/)\s*)*INSERT\b", re.IGNORECASE | re.DOTALL)
_NAME = r"(?:`(?:[^`\\]|\\.)*`|\w+)"
# As the engine's own formatter prints it.
_FORMATTED = re.compile(
    rf"INSERT INTO (?P<table>{_NAME}(?:\.{_NAME})?)(?: \((?P<columns>{_NAME}(?:, {_NAME})*)\))?"
    r"(?: SETTINGS (?P<settings>.*))? FORMAT \w+",
    re.DOTALL,
)
_EACH_NAME = re.compile(_NAME)
_ESCAPED = re.compile(r"\\(.)")


class CancelError(Exception):
    """The client cancelled while it was sending data."""


@dataclass(frozen=True)
class Insert:
    """`columns`: (name, type) in the order of the data."""

    table: str
    columns: list[tuple[str, str]]
    settings: str

    def statement(self, file: Path) -> str:
        names = ", ".join(quoted_name(name) for name, _ in self.columns)
        structure = ", ".join(f"{quoted_name(name)} {kind}" for name, kind in self.columns)
        own = f"{self.settings}, " if self.settings else ""
        return (
            f"INSERT INTO {self.table} ({names}) SETTINGS {own}async_insert = 0, max_insert_threads = 1 "  # noqa: S608
            f"SELECT {names} FROM file({quoted(str(file))}, Native, {quoted(structure)})"
        )


def _unquoted_name(name: str) -> str:
    return _ESCAPED.sub(r"\1", name[1:-1]) if name.startswith("`") else name


def parse(sql: str, connection: Connection) -> Insert | None:
    """The INSERT whose data the client will send; None for every other statement."""
    if not _INSERT.match(sql) or not _ENDS_WITHOUT_DATA.search(sql):
        return None
    formatted = connection.rows(f"SELECT formatQuerySingleLine({quoted(sql)})")[0][0]
    found = _FORMATTED.fullmatch(formatted)
    if not found:
        if " SELECT " in formatted:
            return None
        raise EngineError(NOT_IMPLEMENTED, "DB::Exception: INSERT takes a table and plain column names")
    columns = _columns(connection, found["table"], _EACH_NAME.findall(found["columns"] or ""))
    for _, kind in columns:
        check_type(kind)
    return Insert(found["table"], columns, found["settings"] or "")


def _columns(connection: Connection, table: str, names: list[str]) -> list[tuple[str, str]]:
    described = connection.rows(f"DESCRIBE TABLE {table} SETTINGS max_result_rows = 0, max_result_bytes = 0")
    if not names:
        return [(name, kind) for name, kind, default, *_ in described if default in ("", "DEFAULT")]
    types = {name: kind for name, kind, *_ in described}
    wanted = [_unquoted_name(name) for name in names]
    missing = [name for name in wanted if name not in types]
    if missing:
        raise EngineError(NO_SUCH_COLUMN, f"DB::Exception: No such column {missing[0]} in table {table}")
    return [(name, types[name]) for name in wanted]


@contextmanager
def received(reader: SocketReader, folder: Path, number: int) -> Iterator[Path | None]:
    """The client's blocks in a file that lives as long as the block; None when they held no row."""
    file = folder / f"{number}.native"
    try:
        yield file if _receive(reader, file) else None
    finally:
        file.unlink(missing_ok=True)


def _receive(reader: SocketReader, file: Path) -> int:
    """Number of rows written to `file`."""
    total = size = 0
    with file.open("wb") as out:
        while block := _next_block(reader):
            rows, data = block
            total, size = total + rows, size + len(data)
            if size > limits.INSERT_BYTES:
                raise ProtocolError(TOO_LARGE, f"DB::Exception: an insert is over the limit of {limits.INSERT_BYTES} bytes")
            out.write(data)
    return total


def _next_block(reader: SocketReader) -> tuple[int, bytes] | None:
    packet = reader.varint()
    if packet == CLIENT_CANCEL:
        raise CancelError
    if packet != CLIENT_DATA:
        raise ProtocolError(UNKNOWN_PACKET_FROM_CLIENT, f"DB::Exception: Unexpected packet {packet} where data was due")
    reader.bytes()  # name of the table, always empty here
    rows, data = read_block(reader)
    return (rows, data) if rows else None


def store(connection: Connection, insert: Insert, file: Path | None) -> Written:
    return connection.insert(insert.statement(file)) if file else Written(0, 0)
