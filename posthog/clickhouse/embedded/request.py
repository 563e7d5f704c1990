"""What a client sends before data: Hello and Query packets."""

from dataclasses import dataclass

from posthog.clickhouse.embedded import limits, protocol
from posthog.clickhouse.embedded.blocks import read_block
from posthog.clickhouse.embedded.errors import NOT_IMPLEMENTED, UNKNOWN_PACKET_FROM_CLIENT, ProtocolError
from posthog.clickhouse.embedded.reader import SocketReader

_TCP = 1
_WITH_QUOTA_KEY = 54060
_WITH_TEXT_SETTINGS = 54429


@dataclass(frozen=True)
class Hello:
    revision: int
    database: str
    user: str
    password: bytes


@dataclass(frozen=True)
class Query:
    sql: str
    settings: dict[str, str]


def read_hello(reader: SocketReader) -> Hello:
    if reader.varint() != protocol.CLIENT_HELLO:
        raise ProtocolError(UNKNOWN_PACKET_FROM_CLIENT, "DB::Exception: Unexpected packet from client: Hello was due")
    reader.bytes()  # client name
    reader.varint(), reader.varint()  # its version
    revision = min(reader.varint(), protocol.REVISION)
    return Hello(revision, reader.text(), reader.text(), reader.bytes())


def read_query(reader: SocketReader, revision: int) -> Query:
    """A Query packet with the empty data packet that ends its (unsupported) external tables."""
    reader.bytes()  # query id
    _skip_client_info(reader, revision)
    settings = _read_settings(reader, revision)
    reader.varint()  # processing stage
    if reader.varint():
        raise ProtocolError(NOT_IMPLEMENTED, "DB::Exception: compression is not offered on loopback: turn it off")
    sql = reader.text(limits.QUERY_BYTES)
    _read_no_external_tables(reader)
    return Query(sql, settings)


def _skip_client_info(reader: SocketReader, revision: int) -> None:
    no_query = 0
    if reader.byte() == no_query:
        return
    for _ in ("initial user", "initial query id", "initial address"):
        reader.bytes()
    if reader.byte() != _TCP:
        raise ProtocolError(NOT_IMPLEMENTED, "DB::Exception: only clients of the native protocol are served")
    for _ in ("system user", "host name", "client name"):
        reader.bytes()
    for _ in ("major version", "minor version", "revision"):
        reader.varint()
    if revision >= _WITH_QUOTA_KEY:
        reader.bytes()
    if revision >= protocol.WITH_VERSION_PATCH:
        reader.varint()


def _read_settings(reader: SocketReader, revision: int) -> dict[str, str]:
    settings: dict[str, str] = {}
    while name := reader.text():
        if revision < _WITH_TEXT_SETTINGS:
            raise ProtocolError(NOT_IMPLEMENTED, "DB::Exception: settings from a client this old cannot be read: send none")
        reader.byte()  # flags: every setting is taken as important
        settings[name] = reader.text()
    return settings


def _read_no_external_tables(reader: SocketReader) -> None:
    packet = reader.varint()
    if packet != protocol.CLIENT_DATA:
        raise ProtocolError(UNKNOWN_PACKET_FROM_CLIENT, f"DB::Exception: Unexpected packet {packet} where data was due")
    name = reader.text()
    rows, _ = read_block(reader)
    if rows or name:
        raise ProtocolError(NOT_IMPLEMENTED, "DB::Exception: external tables are not offered")
