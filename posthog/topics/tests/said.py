"""What users say in tests: real requests with vectors in which those of one intent lie close together, and rows made of them."""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import numpy as np

from posthog.clickhouse import client
from posthog.clickhouse.embeddings import DIMENSIONS, Vectors, pack, unit

NOON = datetime(2026, 4, 20, 12, tzinfo=UTC)
_SPREAD = 0.6  # how far requests of one intent are from their middle


@dataclass(frozen=True)
class Said:
    intent: str
    text: str

    @property
    def vector(self) -> Vectors:
        return near(self.intent, self.text)


def direction(name: str) -> Vectors:
    """A unit vector of its own for each name (384,), far from those of others."""
    drawn = np.random.default_rng(zlib.crc32(name.encode())).normal(size=(1, DIMENSIONS))
    return unit(drawn.astype(np.float32))[0]


def near(intent: str, text: str) -> Vectors:
    """The vector of a text with this intent."""
    return unit((direction(intent) + _SPREAD * direction(text))[None])[0]


def requests(*intents: str, each: int = 24) -> list[Said]:
    """Real requests, of all intents of the sample if none are named."""
    lines = Path(__file__).with_name("clinc_sample.tsv").read_text().splitlines()[1:]
    found = [Said(*line.split("\t")) for line in lines]
    chosen = intents or tuple(dict.fromkeys(one.intent for one in found))
    return [one for intent in chosen for one in [said for said in found if said.intent == intent][:each]]


def vectors(said: Sequence[Said]) -> Vectors:
    return np.stack([one.vector for one in said])


def store(team_id: int, said: Iterable[Said]) -> list[UUID]:
    """Each said in a conversation of its own. Returns message ids."""
    rows = [(uuid4(), one) for one in said]
    messages = [
        (team_id, message_id, "user", one.text, "v1", pack(one.vector), NOON + timedelta(seconds=number))
        for number, (message_id, one) in enumerate(rows)
    ]
    columns = ["team_id", "message_id", "role", "content", "label_version", "embedding", "created_at"]
    client.insert("messages", columns, messages)
    turns = [(team_id, str(message_id), uuid4(), 0, NOON, "user", "owned", message_id) for message_id, _ in rows]
    client.insert("turns", ["team_id", "conversation_id", "event_uuid", "position", "timestamp", "role", "kind", "message_id"], turns)
    return [message_id for message_id, _ in rows]
