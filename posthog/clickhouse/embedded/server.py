"""The listening socket, a thread per client, and the orderly stop."""

import shutil
import signal
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path

from posthog.clickhouse.embedded import errors, limits, protocol
from posthog.clickhouse.embedded.engine import Engine
from posthog.clickhouse.embedded.session import Context, Session
from posthog.clickhouse.embedded.watcher import Watcher

LOOPBACK = "127.0.0.1"


class Server:
    """Serves the engine in `path` until stop(). The port is bound, and the directory opened, when the constructor returns."""

    def __init__(self, path: Path, port: int, password: bytes) -> None:
        self._listener = socket.create_server((LOOPBACK, port), backlog=limits.CONNECTIONS)
        folder = path / "incoming"
        engine = Engine(path / "engine")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self._context = Context(engine, Watcher(), password, folder)
        self._sessions: dict[threading.Thread, socket.socket] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def stop(self) -> None:
        """May be called from a signal handler or another thread."""
        self._stopping.set()
        # Wakes accept(), which no closing of the listener from another thread would.
        self._listener.shutdown(socket.SHUT_RDWR)

    def serve(self) -> None:
        """Accepts clients until stop(), then ends every session and closes the engine."""
        number = 0
        while not self._stopping.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                if not self._stopping.is_set():
                    time.sleep(limits.CANCEL_RETRY_SECONDS)  # out of file descriptors: let sessions end
                continue
            number += 1
            self._admit(sock, number)
        self._close()

    def _admit(self, sock: socket.socket, number: int) -> None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._lock:
            if len(self._sessions) >= limits.CONNECTIONS:
                message = f"DB::Exception: over {limits.CONNECTIONS} connections"
                with suppress(OSError):  # gone before it was refused
                    sock.sendall(protocol.exception(errors.TOO_MANY_CONNECTIONS, message))
                sock.close()
                return
            thread = threading.Thread(target=self._serve_one, args=(sock, number), name=f"session-{number}", daemon=True)
            self._sessions[thread] = sock
        thread.start()

    def _serve_one(self, sock: socket.socket, number: int) -> None:
        try:
            Session(sock, number, self._context).serve()
        finally:
            with self._lock:
                del self._sessions[threading.current_thread()]
            sock.close()

    def _close(self) -> None:
        self._listener.close()
        deadline = time.monotonic() + limits.SHUTDOWN_SECONDS
        with self._lock:
            sessions = dict(self._sessions)
        for sock in sessions.values():
            _shut(sock)
        for thread in sessions:
            thread.join(max(0.0, deadline - time.monotonic()))
        if not any(thread.is_alive() for thread in sessions):
            self._context.watcher.close()
            self._context.engine.close()


def _shut(sock: socket.socket) -> None:
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


def run(path: Path, port: int, password: str) -> None:
    """Serves until SIGTERM or SIGINT. Prints `ready` when clients can connect."""
    server = Server(path, port, password.encode())
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: server.stop())
    print("ready", flush=True)  # noqa: T201
    server.serve()
