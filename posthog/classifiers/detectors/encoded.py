"""Base64Detector: base64 or hexadecimal that decodes to sentences: instructions or data that a reader does not see through.

Not found: hashes, ids, keys and images, which decode to bytes or to one word. Base64 is that of RFC 4648, both alphabets, with or without
padding, also over several lines; UTF-16 (as PowerShell encodes its commands) counts as text.
"""

import base64
import binascii
from collections.abc import Iterator
from itertools import islice

import re2

_TOKEN = re2.compile(r"[A-Za-z0-9+/_-]{24,}={0,2}(?:\r?\n[A-Za-z0-9+/_-]{16,}={0,2})*")
_HEX = re2.compile(r"\b(?:[0-9a-fA-F]{2}[ :]?){20,}\b")
_TOKENS_MAX = 50
_MARK = re2.compile("[/_-]")
_MARKS_MAX, _LENGTH_LEAST = 8, 24
_LETTERS_LEAST, _WORDS_LEAST = 12, 3
_PLAIN_SHARE = 0.85  # of letters and spaces in what counts as a sentence
_WORD_LENGTH_MAX = 14  # letters per space: sentences have one at least that often


def find(text: str) -> str | None:
    for kind, said in _decoded(text):
        if is_sentence(said):
            return f"{kind} that decodes to {len(said)} characters of text"
    return None


def _decoded(text: str) -> Iterator[tuple[str, str]]:
    for match in islice(_TOKEN.finditer(text), _TOKENS_MAX):
        before = text[max(0, match.start() - 8) : match.start()]
        if not before.endswith("base64,"):
            yield from (("base64", decoded(part)) for part in _parts("".join(match.group().split())))
    for match in islice(_HEX.finditer(text), _TOKENS_MAX):
        digits = match.group().replace(" ", "").replace(":", "")
        yield "hexadecimal", _text(bytes.fromhex(digits[: len(digits) // 2 * 2]))


def _parts(token: str) -> Iterator[str]:
    """The token, and what is left of it behind each of the first marks: a path or a name may stand before base64, of the same signs."""
    yield token
    for mark in islice(_MARK.finditer(token), _MARKS_MAX):
        if len(token) - mark.end() >= _LENGTH_LEAST:
            yield token[mark.end() :]


def decoded(token: str) -> str:
    """The text of base64, "" when it is none."""
    token = token.partition("=")[0].replace("-", "+").replace("_", "/")
    token = token[: len(token) - 1] if len(token) % 4 == 1 else token
    try:
        return _text(base64.b64decode(token + "=" * (-len(token) % 4), validate=True))
    except (binascii.Error, ValueError):
        return ""


def _text(raw: bytes) -> str:
    """The text of bytes, "" when they are none."""
    wide = len(raw) >= 8 and not any(raw[1:40:2]) and all(raw[0:40:2])
    try:
        return raw.decode("utf-16-le" if wide else "utf-8")
    except UnicodeDecodeError:
        return ""


def is_sentence(text: str) -> bool:
    """Whether it is mostly words with spaces between them."""
    letters, spaces = sum(map(str.isalpha, text)), sum(map(str.isspace, text))
    if letters < _LETTERS_LEAST or spaces < _WORDS_LEAST - 1 or letters > _WORD_LENGTH_MAX * (spaces + 1):
        return False
    return text.isprintable() or (letters + spaces >= _PLAIN_SHARE * len(text) and "\x00" not in text)
