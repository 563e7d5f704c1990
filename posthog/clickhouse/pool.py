"""Connections to the store: one per concurrent use, kept for the next, made anew when the store was restarted."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import clickhouse_driver

from posthog.clickhouse.errors import NETWORK_ERROR, StoreUnavailable

CONNECTIONS_MAX = 32  # per process; more wait
WAIT_SECONDS = 30.0
CONNECT_SECONDS = 3.0
ANSWER_SECONDS = 330.0  # above the longest max_execution_time in use
PING_SECONDS = 5.0
DEFAULT_PORT = 9000


@dataclass(frozen=True)
class Address:
    host: str
    port: int
    user: str
    password: str
    database: str

    @classmethod
    def parse(cls, url: str) -> "Address":
        """From clickhouse://user:password@host:port/database. StoreUnavailable when the store has no address."""
        parts = urlsplit(url)
        if parts.scheme != "clickhouse" or not parts.hostname:
            raise StoreUnavailable(NETWORK_ERROR, "CLICKHOUSE_URL is not set to clickhouse://user:password@host:port/database")
        return cls(
            parts.hostname,
            parts.port or DEFAULT_PORT,
            unquote(parts.username or "default"),
            unquote(parts.password or ""),
            unquote(parts.path.lstrip("/")) or "default",
        )


class Pool:
    """Thread safe. A process forked after use starts with none of its parent's connections."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self._reset()

    def _reset(self) -> None:
        self._process = os.getpid()
        self._idle: list[clickhouse_driver.Client] = []
        self._free = threading.BoundedSemaphore(CONNECTIONS_MAX)

    @contextmanager
    def client(self) -> Iterator[clickhouse_driver.Client]:
        """A client for the caller alone. StoreUnavailable when none is free for WAIT_SECONDS."""
        if self._process != os.getpid():
            self._reset()
        if not self._free.acquire(timeout=WAIT_SECONDS):
            raise StoreUnavailable(NETWORK_ERROR, f"all {CONNECTIONS_MAX} connections to the store were busy for {WAIT_SECONDS:.0f} s")
        try:
            client = self._take()
            yield client
            self._idle.append(client)
        except BaseException:
            # Unknown state of the protocol: clickhouse-driver closed it, or we do.
            client.disconnect()
            self._idle.append(client)
            raise
        finally:
            self._free.release()

    def _take(self) -> clickhouse_driver.Client:
        try:
            return self._idle.pop()
        except IndexError:
            return self._connect()

    def _connect(self) -> clickhouse_driver.Client:
        address = self.address
        return clickhouse_driver.Client(
            host=address.host,
            port=address.port,
            user=address.user,
            password=address.password,
            database=address.database,
            client_name="posthog",
            connect_timeout=CONNECT_SECONDS,
            send_receive_timeout=ANSWER_SECONDS,
            sync_request_timeout=PING_SECONDS,
            compression=False,
        )
