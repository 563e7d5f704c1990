"""Decompression with a bound on what comes out, for bodies that anyone may send."""

import binascii
import zlib

from posthog.common import limits

_GZIP, _ZLIB = 31, 15  # zlib's numbers for these formats with their largest window
GZIP_START = b"\x1f\x8b\x08"
_BASE64_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_="
_URL_SAFE = bytes.maketrans(b"-_ ", b"+/+")


class TooLarge(ValueError):
    """The data would be larger than the bound when decompressed."""


class Damaged(ValueError):
    """The data is not what its format says: truncated, or other bytes."""


def gunzip(data: bytes, limit: int) -> bytes:
    """Decompress gzip of up to limits.GZIP_MEMBERS members; at most `limit` bytes may come out.

    Bytes after the last member are ignored, as gzip tools do. Raises TooLarge or Damaged.
    """
    parts, size = [], 0
    for _ in range(limits.GZIP_MEMBERS):
        part, data = _gunzip_member(data, limit - size)
        size += len(part)
        parts.append(part)
        if not data.startswith(GZIP_START):
            return b"".join(parts) if len(parts) > 1 else parts[0]
    raise Damaged(f"gzip of more than {limits.GZIP_MEMBERS} members")


def inflate(data: bytes, limit: int) -> bytes:
    """Decompress what HTTP calls deflate, which is zlib's format; at most `limit` bytes may come out. Raises TooLarge or Damaged."""
    return _decompressed(data, limit, _ZLIB, "deflate")[0]


def _gunzip_member(data: bytes, limit: int) -> tuple[bytes, bytes]:
    return _decompressed(data, limit, _GZIP, "gzip")


def _decompressed(data: bytes, limit: int, window: int, name: str) -> tuple[bytes, bytes]:
    """What came out, and what stood behind the end."""
    stream = zlib.decompressobj(window)
    try:
        out = stream.decompress(data, limit + 1)
    except zlib.error as error:
        raise Damaged(f"not valid {name} data") from error
    if len(out) > limit:
        raise TooLarge(f"more than {limit} bytes after decompression")
    if not stream.eof:
        raise Damaged(f"truncated {name} data")
    return out, stream.unused_data


def looks_like_base64(data: bytes) -> bool:
    """Whether only letters of base64 (either alphabet, `+` possibly turned into spaces) occur."""
    return bool(data) and not data.strip(b"\r\n").translate(None, _BASE64_ALPHABET + b" \r\n")


def unbase64(data: bytes) -> bytes:
    """Decode base64 of either alphabet, padded or not. Raises Damaged."""
    text = data.strip(b"\r\n").translate(_URL_SAFE, b"\r\n=")
    try:
        return binascii.a2b_base64(text + b"=" * (-len(text) % 4))
    except binascii.Error as error:
        raise Damaged("not valid base64") from error


def un_lz64(data: bytes, limit: int) -> str:
    """Decompress LZ-string's base64 form to text of at most `limit` UTF-16 units. Raises TooLarge or Damaged."""
    letters = data.translate(None, b"\r\n=")
    # The format counts letters, not bytes: a last group of one letter is legal here, and zero bits at the end mean nothing.
    raw = unbase64(letters + b"A" * (-len(letters) % 4))
    try:
        units = _lz_units(_Bits(raw), limit)
    except (IndexError, KeyError) as error:
        raise Damaged("not valid lz64 data") from error
    return "".join(units).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


class _Bits:
    """Reads numbers whose lowest bit comes first from a stream whose highest bit comes first."""

    def __init__(self, raw: bytes) -> None:
        self._text = bin(int.from_bytes(b"\x01" + raw, "big"))[3:]
        self._position = 0

    def read(self, count: int) -> int:
        end = self._position + count
        if end > len(self._text):
            raise IndexError("end of data")
        number = int(self._text[self._position : end][::-1], 2)
        self._position = end
        return number


_LZ_UNIT_8, _LZ_UNIT_16, _LZ_END = 0, 1, 2


def _lz_units(bits: _Bits, limit: int) -> list[str]:
    """LZ78 with growing code width: codes 0 and 1 bring a new character of 8 or 16 bits, 2 ends the text."""
    known: dict[int, str] = {}
    width, room, following = 2, 1, 3
    out: list[str] = []
    last, size = "", 0
    while True:
        code = bits.read(width)
        if code == _LZ_END:
            return out
        is_new = code < _LZ_END
        if is_new:
            known[following] = chr(bits.read(16 if code == _LZ_UNIT_16 else 8))
            code, following, room = following, following + 1, room - 1
            if not room:
                room, width = 1 << width, width + 1
        entry = known[code] if code in known else _repeat(last, code, following)
        out.append(entry)
        size += len(entry)
        if size > limit:
            raise TooLarge(f"more than {limit} characters after decompression")
        if last:
            known[following] = last + entry[0]
            following, room = following + 1, room - 1
            if not room:
                room, width = 1 << width, width + 1
        last = entry


def _repeat(last: str, code: int, following: int) -> str:
    """The entry that is being defined by its own use."""
    if code != following or not last:
        raise KeyError(code)
    return last + last[0]
