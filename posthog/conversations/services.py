"""What is already stored about messages: labels that were found once are not asked for again."""

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID

from posthog.clickhouse.embeddings import Vectors
from posthog.common import json, limits, redis
from posthog.conversations import erasure, store

_STORED = """
SELECT message_id, argMax(toJSONString(labels), created_at), argMax(label_version, created_at), argMax(language, created_at)
FROM {messages} AND message_id IN %(ids)s GROUP BY message_id
"""


@dataclass(frozen=True, slots=True)
class StoredLabels:
    """labels: as on events (`user_emotion`, `user_emotion_score`, …), without nulls. label_version: "" while the message is not judged.

    embedding: unit vector (384,) of a message that the model has just read; the cache and the store's labels come without it.
    """

    labels: dict[str, Any]
    label_version: str
    language: str
    embedding: Vectors | None = field(default=None, compare=False)


def known_messages(team_id: int, ids: Iterable[UUID]) -> dict[UUID, StoredLabels]:
    """The stored ones among these messages, with their labels: from the cache, then from ClickHouse."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return {}
    epoch = erasure.epoch(team_id)
    cached = cast("list[bytes | None]", redis.client().mget([_key(team_id, epoch, message_id) for message_id in wanted]))
    known = {message_id: _unpack(found) for message_id, found in zip(wanted, cached, strict=True) if found}
    missing = [message_id for message_id in wanted if message_id not in known]
    stored = _stored(team_id, missing)
    _remember(team_id, epoch, stored)
    return known | stored


def remember_messages(team_id: int, messages: Mapping[UUID, StoredLabels]) -> None:
    """Cache messages that were just written to ClickHouse, or got new labels."""
    _remember(team_id, erasure.epoch(team_id), messages)


def _remember(team_id: int, epoch: int, messages: Mapping[UUID, StoredLabels]) -> None:
    if not messages:
        return
    pipeline = redis.client().pipeline(transaction=False)
    for message_id, labels in messages.items():
        pipeline.set(_key(team_id, epoch, message_id), _pack(labels), ex=limits.MESSAGE_CACHE_SECONDS)
    pipeline.execute(raise_on_error=False)  # a full Valkey must not stop the ingestion that empties it


def _stored(team_id: int, ids: list[UUID]) -> dict[UUID, StoredLabels]:
    if not ids:
        return {}
    rows: list[tuple[Any, ...]] = store.rows(team_id, _STORED, {"ids": [str(i) for i in ids]}, tag="known_messages")
    return {row[0]: StoredLabels(labels_of(row[1]), row[2], row[3]) for row in rows}


def labels_of(text: str) -> dict[str, Any]:
    """Labels from their JSON column; typed paths without a value are null there."""
    return {name: value for name, value in json.loads(text or "{}").items() if value is not None}


def _key(team_id: int, epoch: int, message_id: UUID) -> str:
    return f"conversations:{team_id}:{epoch}:message:{message_id.hex}"


def _pack(labels: StoredLabels) -> bytes:
    return zlib.compress(json.dumps([labels.labels, labels.label_version, labels.language]), 1)


def _unpack(packed: bytes) -> StoredLabels:
    return StoredLabels(*json.loads(zlib.decompress(packed)))
