"""Sign-in attempts: a few per minute, per account and per address."""

from rest_framework.exceptions import Throttled

from posthog.common import attempts, limits
from posthog.rest.errors import Unavailable


def count_attempt(email: str, address: str) -> None:
    """Raises Throttled past limits.LOGIN_ATTEMPTS_PER_MINUTE, and Unavailable where nobody can count."""
    try:
        counts = [attempts.count(key) for key in _keys(email, address)]
    except attempts.CannotCount as error:
        raise Unavailable(str(error)) from error
    if max(counts) > limits.LOGIN_ATTEMPTS_PER_MINUTE:
        raise Throttled(wait=attempts.WINDOW_SECONDS, detail="Too many attempts. Wait a minute and try again.")


def forget_attempts(email: str, address: str) -> None:
    attempts.forget(*_keys(email, address))


def _keys(email: str, address: str) -> tuple[str, str]:
    return f"login:account:{email}", f"login:address:{address}"
