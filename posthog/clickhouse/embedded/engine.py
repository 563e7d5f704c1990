"""chDB behind a few calls: one Connection per client, settings as sent by the client, results as Native blocks."""

import json
import re
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from posthog.clickhouse.embedded import blocks, protocol
from posthog.clickhouse.embedded.errors import BAD_ARGUMENTS, UNKNOWN_SETTING, EngineError, from_engine
from posthog.clickhouse.literals import quoted, quoted_name

# chDB imports these two for Arrow and data frames, which the protocol does not use: 40 MB of memory, and half the start.
for _unused in ("pyarrow", "numpy"):
    sys.modules.setdefault(_unused, None)  # type: ignore[arg-type]

import chdb  # noqa: E402
from chdb import _chdb as _compiled  # noqa: E402

_chdb: Any = _compiled

VERSION = tuple(int(part) for part in chdb.engine_version.split(".")[:3])

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
_NOT_STREAMABLE = "Streaming query is not supported"
_TRAILING_FORMAT = re.compile(r"\s+FORMAT\s+\w+\s*;?\s*$", re.IGNORECASE)
_READS = re.compile(r"\s*(?:(?:--[^\n]*\n|/\*.*?\*/)\s*)*\(?\s*(SELECT|WITH|\(|FROM)\b", re.IGNORECASE | re.DOTALL)


class Chunk(NamedTuple):
    """One Native block of a result. `read_rows` and `read_bytes` count what storage gave since the chunk before."""

    block: bytes
    rows: int
    read_rows: int
    read_bytes: int


class Written(NamedTuple):
    rows: int
    size: int


class Engine:
    """The opened directory. Raises EngineError when another process has it open."""

    def __init__(self, path: Path) -> None:
        path.mkdir(parents=True, exist_ok=True)
        self._path = str(path)
        # SIGTERM and SIGINT belong to the server, which stops in order.
        _chdb.set_signal_handlers_enabled(0)
        self._control = _open(self._path)
        self._control_lock = threading.Lock()

    def connect(self, number: int) -> "Connection":
        return Connection(_open(self._path), number, self.kill)

    def kill(self, mark: str) -> None:
        """Stops the running statement of the connection with this mark."""
        with self._control_lock:
            self._control.query(f"KILL QUERY WHERE startsWith(Settings['log_comment'], {quoted(mark)}) ASYNC", "Null")

    def close(self) -> None:
        with self._control_lock:
            self._control.close()


def _open(path: str) -> Any:
    try:
        return _chdb.connect(path)
    except Exception as error:
        raise from_engine(error) from error


class Connection:
    """One chDB connection. Not for use by two threads at once, except kill()."""

    def __init__(self, raw: Any, number: int, kill: Callable[[str], None]) -> None:
        self._raw = raw
        self._mark = f"connection-{number}|"
        self._kill = kill
        self._settings: dict[str, str] = {}
        self._base = _SESSION | {"log_comment": self._mark}
        self.apply({})

    def use(self, database: str) -> None:
        self._query(f"USE {quoted_name(database)}")

    def apply(self, settings: Mapping[str, str]) -> None:
        """Makes the session's settings exactly these (over the base); the engine refuses unknown names and bad values."""
        wanted = self._base | {name: value for name, value in settings.items() if name not in _FIXED}
        # KILL QUERY finds a connection's statement by this mark.
        wanted["log_comment"] = self._mark + settings.get("log_comment", "")
        for name in wanted:
            if not _SETTING_NAME.fullmatch(name):
                raise EngineError(UNKNOWN_SETTING, f"DB::Exception: Unknown setting {name!r}")
        changes = [f"{name} = {quoted(value)}" for name, value in wanted.items() if self._settings.get(name) != value]
        changes += [f"{name} = DEFAULT" for name in self._settings if name not in wanted]
        if changes:
            self._query("SET " + ", ".join(changes))
        self._settings = wanted

    def run(self, sql: str) -> Iterator[Chunk]:
        """Runs any statement; a reading one gives at least its header block."""
        sql = _TRAILING_FORMAT.sub("", _text(sql))
        if not _READS.match(sql):
            yield from self._run_whole(sql)
            return
        empty = True
        for chunk in self._stream(sql):
            empty = False
            yield chunk
        if empty:
            yield Chunk(self._header(sql), 0, 0, 0)

    def insert(self, sql: str) -> Written:
        result = self._query(_text(sql))
        return Written(result.rows_written(), result.bytes_written())

    def rows(self, sql: str) -> list[list[str]]:
        """Result of a small statement as texts."""
        lines = bytes(self._query(sql, "JSONCompactEachRow").bytes()).decode(errors="replace").splitlines()
        return [json.loads(line) for line in lines]

    def kill(self) -> None:
        self._kill(self._mark)

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
            while True:
                part = self._fetch(stream)
                rows = part.rows_read()
                if rows == 0:
                    finished = True
                    return
                yield from _chunks(part, rows)
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

    def _header(self, sql: str) -> bytes:
        described = self.rows(f"DESCRIBE (\n{sql.rstrip().rstrip(';')}\n) SETTINGS max_result_rows = 0, max_result_bytes = 0")
        return protocol.header_block((row[0], row[1]) for row in described)


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
