"""From the bytes of a request to a JSON value, for every way in which PostHog's SDKs have ever sent one.

The order of the steps matters: payload text, form, compression hint, sniffing, base64, JSON. What comes out of each
decompression is bounded by the endpoint's limit.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import parse_qsl, unquote_to_bytes

from django.http import HttpRequest

from posthog.common import compression, json, limits
from posthog.common.sdk.answers import Refused, malformed, no_data, too_large

_FORM_TYPE = "application/x-www-form-urlencoded"
_GZIP, _DEFLATE, _LZ64, _BASE64, _PLAIN = "gzip", "deflate", "lz64", "base64", ""
_HINTS = {
    "": _PLAIN,
    "identity": _PLAIN,
    "none": _PLAIN,
    "gzip": _GZIP,
    "gzip-js": _GZIP,
    "deflate": _DEFLATE,
    "lz64": _LZ64,
    "lz-string": _LZ64,
    "base64": _BASE64,
    "b64": _BASE64,
}
_JSON_STARTS = (b"{", b"[")
_PIECE = 256 * 1024
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def query_of(request: HttpRequest) -> dict[str, str]:
    """The query string's fields; of a repeated one the first counts. Raises Refused."""
    text = request.META.get("QUERY_STRING", "")
    if not text:
        return {}
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=limits.FORM_FIELDS)
    except ValueError as error:
        raise malformed(f"more than {limits.FORM_FIELDS} fields in the query string") from error
    return dict(reversed(pairs))


def read(request: HttpRequest, limit: int) -> bytes:
    """The body as it came, at most `limit` bytes of it. Raises Refused."""
    meta = request.META
    length = meta.get("CONTENT_LENGTH")
    if not length:
        return _read_chunked(request, limit)
    if not str(length).isascii() or not str(length).isdigit():
        raise malformed("Content-Length is not a number")
    if int(length) > limit:
        raise too_large(limit)
    return _whole(request.read(limit + 1), int(length))


def _whole(body: bytes, length: int) -> bytes:
    if len(body) < length:
        raise malformed("the connection ended before the whole body had come")
    return body


def _read_chunked(request: HttpRequest, limit: int) -> bytes:
    if not is_without_length(request):
        return b""
    body: bytes = request.META["wsgi.input"].read(limit + 1)
    if len(body) > limit:
        raise too_large(limit)
    return body


def is_without_length(request: HttpRequest) -> bool:
    """Whether a body may come without its length, in chunks or over HTTP/2: only a server that marks its input's end can pass one on."""
    return not request.META.get("CONTENT_LENGTH") and bool(request.META.get("wsgi.input_terminated"))


def discard_rest(request: HttpRequest) -> None:
    """To be called for every request that is refused."""
    stream = request.META["wsgi.input"] if is_without_length(request) else request
    with suppress(OSError):
        discard(stream.read)


def discard(read: Callable[[int], bytes]) -> None:
    """Take in the rest of a refused body. Senders that are cut off see a broken connection instead of the answer, and try again."""
    left = limits.BODY_DISCARDED
    while left > 0 and (piece := read(min(left, _PIECE))):
        left -= len(piece)


def decode(request: HttpRequest, query: Mapping[str, str], limit: int) -> Any:
    """The JSON value in the request's query or body. Raises Refused with the answer that SDKs expect."""
    in_query = query.get("data", "")
    data = in_query.encode("utf-8", "replace") if in_query else read(request, limit)
    if len(data) > limit:
        raise too_large(limit)
    if not data:
        raise no_data()
    form = {} if in_query else _form(request.META.get("CONTENT_TYPE", ""), data)
    if form:
        data = form.get("data", b"")
    hint = _hint(form.get("compression", b"").decode("ascii", "replace"), query, request.META.get("HTTP_CONTENT_ENCODING", ""))
    return parse(data, hint, limit)


def parse(data: bytes, hint: str, limit: int) -> Any:
    """Undo compression and base64, then read the JSON. `hint` is one of gzip, deflate, lz64, base64 and "". Raises Refused."""
    with _refusing(min(limit, limits.BODY_LZ64) if hint == _LZ64 else limit):
        text = _plain(data, hint, limit)
    if not text.strip():
        raise no_data()
    try:
        return json.loads(text)
    except json.JSONError as error:
        raise malformed(_without_position(error)) from error
    except RecursionError as error:
        raise malformed(f"nested deeper than {limits.JSON_DEPTH} levels") from error


def binary(request: HttpRequest, limit: int) -> bytes:
    """The body, its compression undone, for formats that are not text. Raises Refused."""
    data, hint = read(request, limit), _hint("", {}, request.META.get("HTTP_CONTENT_ENCODING", ""))
    with _refusing(limit):
        return _decompressed(data, hint, limit)


@contextmanager
def _refusing(limit: int) -> Iterator[None]:
    """What is wrong with compressed data, as the answer that senders get."""
    try:
        yield
    except compression.TooLarge as error:
        raise too_large(limit) from error
    except compression.Damaged as error:
        raise malformed(str(error)) from error


def _plain(data: bytes, hint: str, limit: int) -> bytes:
    if hint == _LZ64 and not data.startswith(compression.GZIP_START):
        return compression.un_lz64(data, min(limit, limits.BODY_LZ64)).encode("utf-8", "replace")
    data = _decompressed(data, hint, limit)
    stripped = data.lstrip(_BYTE_ORDER_MARK + b" \t\r\n") if data[:1] not in _JSON_STARTS else data
    if stripped[:1] in _JSON_STARTS:
        return stripped
    if compression.looks_like_base64(stripped) and not _is_scalar(stripped):
        return _decompressed(compression.unbase64(stripped), _PLAIN, limit)
    if hint in (_GZIP, _BASE64):
        raise compression.Damaged(f"not valid {hint} data")
    return stripped


def _decompressed(data: bytes, hint: str, limit: int) -> bytes:
    """Gzip is known by its first bytes, whatever the hint."""
    if data.startswith(compression.GZIP_START):
        return compression.gunzip(data, limit)
    return compression.inflate(data, limit) if hint == _DEFLATE else data


def _is_scalar(text: bytes) -> bool:
    """JSON values that consist of base64's letters."""
    return text.strip() in (b"null", b"true", b"false") or text.strip().isdigit()


def _form(content_type: str, data: bytes) -> dict[str, bytes]:
    """Fields `data` and `compression` of a form body; {} when the body is none, whatever its content type says."""
    looks_like_form = data.startswith((b"data=", b"compression="))
    if not looks_like_form and (
        _FORM_TYPE not in content_type.lower() or data[:1] in _JSON_STARTS or data.startswith(compression.GZIP_START)
    ):
        return {}
    fields: dict[str, bytes] = {}
    for pair in data.split(b"&", limits.FORM_FIELDS):
        name, _, value = pair.partition(b"=")
        if name in (b"data", b"compression"):
            fields.setdefault(name.decode(), unquote_to_bytes(value.replace(b"+", b" ")))
    return fields


def _hint(in_form: str, query: Mapping[str, str], header: str) -> str:
    word = (in_form or query.get("compression", "") or header).strip().lower()
    hint = _HINTS.get(word)
    if hint is None:
        raise malformed(f"unsupported compression {word[:40]!r}; use gzip, deflate, lz64 or base64")
    return hint


def _without_position(error: Exception) -> str:
    return f"failed to parse request: {error}"[:200]


__all__ = ["Refused", "binary", "decode", "discard", "discard_rest", "parse", "query_of", "read"]
