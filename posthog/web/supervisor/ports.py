"""Words for why nobody can listen at an address."""

import errno
import os
import socket

from posthog.settings.web import PORT_MAX


def why_not(host: str, port: int) -> str | None:
    """Why nobody can listen at this address, with a way out; None when one can."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        return f"HOST={host} does not resolve to an address ({error}). Take an address of this machine, such as 127.0.0.1."
    problems = [_problem(family, address) for family, _, _, _, address in found]
    if errno.EADDRINUSE in problems:
        return _in_words(errno.EADDRINUSE, host, port)
    # A name may have one address that this machine does not use, such as that of localhost in IPv6.
    return None if 0 in problems else _in_words(problems[0], host, port)


def _problem(family: int, address: tuple[object, ...]) -> int:
    """Number of the error with which listening there fails; 0 when it does not."""
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        return error.errno or errno.EIO
    return 0


def _in_words(problem: int, host: str, port: int) -> str:
    if problem == errno.EADDRINUSE:
        other = port + 1 if port < PORT_MAX else port - 1
        return f"Port {port} on {host} is taken. Stop the program that has it, or choose another: PORT={other} bin/start"
    if problem == errno.EADDRNOTAVAIL:
        return f"HOST={host} is not an address of this machine. Take one that is, such as 127.0.0.1, or 0.0.0.0 for all of them."
    if problem == errno.EACCES:
        return f"The system does not let this user listen on port {port}. Choose a higher one: PORT=8000 bin/start"
    return f"Nothing can listen on port {port} of {host}: {os.strerror(problem)}."
