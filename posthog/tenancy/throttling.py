"""Sign-in attempts: a few per minute, per account and per address, counted in Redis so that all processes share the count."""

from rest_framework.exceptions import Throttled

from posthog.common import limits
from posthog.common.redis import client

WINDOW_SECONDS = 60


def count_attempt(email: str, address: str) -> None:
    """Raises Throttled past limits.LOGIN_ATTEMPTS_PER_MINUTE."""
    for key in _keys(email, address):
        pipeline = client().pipeline()
        pipeline.incr(key)
        pipeline.expire(key, WINDOW_SECONDS, nx=True)
        attempts = int(pipeline.execute()[0])
        if attempts > limits.LOGIN_ATTEMPTS_PER_MINUTE:
            raise Throttled(wait=WINDOW_SECONDS, detail="Too many attempts. Wait a minute and try again.")


def forget_attempts(email: str, address: str) -> None:
    client().delete(*_keys(email, address))


def _keys(email: str, address: str) -> tuple[str, str]:
    return f"login:account:{email}", f"login:address:{address}"
