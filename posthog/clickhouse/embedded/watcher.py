"""Stops a running statement when its client sends Cancel or closes the socket.

The engine would run on: the thread that waits for it cannot look at the socket. One thread waits on the sockets of all
running statements and costs nothing while none of them has news.
"""

import select
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from posthog.clickhouse.embedded import limits
from posthog.clickhouse.embedded.protocol import CLIENT_CANCEL

_NEWS = select.EPOLLIN | select.EPOLLRDHUP | select.EPOLLONESHOT
_CLOSED_ONLY = select.EPOLLRDHUP | select.EPOLLONESHOT


@dataclass
class Watch:
    """`cancelled` tells whether the client asked to stop."""

    sock: socket.socket
    kill: Callable[[], None]
    lock: threading.Lock = field(default_factory=threading.Lock)
    running: bool = True
    cancelled: bool = False


class Watcher:
    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._wake, self._woken = socket.socketpair()
        self._epoll.register(self._woken, select.EPOLLIN)
        self._watches: dict[int, Watch] = {}
        self._thread = threading.Thread(target=self._loop, name="cancel-watcher", daemon=True)
        self._thread.start()

    @contextmanager
    def watching(self, sock: socket.socket, kill: Callable[[], None], received: bytes = b"") -> Iterator[Watch]:
        """While the block runs, news on `sock` calls `kill` until the block ends. `received`: bytes read but not consumed."""
        watch = Watch(sock, kill)
        self._watches[sock.fileno()] = watch
        if received[:1] == bytes([CLIENT_CANCEL]):
            watch.cancelled = True
            self._wake.send(b"x")
        self._epoll.register(sock, _CLOSED_ONLY if received else _NEWS)
        try:
            yield watch
        finally:
            with watch.lock:
                watch.running = False
            self._epoll.unregister(sock)
            del self._watches[sock.fileno()]

    def close(self) -> None:
        self._wake.close()
        self._thread.join()
        self._woken.close()
        self._epoll.close()

    def _loop(self) -> None:
        while True:
            # The statement may not have reached the engine when the first kill did: repeat until it ends.
            stopping = [watch for watch in list(self._watches.values()) if watch.cancelled]
            for descriptor, _ in self._epoll.poll(limits.CANCEL_RETRY_SECONDS if stopping else None):
                if descriptor == self._woken.fileno():
                    if not self._woken.recv(64):
                        return
                elif watch := self._watches.get(descriptor):
                    self._look(watch)
            for watch in stopping:
                _stop(watch)

    def _look(self, watch: Watch) -> None:
        with watch.lock:
            if not watch.running:
                return
            watch.cancelled = _wants_to_stop(watch.sock)
            if not watch.cancelled:
                self._epoll.modify(watch.sock, _CLOSED_ONLY)
        if watch.cancelled:
            _stop(watch)


def _wants_to_stop(sock: socket.socket) -> bool:
    """True after a Cancel packet, which is consumed, and at the end of the stream; False for any other packet."""
    try:
        first = sock.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        if first == bytes([CLIENT_CANCEL]):
            sock.recv(1)
            return True
    except BlockingIOError:
        return False
    except OSError:
        return True
    return first == b""


def _stop(watch: Watch) -> None:
    with watch.lock:
        if watch.running:
            watch.kill()
