"""Reading from a client's socket, with the raw bytes of a passage kept on request."""

import socket
import struct

from clickhouse_driver.bufferedreader import BufferedReader
from clickhouse_driver.varint import read_varint

from posthog.clickhouse.embedded import limits
from posthog.clickhouse.embedded.errors import TOO_LARGE, ProtocolError


class SocketReader(BufferedReader):  # type: ignore[misc]
    """clickhouse-driver's buffered reader over a socket; its column readers work on it. EOFError at the end of the stream."""

    buffer: bytearray
    position: int
    current_buffer_size: int

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(limits.READ_BUFFER_BYTES)
        self._socket = sock
        self._kept: list[bytes] | None = None
        self._keep_from = 0

    def read_into_buffer(self) -> None:
        if self._kept is not None:
            self._kept.append(bytes(self.buffer[self._keep_from : self.current_buffer_size]))
            self._keep_from = 0
        self.current_buffer_size = self._socket.recv_into(self.buffer)
        if self.current_buffer_size == 0:
            raise EOFError("the client closed the connection")

    def start_keeping(self) -> None:
        self._kept, self._keep_from = [], self.position

    def kept(self) -> bytes:
        """Bytes consumed since start_keeping()."""
        assert self._kept is not None
        pieces, self._kept = self._kept, None
        return b"".join(pieces) + bytes(self.buffer[self._keep_from : self.position])

    def buffered(self) -> bytes:
        """Bytes received but not consumed."""
        return bytes(self.buffer[self.position : self.current_buffer_size])

    def varint(self) -> int:
        return int(read_varint(self))

    def byte(self) -> int:
        return int(self.read_one())

    def int32(self) -> int:
        return int(struct.unpack("<i", self.read(4))[0])

    def bytes(self, limit: int = limits.NAME_BYTES) -> bytes:
        size = self.varint()
        if size > limit:
            raise ProtocolError(TOO_LARGE, f"DB::Exception: a text of {size} bytes is over the limit of {limit} bytes")
        return b"" if size == 0 else self.read(size)

    def text(self, limit: int = limits.NAME_BYTES) -> str:
        return self.bytes(limit).decode(errors="surrogateescape")
