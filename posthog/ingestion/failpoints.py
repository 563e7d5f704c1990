"""Named points at which a test may make a worker die or fail. Does nothing unless the variable FAIL_POINTS names the point.

FAIL_POINTS="events written=kill" kills the process there with SIGKILL; "=raise" raises FailPointError. Several are separated by commas.
"""

import os
import signal


class FailPointError(RuntimeError):
    """Raised on request of a test."""


def fail_point(name: str) -> None:
    wanted = os.environ.get("FAIL_POINTS")
    if not wanted:
        return
    for entry in wanted.split(","):
        point, _, action = entry.partition("=")
        if point.strip() == name:
            _fail(name, action.strip())


def _fail(name: str, action: str) -> None:
    if action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    raise FailPointError(name)
