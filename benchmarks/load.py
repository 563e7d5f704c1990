"""A load generator that leaves the cores to the server: a few processes, each with many keep-alive connections in one loop."""

import multiprocessing
import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice

READ_BYTES = 65_536


@dataclass
class Result:
    """What came back. `seconds` is the length of the run; latencies in seconds."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    failures: int = 0

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds

    def percentile(self, share: float) -> float:
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


@dataclass
class _Connection:
    sock: socket.socket
    requests: Iterator[bytes]
    sent_at: float = 0.0
    answer: bytes = b""

    def send(self) -> None:
        request = next(self.requests)
        self.answer, self.sent_at = b"", time.perf_counter()
        self.sock.sendall(request)

    def receive(self) -> int:
        """The status once the answer is whole, else 0. Raises ConnectionError."""
        part = self.sock.recv(READ_BYTES)
        if not part:
            raise ConnectionError("the server closed the connection")
        self.answer += part
        head, found, body = self.answer.partition(b"\r\n\r\n")
        if not found or len(body) < _length(head):
            return 0
        return int(head[9:12])


def _length(head: bytes) -> int:
    """Content-Length of an answer; the servers measured here always say it."""
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            return int(line[15:])
    return 0


def request(path: str, body: bytes, **headers: str) -> bytes:
    """The bytes of a POST."""
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def run(port: int, requests: Sequence[bytes], seconds: float, *, connections: int = 32, processes: int = 2) -> Result:
    """Send for so long, each connection as fast as it is answered."""
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        each = connections // processes
        parts = [pool.apply_async(_worker, (port, list(requests[start::processes]), seconds, each)) for start in range(processes)]
        results = [part.get(seconds + 60) for part in parts]
    return Result(
        max(result.seconds for result in results),
        [latency for result in results for latency in result.latencies],
        sum(result.failures for result in results),
    )


def _worker(port: int, requests: list[bytes], seconds: float, connections: int) -> Result:
    result, selector = Result(), selectors.DefaultSelector()
    for number in range(connections):
        sock = socket.create_connection(("127.0.0.1", port), timeout=30)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        opened = _Connection(sock, islice(cycle(requests), number * 7, None))
        selector.register(sock, selectors.EVENT_READ, opened)
        opened.send()
    started = time.perf_counter()
    while time.perf_counter() - started < seconds:
        for key, _ in selector.select(1.0):
            _answered(key.data, result)
    result.seconds = time.perf_counter() - started
    return result


def _answered(connection: _Connection, result: Result) -> None:
    status = connection.receive()
    if not status:
        return
    result.latencies.append(time.perf_counter() - connection.sent_at)
    result.failures += status != 200
    connection.send()
