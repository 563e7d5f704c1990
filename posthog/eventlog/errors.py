"""What can go wrong with the log, in the two ways a caller has to tell apart."""

from collections.abc import Iterator
from contextlib import contextmanager

from redis import exceptions


class LogError(Exception):
    """Nothing was promised: the caller must not answer success."""


class LogFull(LogError):
    """The log has reached its memory bound; the sender should come back later."""


class LogUnavailable(LogError):
    """The log did not answer, or could not write to its disk."""


@contextmanager
def translated() -> Iterator[None]:
    """The server's errors within the block become those of the log."""
    try:
        yield
    except exceptions.RedisError as error:
        if isinstance(error, exceptions.OutOfMemoryError) or "OOM" in str(error):
            raise LogFull("the event log's server has reached its memory bound") from error
        raise LogUnavailable(f"the event log did not confirm: {error}") from error
