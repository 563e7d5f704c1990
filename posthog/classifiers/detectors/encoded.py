"""Base64Detector: base64 or hexadecimal that decodes to sentences: instructions or data that a reader does not see through.

Not found: hashes, ids, keys and images, which decode to bytes or to one word. Base64 is that of RFC 4648, both alphabets, with or without
padding, also over several lines; UTF-16 (as PowerShell encodes its commands) counts as text.
"""

import base64
import binascii
from collections.abc import Iterator

import re2

_TOKEN = re2.compile(r"[A-Za-z0-9+/_-]{24,}={0,2}(?:\r?\n[A-Za-z0-9+/_-]{16,}={0,2})*")
_HEX = re2.compile(r"\b(?:[0-9a-fA-F]{2}[ :]?){20,}\b")
_TOKENS_MAX = 50
_LETTERS_LEAST, _WORDS_LEAST = 12, 3
_PLAIN_SHARE = 0.85  # of letters and spaces in what counts as a sentence
_WORD_LENGTH_MAX = 14  # letters per space: sentences have one at least that often


def find(text: str) -> str | None:
    for kind, raw in _decoded(text):
        if _is_sentence(raw):
            return f"{kind} that decodes to {len(raw)} characters of text"
    return None


def _decoded(text: str) -> Iterator[tuple[str, str]]:
    for place, match in enumerate(_TOKEN.finditer(text)):
        if place == _TOKENS_MAX:
            break
        before = text[max(0, match.start() - 8) : match.start()]
        if not before.endswith("base64,"):
            yield "base64", _text(_base64("".join(match.group().split())))
    for place, match in enumerate(_HEX.finditer(text)):
        if place == _TOKENS_MAX:
            break
        digits = match.group().replace(" ", "").replace(":", "")
        yield "hexadecimal", _text(bytes.fromhex(digits[: len(digits) // 2 * 2]))


def _base64(token: str) -> bytes:
    token = token.rstrip("=").replace("-", "+").replace("_", "/")
    token = token[: len(token) - 1] if len(token) % 4 == 1 else token
    try:
        return base64.b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError):
        return b""


def _text(raw: bytes) -> str:
    """The text of bytes, "" when they are none."""
    wide = len(raw) >= 8 and not any(raw[1:40:2]) and all(raw[0:40:2])
    try:
        return raw.decode("utf-16-le" if wide else "utf-8")
    except UnicodeDecodeError:
        return ""


def _is_sentence(text: str) -> bool:
    letters, spaces = sum(map(str.isalpha, text)), sum(map(str.isspace, text))
    if letters < _LETTERS_LEAST or spaces < _WORDS_LEAST - 1 or letters > _WORD_LENGTH_MAX * (spaces + 1):
        return False
    return text.isprintable() or (letters + spaces >= _PLAIN_SHARE * len(text) and "\x00" not in text)
