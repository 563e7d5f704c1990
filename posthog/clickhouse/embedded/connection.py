"""A client's connection to the engine: its settings, its statements, and results as Native blocks."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any, NamedTuple

from posthog.clickhouse.embedded import blocks, protocol
from posthog.clickhouse.embedded.engine import Engine
from posthog.clickhouse.embedded.errors import BAD_ARGUMENTS, UNKNOWN_SETTING, EngineError, from_engine
from posthog.clickhouse.literals import quoted, quoted_name

# What differs between chDB's session and a server's.
_SESSION = {
    "implicit_select": "0",
    "allow_introspection_functions": "0",
    "async_insert": "0",
    # clickhouse-driver reads an older binary form of JSON than this engine writes.
    "output_format_native_write_json_as_string": "1",
}
_FIXED = {"async_insert"}
_SETTING_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
_TRAILING_FORMAT = re.compile(r"\s+FORMAT\s+\w+\s*;?\s*$", re.IGNORECASE)
_READS = re.compile(r"\s*(?:(?:--[^\n]*\n|/\*.*?\*/)\s*)*\(?\s*(SELECT|WITH|\(|FROM)\b", re.IGNORECASE | re.DOTALL)
# FORMAT Native leaves out the zone of a column that is not inside another type.
_WITHOUT_ZONE = "DateTime"


class Chunk(NamedTuple):
    """One Native block of a result. `read_rows` and `read_bytes` count what storage gave since the chunk before."""

    block: bytes
    rows: int
    read_rows: int
    read_bytes: int


class Written(NamedTuple):
    rows: int
    size: int


class Connection:
    """Not for use by two threads at once, except kill()."""

    def __init__(self, engine: Engine, number: int) -> None:
        self._engine = engine
        self._number = number
        self._raw = engine.open()
        self._mark = f"connection-{number}|"
        self._database = ""
        self._asked: dict[str, str] = {}
        self._settings: dict[str, str] = {}
        self.apply({})

    def use(self, database: str) -> None:
        self._query(f"USE {quoted_name(database)}")
        self._database = database

    def apply(self, settings: Mapping[str, str]) -> None:
        """Makes the session's settings exactly these (over the base); the engine refuses unknown names and bad values."""
        wanted = _SESSION | {name: value for name, value in settings.items() if name not in _FIXED}
        # KILL QUERY finds a connection's statement by this mark.
        wanted["log_comment"] = self._mark + settings.get("log_comment", "")
        for name in wanted:
            if not _SETTING_NAME.fullmatch(name):
                raise EngineError(UNKNOWN_SETTING, f"DB::Exception: Unknown setting {name!r}")
        self._leave_readonly(wanted)
        changes = [f"{name} = {quoted(value)}" for name, value in wanted.items() if self._settings.get(name) != value]
        changes += [f"{name} = DEFAULT" for name in self._settings if name not in wanted]
        if changes:
            self._query("SET " + ", ".join(changes))
        self._asked, self._settings = dict(settings), wanted

    def _leave_readonly(self, wanted: Mapping[str, str]) -> None:
        """A session that was made readonly can never change that again: the next statement gets a new one."""
        if self._settings.get("readonly", "0") not in ("0", wanted.get("readonly", "0")):
            self._raw.close()
            self._raw, self._settings = self._engine.open(), {}
            if self._database:
                self.use(self._database)

    def run(self, sql: str) -> Iterator[Chunk]:
        """Runs any statement; a result begins with its header block, which has no rows."""
        sql = _TRAILING_FORMAT.sub("", _text(sql))
        reads = _READS.match(sql)
        types: dict[int, str] | None = None
        for chunk in self._stream(sql) if reads else self._run_whole(sql):
            if types is None:
                header, types = self._header(sql, chunk.block)
                yield Chunk(header, 0, 0, 0)
            yield chunk._replace(block=blocks.with_types(chunk.block, types)) if types else chunk
        if types is None and reads:
            yield Chunk(protocol.header_block(self._describe(sql)), 0, 0, 0)

    def insert(self, sql: str) -> Written:
        result = self._query(_text(sql))
        return Written(result.rows_written(), result.bytes_written())

    def rows(self, sql: str) -> list[list[str]]:
        """Result of a small statement as texts."""
        lines = bytes(self._query(sql, "JSONCompactEachRow").bytes()).decode(errors="replace").splitlines()
        return [json.loads(line) for line in lines]

    def kill(self) -> None:
        self._engine.kill(self._mark)

    def close(self) -> None:
        self._raw.close()

    def _query(self, sql: str, output: str = "Native") -> Any:
        try:
            return self._raw.query(sql, output)
        except Exception as error:
            raise from_engine(error) from error

    def _run_whole(self, sql: str) -> Iterator[Chunk]:
        result = self._query(sql)
        data = bytes(result.bytes())
        for block in blocks.split(data, result.rows_read()):
            yield Chunk(block, 0, 0, 0)

    def _stream(self, sql: str) -> Iterator[Chunk]:
        try:
            stream = self._raw.send_query(sql, "Native")
        except Exception as error:
            raise from_engine(error) from error
        finished = False
        try:
            while rows := (part := self._fetch(stream)).rows_read():
                yield from _chunks(part, rows)
            finished = True
        except EngineError:
            finished = True
            raise
        finally:
            if not finished:
                self._raw.streaming_cancel_query(stream)

    def _fetch(self, stream: Any) -> Any:
        try:
            return self._raw.streaming_fetch_result(stream)
        except Exception as error:
            raise from_engine(error) from error

    def _header(self, sql: str, block: bytes) -> tuple[bytes, dict[int, str]]:
        """Header block, and by position the types whose names lack their time zone in the engine's blocks."""
        try:
            columns = [(column.name.decode(), column.kind.decode()) for column in blocks.columns_of(block)]
        except EngineError:
            return protocol.header_block(self._describe(sql)), {}
        if not any(kind == _WITHOUT_ZONE for _, kind in columns):
            return protocol.header_block(columns), {}
        described = self._describe(sql)
        zoned = {at: full for at, ((_, kind), (_, full)) in enumerate(zip(columns, described, strict=True)) if kind != full}
        return protocol.header_block(described), zoned

    def _describe(self, sql: str) -> list[tuple[str, str]]:
        """Columns of a reading statement. The engine runs its scalar subqueries for that, so it is not for every query."""
        # A second connection with the same settings: another statement on the first would end its stream.
        with closing(Connection(self._engine, self._number)) as beside:
            if self._database:
                beside.use(self._database)
            beside.apply(self._asked | {"max_result_rows": "0", "max_result_bytes": "0"})
            formatted = beside.rows(f"SELECT formatQuerySingleLine({quoted(sql)})")[0][0]
            return [(row[0], row[1]) for row in beside.rows(f"DESCRIBE ({formatted})")]


def _chunks(part: Any, rows: int) -> Iterator[Chunk]:
    read_rows, read_bytes = part.storage_rows_read(), part.storage_bytes_read()
    for block in blocks.split(bytes(part.bytes()), rows):
        yield Chunk(block, rows, read_rows, read_bytes)
        rows = read_rows = read_bytes = 0


def _text(sql: str) -> str:
    try:
        sql.encode()
    except UnicodeEncodeError:
        raise EngineError(BAD_ARGUMENTS, "DB::Exception: the query is not valid UTF-8") from None
    return sql
