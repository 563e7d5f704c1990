"""What may stand in for posthog.topics.discovery.discover and goes wrong. Functions of a module, so that another process finds them."""

import os
import signal
from typing import NoReturn


def divides_by_zero(*_: object, **__: object) -> NoReturn:
    raise ZeroDivisionError("division by zero")


def is_killed(*_: object, **__: object) -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError
