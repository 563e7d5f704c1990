"""Identifiers: time-ordered for new things, name-based where a replay must give the same one."""

import os
import time
import uuid

from posthog.common import limits

_NAMESPACE = uuid.UUID("5a8f6b0e-3c8e-4f0a-9d52-7f1f4f1e2b11")


def uuid7() -> uuid.UUID:
    """UUID version 7 (RFC 9562): 48 bits of Unix milliseconds, then random bits."""
    value = int(time.time() * 1000) << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 7 << 76
    return uuid.UUID(int=value & ~(0x3 << 62) | 2 << 62)


def parse_uuid(text: str) -> uuid.UUID | None:
    """None for text that is no UUID."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def stored_distinct_id(text: str) -> str:
    """A distinct id as it is kept wherever it is named: trimmed, without NUL, cut to its limit. May be empty."""
    return text.strip().replace("\0", "\ufffd")[: limits.DISTINCT_ID_LENGTH]


def stable_uuid(*parts: str | int) -> uuid.UUID:
    """The same UUID for the same parts, always."""
    return uuid.uuid5(_NAMESPACE, "\x1f".join(str(part) for part in parts))
