"""granian's command line, with processes that can be stopped while they load the application.

A forked process has its parent's handler, which only takes a note: a stop signal would be lost until granian sets another one.
"""

import os
import signal

from granian.cli import entrypoint

if __name__ == "__main__":
    os.register_at_fork(after_in_child=lambda: signal.signal(signal.SIGTERM, signal.SIG_DFL))
    entrypoint()  # type: ignore[no-untyped-call]
