"""The bytes of one log entry: a count of events, then zlib of JSON.

The count stands outside the compressed part so that a reader can cut a batch without unpacking it. An entry holds::

    {"v": 1, "project_id": int, "token": str, "now": ISO 8601, "sent_at": ISO 8601 | null, "ip": str | null,
     "historical": bool, "lane": "events" | "ai",
     "events": [{"uuid", "event", "distinct_id", "properties": {}, "timestamp"?, "offset"?, "$set"?, "$set_once"?, "$unset"?}],
     "dropped"?: {reason: count}}

`dropped` counts what was answered with success and deliberately not kept (session recordings), for the ledger of outcomes.
"""

import zlib
from collections.abc import Mapping
from typing import Any

import orjson

from posthog.common import json

VERSION = 1
_ZLIB_START = 0x78
_HEADER_BYTES = 4


def pack(entry: Mapping[str, Any]) -> bytes:
    """The entry as bytes; the caller need not set `v`."""
    events = entry.get("events", ())
    return pack_text(json.dumps({"v": VERSION, **entry}), len(events))


def pack_text(text: bytes, events: int) -> bytes:
    """As `pack`, for an entry that is already JSON text."""
    # The top byte of the count is never 0x78, which is how a bare zlib stream starts.
    return (events & 0xFFFFFF).to_bytes(_HEADER_BYTES, "big") + zlib.compress(text, 1)


def unpack(payload: bytes) -> dict[str, Any]:
    """The entry again. Raises ValueError when the bytes are not an entry."""
    body = payload if _is_bare(payload) else payload[_HEADER_BYTES:]
    try:
        entry = orjson.loads(zlib.decompress(body))
    except (zlib.error, orjson.JSONDecodeError) as error:
        raise ValueError(f"not a log entry: {error}") from error
    if not isinstance(entry, dict) or entry.get("v") != VERSION:
        raise ValueError(f"log entry of an unknown version; this release reads version {VERSION}")
    return entry


def count_of(payload: bytes) -> int:
    """Events in the entry, without unpacking it."""
    return 1 if _is_bare(payload) else int.from_bytes(payload[:_HEADER_BYTES], "big")


def _is_bare(payload: bytes) -> bool:
    return payload[:1] == bytes((_ZLIB_START,))
