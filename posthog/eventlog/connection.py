"""One connection per thread for appends, which every request makes: the client's pool costs more than the command itself."""

import threading
from collections.abc import Sequence
from typing import Any

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
    connection, is_fresh = _connection()
    try:
        replies = _exchange(connection, data, len(commands))
    except exceptions.ConnectionError:
        _own.held = None
        if is_fresh:
            raise
        replies = _exchange(_connection()[0], data, len(commands))
    for reply in replies:
        if isinstance(reply, exceptions.RedisError):
            raise reply
    return replies


def _connection() -> tuple[ConnectionInterface, bool]:
    """This thread's connection to the server of `client()`, and whether it is new."""
    held = getattr(_own, "held", None)
    if held is not None and held[0] is client():
        return held[1], False
    made: ConnectionInterface = client().connection_pool.make_connection()
    _own.held = (client(), made)
    return made, True


def _exchange(connection: ConnectionInterface, data: bytes, count: int) -> list[Any]:
    connection.send_packed_command([data], check_health=False)  # type: ignore[no-untyped-call]
    return [_reply(connection) for _ in range(count)]


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
