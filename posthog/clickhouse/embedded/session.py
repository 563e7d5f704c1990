"""One client's connection from Hello to the end."""

import hmac
import socket
import sys
import traceback
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from posthog.clickhouse.embedded import errors, insert, limits, protocol
from posthog.clickhouse.embedded.connection import Connection
from posthog.clickhouse.embedded.engine import VERSION, Engine
from posthog.clickhouse.embedded.reader import SocketReader
from posthog.clickhouse.embedded.request import Hello, Query, read_hello, read_query
from posthog.clickhouse.embedded.watcher import Watcher

USER = "default"


@dataclass(frozen=True)
class Context:
    """What all sessions share. `folder` holds data on its way into the engine."""

    engine: Engine
    watcher: Watcher
    password: bytes
    folder: Path


class Session:
    def __init__(self, sock: socket.socket, number: int, context: Context) -> None:
        self._socket = sock
        self._number = number
        self._context = context
        self._reader = SocketReader(sock)
        self._revision = protocol.REVISION

    def serve(self) -> None:
        """Returns when the client leaves or can no longer be understood."""
        try:
            self._serve()
        except errors.EngineError as error:
            self._send_error(error)
        except (EOFError, OSError):
            pass

    def _serve(self) -> None:
        self._socket.settimeout(limits.HANDSHAKE_SECONDS)
        hello = read_hello(self._reader)
        self._authenticate(hello)
        self._revision = hello.revision
        with closing(Connection(self._context.engine, self._number)) as connection:
            if hello.database:
                connection.use(hello.database)
            self._socket.sendall(protocol.hello((VERSION[0], VERSION[1], VERSION[2]), hello.revision))
            self._socket.settimeout(None)
            while True:
                self._answer(connection)

    def _authenticate(self, hello: Hello) -> None:
        same_password = hmac.compare_digest(hello.password, self._context.password)
        if hello.user != USER or not same_password:
            raise errors.EngineError(errors.AUTHENTICATION_FAILED, f"DB::Exception: {hello.user}: Authentication failed")

    def _answer(self, connection: Connection) -> None:
        packet = self._reader.varint()
        if packet == protocol.CLIENT_PING:
            self._socket.sendall(protocol.PONG)
        elif packet == protocol.CLIENT_QUERY:
            self._query(connection, read_query(self._reader, self._revision))
        elif packet != protocol.CLIENT_CANCEL:  # one that came after its query had ended
            raise errors.ProtocolError(errors.UNKNOWN_PACKET_FROM_CLIENT, f"DB::Exception: Unknown packet {packet} from client")

    def _query(self, connection: Connection, query: Query) -> None:
        try:
            self._execute(connection, query)
        except errors.ProtocolError:
            raise
        except errors.EngineError as error:
            self._send_error(error)
        except insert.CancelError:
            self._socket.sendall(protocol.END_OF_STREAM)
        except (EOFError, OSError):
            raise
        except Exception:
            traceback.print_exc(file=sys.stderr)
            raise errors.ProtocolError(errors.UNKNOWN_EXCEPTION, "DB::Exception: the embedded server failed on this query") from None

    def _execute(self, connection: Connection, query: Query) -> None:
        connection.apply(query.settings)
        wanted = insert.parse(query.sql, connection)
        if wanted is None:
            self._run(connection, query.sql)
        else:
            self._insert(connection, wanted)

    def _run(self, connection: Connection, sql: str) -> None:
        rows = blocks = size = 0
        with self._context.watcher.watching(self._socket, connection.kill, self._reader.buffered()) as watch:
            try:
                for chunk in connection.run(sql):
                    rows, blocks, size = rows + chunk.rows, blocks + 1, size + len(chunk.block)
                    progress = protocol.progress(self._revision, chunk.read_rows, chunk.read_bytes) if chunk.read_rows else b""
                    self._socket.sendall(b"".join((progress, protocol.DATA_PREFIX, chunk.block)))
            except errors.EngineError as error:
                if not (watch.cancelled and error.code == errors.QUERY_WAS_CANCELLED):
                    raise
        # clickhouse-driver takes no profile after it has cancelled.
        self._socket.sendall((b"" if watch.cancelled else protocol.profile(rows, blocks, size)) + protocol.END_OF_STREAM)

    def _insert(self, connection: Connection, wanted: insert.Insert) -> None:
        self._socket.sendall(protocol.DATA_PREFIX + protocol.header_block(wanted.columns))
        with (
            insert.received(self._reader, self._context.folder, self._number) as file,
            self._context.watcher.watching(self._socket, connection.kill, self._reader.buffered()),
        ):
            written = insert.store(connection, wanted, file)
        self._socket.sendall(protocol.written(self._revision, written.rows, written.size) + protocol.END_OF_STREAM)

    def _send_error(self, error: errors.EngineError) -> None:
        with suppress(OSError):
            self._socket.sendall(protocol.exception(error.code, error.message))
