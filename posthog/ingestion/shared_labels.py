"""Labels on their way into the store, shared between batches: a text that reaches two workers at once is read by one of them.

A batch claims its new messages in Valkey before the model reads them, and leaves their labels there. Another batch that meets one of them
takes the labels, or waits a moment for them. So does a batch that is done again after a crash. Claims end by themselves.
"""

import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import cast

from posthog.clickhouse import embeddings
from posthog.common import json, limits, redis
from posthog.conversations.services import StoredLabels
from posthog.ingestion.events import MessageKey

_POLL_SECONDS = 0.02
_CLAIMED = b"-"


def claim(keys: Sequence[MessageKey], version: str) -> tuple[list[MessageKey], dict[MessageKey, StoredLabels]]:
    """Which of the messages are the caller's to read, and labels that are there already. Others are being read elsewhere."""
    pipeline = redis.client().pipeline(transaction=False)
    for key in keys:
        pipeline.set(_key(key, version), _CLAIMED, nx=True, get=True, ex=limits.LABEL_CLAIM_SECONDS)
    found = dict(zip(keys, pipeline.execute(), strict=True))
    return [key for key in keys if found[key] is None], _labels(found)


def share(labels: Mapping[MessageKey, StoredLabels], version: str) -> None:
    """Leave labels to the others."""
    pipeline = redis.client().pipeline(transaction=False)
    for key, one in labels.items():
        pipeline.set(_key(key, version), _pack(one), ex=limits.LABEL_SHARED_SECONDS)
    pipeline.execute(raise_on_error=False)


def release(keys: Sequence[MessageKey], version: str) -> None:
    """The caller could not read what it has claimed."""
    if keys:
        redis.client().delete(*(_key(key, version) for key in keys))


def wait(keys: Sequence[MessageKey], version: str, deadline: float, progress: Callable[[], object]) -> dict[MessageKey, StoredLabels]:
    """Labels that others are about to leave, as far as they come before the deadline."""
    labels: dict[MessageKey, StoredLabels] = {}
    missing = list(keys)
    while missing:
        values = cast("list[bytes | None]", redis.client().mget([_key(key, version) for key in missing]))
        labels |= _labels(dict(zip(missing, values, strict=True)))
        missing = [key for key, value in zip(missing, values, strict=True) if value == _CLAIMED]
        if missing and time.monotonic() >= deadline:
            break
        if missing:
            progress()
            time.sleep(_POLL_SECONDS)
    return labels


def _labels(found: Mapping[MessageKey, bytes | None]) -> dict[MessageKey, StoredLabels]:
    return {key: _unpack(value) for key, value in found.items() if value is not None and value != _CLAIMED}


def _pack(one: StoredLabels) -> bytes:
    packed = embeddings.pack(one.embedding)
    return zlib.compress(json.dumps([one.labels, one.label_version, one.language, packed]), 1)


def _unpack(value: bytes) -> StoredLabels:
    labels, version, language, packed = json.loads(zlib.decompress(value))
    return StoredLabels(labels, version, language, embeddings.unpack([packed])[0] if packed else None)


def _key(key: MessageKey, version: str) -> str:
    return f"ingestion:labels:shared:{key[0]}:{version}:{key[1].hex}"
