"""Project tokens on capture's hot path: looked up once, then answered from memory."""

import threading
import time
from dataclasses import dataclass

from posthog.tenancy.models import Project

KNOWN_FOR_SECONDS = 300.0
UNKNOWN_FOR_SECONDS = 30.0
_MOST_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class CachedProject:
    """What capture and ingestion need to know of a project, at most KNOWN_FOR_SECONDS old."""

    id: int
    token: str
    anonymize_ips: bool
    message_secret: str
    timezone: str


_by_token: dict[str, tuple[float, CachedProject | None]] = {}
_lock = threading.Lock()


def project_for_token(token: str) -> CachedProject | None:
    """The project of this token, None if no project has it."""
    remembered = _by_token.get(token)
    if remembered and remembered[0] > time.monotonic():
        return remembered[1]
    found = _load(token)
    lifetime = KNOWN_FOR_SECONDS if found else UNKNOWN_FOR_SECONDS
    with _lock:
        if len(_by_token) >= _MOST_REMEMBERED:
            _by_token.clear()
        _by_token[token] = (time.monotonic() + lifetime, found)
    return found


def forget() -> None:
    """Drop what is remembered in this process: after a token changed, and between tests."""
    with _lock:
        _by_token.clear()


def _load(token: str) -> CachedProject | None:
    row = Project.objects.filter(api_token=token).values_list("id", "api_token", "anonymize_ips", "message_secret", "timezone").first()
    return CachedProject(*row) if row else None
