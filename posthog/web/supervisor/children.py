"""Child processes: started so that they cannot outlive us, stopped in order."""

import ctypes
import os
import resource
import signal
import subprocess
import time
from collections.abc import Callable, Mapping

PR_SET_PDEATHSIG = 1
# Many parts of many months, each with many column files, are open in the store at the same time.
OPEN_FILES = 65_536
_libc = ctypes.CDLL(None)


def spawn(command: list[str], environment: Mapping[str, str], cwd: str, *, piped: bool = True) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own, output piped or else to our own terminal. Linux kills it when this thread dies."""
    return subprocess.Popen(
        command,
        env={**os.environ, **environment},
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if piped else None,
        stderr=subprocess.STDOUT if piped else None,
        start_new_session=True,
        preexec_fn=_die_with_parent,
    )


def _die_with_parent() -> None:
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def raise_open_files() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def stop(process: subprocess.Popen[bytes], within_seconds: float) -> bool:
    """SIGTERM, then SIGKILL to what is left of the child's group. True if it went by itself."""
    went = True
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(within_seconds)
        except subprocess.TimeoutExpired:
            went = False
    kill_group(process)
    process.wait()
    return went


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """End what a child has left behind (web server processes outlive a killed parent)."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def wait_for(condition: Callable[[], bool], within_seconds: float, process: subprocess.Popen[bytes]) -> bool:
    """Poll condition() until true; False when time is up or the child has ended."""
    deadline = time.monotonic() + within_seconds
    while time.monotonic() < deadline and process.poll() is None:
        if condition():
            return True
        time.sleep(0.05)
    return False
