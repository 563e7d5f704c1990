"""When two texts are the same."""

import hashlib


def key(text: str) -> str:
    """Letters and digits only, so that a copy with other spacing or punctuation counts as the same text."""
    return "".join(filter(str.isalnum, text.lower())) or text.strip()


def digest(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(key(text).encode("utf-8", "replace"), digest_size=6).digest(), "big")
