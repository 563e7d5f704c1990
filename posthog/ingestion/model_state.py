"""Whether texts get labels: the worker finds out when it starts and from time to time, and leaves word for `/_ready`."""

import logging

from posthog.classifiers import service
from posthog.common import redis

logger = logging.getLogger(__name__)
_KEY = "worker:labels"
_OK = "ok"
_WITHOUT = "events go in without labels: the log says why"  # paths and the like are not for whoever asks
_logged = ""


class NoLabelsError(RuntimeError):
    """Events go in without labels."""


def note() -> None:
    """Load the model unless it is loaded, so that a damaged one is told of before the first text comes."""
    global _logged
    problem = _problem()
    if problem and problem != _logged:
        logger.error("events go in without labels: %s", problem)
    _logged = problem
    redis.client().set(_KEY, _WITHOUT if problem else _OK)


def check() -> None:
    """Raises NoLabelsError unless a worker has loaded the model."""
    noted = redis.client().get(_KEY)
    if noted != _OK.encode():
        raise NoLabelsError(noted.decode() if isinstance(noted, bytes) else "no worker has loaded the model yet")


def _problem() -> str:
    try:
        service.engine()
    except service.ModelUnavailable as error:
        return str(error)
    return ""
