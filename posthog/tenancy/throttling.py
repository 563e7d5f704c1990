"""Sign-in attempts: a few per minute, per account and per address."""

from rest_framework.exceptions import Throttled

from posthog.common import attempts, limits


def count_attempt(email: str, address: str) -> None:
    """Raises Throttled past limits.LOGIN_ATTEMPTS_PER_MINUTE."""
    for key in _keys(email, address):
        if attempts.count(key) > limits.LOGIN_ATTEMPTS_PER_MINUTE:
            raise Throttled(wait=attempts.WINDOW_SECONDS, detail="Too many attempts. Wait a minute and try again.")


def forget_attempts(email: str, address: str) -> None:
    attempts.forget(*_keys(email, address))


def _keys(email: str, address: str) -> tuple[str, str]:
    return f"login:account:{email}", f"login:address:{address}"
