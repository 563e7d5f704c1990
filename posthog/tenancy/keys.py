"""Tokens and keys: how they look, and how a personal key is stored (never as it is)."""

import hashlib
import hmac
import secrets
import string

from django.conf import settings

PROJECT_TOKEN_PREFIX = "phc_"  # noqa: S105 – the public beginning of every project token
PERSONAL_KEY_PREFIX = "phx_"
_ALPHABET = string.ascii_letters + string.digits
# 43 letters of 62 carry 256 bits.
_LENGTH = 43


def new_project_token() -> str:
    return PROJECT_TOKEN_PREFIX + _random()


def new_personal_key() -> str:
    return PERSONAL_KEY_PREFIX + _random()


def _random() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))


def hash_personal_key(value: str) -> str:
    """HMAC-SHA256 under the server's secret. A slow hash would add nothing: the key itself is 256 random bits."""
    return hmac.new(settings.SECRET_KEY.encode(), value.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def mask(value: str) -> str:
    return f"{value[:4]}...{value[-4:]}"
