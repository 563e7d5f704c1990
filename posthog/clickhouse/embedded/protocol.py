"""Packets of ClickHouse's native protocol, as revision 54429 has them: numbers, and the bytes that the server sends."""

import struct
from collections.abc import Sequence

# Below 54454 blocks carry no custom serialization; from 54429 on settings come as text.
REVISION = 54429
SERVER_NAME = "ClickHouse"
DISPLAY_NAME = "embedded"
TIMEZONE = "UTC"

CLIENT_HELLO, CLIENT_QUERY, CLIENT_DATA, CLIENT_CANCEL, CLIENT_PING = range(5)

_HELLO, _DATA, _EXCEPTION, _PROGRESS, _PONG, _END_OF_STREAM, _PROFILE = range(7)

_WITH_TIMEZONE = 54058
_WITH_DISPLAY_NAME = 54372
WITH_VERSION_PATCH = 54401
_WITH_WRITTEN_ROWS = 54420

# Field 1: no overflow row, field 2: no bucket, 0: end.
_BLOCK_INFO = b"\x01\x00\x02\xff\xff\xff\xff\x00"

PONG = bytes([_PONG])
END_OF_STREAM = bytes([_END_OF_STREAM])
DATA_PREFIX = bytes([_DATA]) + b"\x00" + _BLOCK_INFO


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def string(text: str | bytes) -> bytes:
    raw = text.encode(errors="replace") if isinstance(text, str) else text
    return varint(len(raw)) + raw


def hello(version: tuple[int, int, int], client_revision: int) -> bytes:
    packet = varint(_HELLO) + string(SERVER_NAME) + varint(version[0]) + varint(version[1]) + varint(REVISION)
    if client_revision >= _WITH_TIMEZONE:
        packet += string(TIMEZONE)
    if client_revision >= _WITH_DISPLAY_NAME:
        packet += string(DISPLAY_NAME)
    if client_revision >= WITH_VERSION_PATCH:
        packet += varint(version[2])
    return packet


def exception(code: int, message: str) -> bytes:
    no_stack_trace, not_nested = string(""), b"\x00"
    return varint(_EXCEPTION) + struct.pack("<i", code) + string("DB::Exception") + string(message) + no_stack_trace + not_nested


def progress(revision: int, rows: int, size: int) -> bytes:
    """`rows` and `size` read since the packet before."""
    total_rows = 0
    written = (0, 0) if revision >= _WITH_WRITTEN_ROWS else ()
    return varint(_PROGRESS) + b"".join(map(varint, (rows, size, total_rows, *written)))


def written(revision: int, rows: int, size: int) -> bytes:
    """What an insert stored; nothing for a client that expects no such packet."""
    if revision < _WITH_WRITTEN_ROWS:
        return b""
    none_read = (0, 0, 0)
    return varint(_PROGRESS) + b"".join(map(varint, (*none_read, rows, size)))


def profile(rows: int, blocks: int, size: int) -> bytes:
    # Old clients crash unless the last flag says that the number of rows before the limit is known.
    limit_applied, known = b"\x00", b"\x01"
    return varint(_PROFILE) + b"".join(map(varint, (rows, blocks, size))) + limit_applied + varint(rows) + known


def header_block(columns: Sequence[tuple[str, str]] | Sequence[tuple[bytes, bytes]]) -> bytes:
    """Native block of no rows: names and types only."""
    return varint(len(columns)) + varint(0) + b"".join(string(name) + string(kind) for name, kind in columns)
