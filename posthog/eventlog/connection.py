"""One connection per thread for appends, which every request makes: the client's pool costs more than the command itself."""

import threading
from collections.abc import Sequence
from typing import Any

import redis
from redis import exceptions
from redis.connection import ConnectionInterface

from posthog.common.redis import client

Command = Sequence[bytes]
_own = threading.local()


def round_trip(commands: Sequence[Command]) -> list[Any]:
    """Send all commands at once and return their replies in order. Raises redis.exceptions.RedisError: the first error among them.

    A connection that turns out to have died since its last use is replaced once.
    """
    data = b"".join(map(_packed, commands))
    held = _held()
    try:
        replies = held.exchange(data, len(commands))
    except exceptions.ConnectionError:
        if not held.worked_before:
            raise
        held.worked_before = False
        replies = held.exchange(data, len(commands))
    for reply in replies:
        if isinstance(reply, exceptions.RedisError):
            raise reply
    return replies


class _Held:
    """A connection outside the pool, which counts those it made and would refuse more after a hundred failures."""

    def __init__(self, of: "redis.Redis") -> None:
        self.of = of
        pool = of.connection_pool
        self._connection: ConnectionInterface = pool.connection_class(**pool.connection_kwargs)
        self.worked_before = False

    def exchange(self, data: bytes, count: int) -> list[Any]:
        """Connects when it is not connected. After any failure it is not: a late reply must not answer the next command."""
        try:
            self._connection.send_packed_command([data], check_health=False)  # type: ignore[no-untyped-call]
            replies = [_reply(self._connection) for _ in range(count)]
        except BaseException:
            self._connection.disconnect()  # type: ignore[no-untyped-call]
            raise
        self.worked_before = True
        return replies


def _held() -> _Held:
    """This thread's connection to the server of `client()`."""
    held: _Held | None = getattr(_own, "held", None)
    if held is None or held.of is not client():
        held = _own.held = _Held(client())
    return held


def _reply(connection: ConnectionInterface) -> Any:
    """An error that is a reply is returned, since the replies behind it must be read too."""
    try:
        return connection.read_response()
    except exceptions.ResponseError as error:
        return error


def _packed(command: Command) -> bytes:
    """The command in the protocol's form."""
    parts = [b"*%d\r\n" % len(command)]
    for word in command:
        parts += (b"$%d\r\n" % len(word), word, b"\r\n")
    return b"".join(parts)
