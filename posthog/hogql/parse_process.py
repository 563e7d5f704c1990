"""The child process that parses what users write: `python -m posthog.hogql.parse_process`.

The grammar takes seconds for some short texts, and cannot be interrupted; a process can be ended, and this one ends itself: time that
other processes take on a busy machine is not held against a text. Requests and answers are JSON, each preceded by its length in
four bytes. It says `ready` first, and ends when its input does.
"""

from __future__ import annotations

import json
import resource
import signal
import struct
import sys
from typing import BinaryIO

import hogql_parser

from posthog.common import limits

MEMORY_BYTES = 1024 * 1024 * 1024
HEADER = struct.Struct(">I")
PARSERS = {"select": hogql_parser.parse_select_json, "expr": hogql_parser.parse_expr_json, "order": hogql_parser.parse_order_expr_json}


def read_message(stream: BinaryIO) -> bytes | None:
    header = stream.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    (size,) = HEADER.unpack(header)
    return stream.read(size)


def write_message(stream: BinaryIO, message: bytes) -> None:
    stream.write(HEADER.pack(len(message)) + message)
    stream.flush()


def answer(request: bytes) -> bytes:
    """The parser's JSON: a tree, or an object with `error`. Does not return for a text that takes too long."""
    kind, text = json.loads(request)
    signal.setitimer(signal.ITIMER_PROF, limits.QUERY_PARSE_SECONDS)  # SIGPROF without a handler ends the process
    try:
        return str(PARSERS[kind](text)).encode()
    except Exception as error:
        return json.dumps({"error": True, "type": "SyntaxError", "message": str(error)[:200]}).encode()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    output = sys.stdout.buffer
    write_message(output, b"ready")
    while (request := read_message(sys.stdin.buffer)) is not None:
        write_message(output, answer(request))


if __name__ == "__main__":
    main()
