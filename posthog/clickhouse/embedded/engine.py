"""chDB's directory, opened once per process."""

import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

from posthog.clickhouse.embedded import tokens
from posthog.clickhouse.embedded.errors import from_engine
from posthog.clickhouse.literals import quoted

# chDB imports these two for Arrow and data frames, which the protocol does not use: 40 MB of memory, and half the start.
for _unused in ("pyarrow", "numpy"):
    sys.modules.setdefault(_unused, None)  # type: ignore[arg-type]

# Times without a zone are UTC, as the protocol's greeting says, wherever the machine stands.
os.environ["TZ"] = "UTC"
time.tzset()

import chdb  # noqa: E402
from chdb import _chdb as _compiled  # noqa: E402

_chdb: Any = _compiled
VERSION = tuple(int(part) for part in chdb.engine_version.split(".")[:3])


class Engine:
    """The opened directory. Raises EngineError when another process has it open."""

    def __init__(self, path: Path) -> None:
        path.mkdir(parents=True, exist_ok=True)
        self._path = str(path)
        tokens.take_back_lost(path)
        # SIGTERM and SIGINT belong to the server, which stops in order.
        _chdb.set_signal_handlers_enabled(0)
        self._control = self.open()
        self._control_lock = threading.Lock()

    def open(self) -> Any:
        """A chDB connection of its own, about 0.4 ms. Two of them run at the same time."""
        try:
            return _chdb.connect(self._path)
        except Exception as error:
            raise from_engine(error) from error

    def kill(self, mark: str) -> None:
        """Stops the running statements of the connection with this mark."""
        with self._control_lock:
            self._control.query(f"KILL QUERY WHERE startsWith(Settings['log_comment'], {quoted(mark)}) ASYNC", "Null")

    def close(self) -> None:
        with self._control_lock:
            self._control.close()
