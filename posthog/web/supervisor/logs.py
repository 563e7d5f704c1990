"""One readable log of all parts: every line with time and part, in DATA_DIR/logs/posthog.log, rotated by size."""

import logging
import threading
from collections import deque
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import IO

FILE_BYTES = 10 * 1024 * 1024
FILES_KEPT = 5
LINES_REMEMBERED = 20
# What a part prints, alone on a line, when it can do its work.
READY_LINE = "ready"


class CombinedLog:
    """Collects the output of the parts. The last lines of each are kept in memory, to be shown when it dies."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._handler = RotatingFileHandler(path, maxBytes=FILE_BYTES, backupCount=FILES_KEPT, encoding="utf-8")
        self._handler.setFormatter(logging.Formatter("%(asctime)s %(name)-8s %(message)s"))
        self._last: dict[str, deque[str]] = {}
        self._ready: dict[str, bool] = {}

    def write(self, part: str, line: str) -> None:
        self._last.setdefault(part, deque(maxlen=LINES_REMEMBERED)).append(line)
        self._handler.handle(logging.LogRecord(part, logging.INFO, "", 0, "%s", (line,), None))

    def follow(self, part: str, stream: IO[bytes]) -> None:
        """Copy a new child's output line by line until it ends."""
        self._ready[part] = False
        threading.Thread(target=self._copy, args=(part, stream), name=f"log-{part}", daemon=True).start()

    def said_ready(self, part: str) -> bool:
        """Whether the part's present child has printed that it is ready."""
        return self._ready.get(part, False)

    def last_lines(self, part: str) -> list[str]:
        return list(self._last.get(part, []))

    def _copy(self, part: str, stream: IO[bytes]) -> None:
        for raw in stream:
            line = raw.decode("utf-8", "replace").rstrip()
            self._ready[part] |= line == READY_LINE
            self.write(part, line)
