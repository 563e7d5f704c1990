"""Texts as vectors, and the stored messages of a project: those that examples name, a sample to learn against, the best matches."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast
from uuid import UUID

import numpy as np

from posthog.classifiers import service
from posthog.classifiers.service import ModelUnavailable, Text
from posthog.clickhouse import client
from posthog.clickhouse.embeddings import Vectors, stacked, unpack
from posthog.common import limits, redis

ROLES = {"user": ["user"], "agent": ["assistant"], "both": ["user", "assistant"]}
_VECTOR_SECONDS = 3600  # so long a text that was tried is not read again when its label is saved

_SAMPLE = """
SELECT message_id, any(content), argMax(embedding, created_at), argMax(label_version, created_at) FROM messages
WHERE team_id = %(team)s AND role IN %(roles)s AND notEmpty(embedding)
GROUP BY message_id ORDER BY sipHash64(message_id, %(seed)s) LIMIT %(limit)s
"""
_NEWEST = """
SELECT message_id, any(substringUTF8(content, 1, %(characters)s)), argMax(embedding, created_at), max(created_at) AS newest FROM messages
WHERE team_id = %(team)s AND role IN %(roles)s AND label_version = %(version)s AND notEmpty(embedding)
GROUP BY message_id ORDER BY newest DESC, message_id LIMIT %(limit)s
"""
_BY_ID = "SELECT message_id, any(content) FROM messages WHERE team_id = %(team)s AND message_id IN %(ids)s GROUP BY message_id"
_BY_TURN = """
SELECT conversation_id, event_uuid, role, argMax(message_id, position) FROM turns
WHERE team_id = %(team)s AND kind = 'owned' AND conversation_id IN %(conversations)s AND event_uuid IN %(events)s
GROUP BY conversation_id, event_uuid, role
"""

TurnKey = tuple[str, UUID, str]  # conversation id, uuid of the event, role of the message


@dataclass(frozen=True)
class Match:
    message_id: UUID
    text: str
    score: float


def as_example(content: str) -> str:
    """What an example has of a message; two messages of which this is the same are one example."""
    return content.replace("\0", " ")[: limits.OWN_LABEL_TEXT_LENGTH].strip()


def embed(texts: Sequence[str]) -> Vectors:
    """Unit vectors (n, 384). Raises ModelUnavailable, also for a model without that output."""
    version = service.label_version()
    keys = [_vector_key(version, text) for text in texts]
    cached = cast("list[bytes | None]", redis.client().mget(keys)) if keys else []
    missing = [row for row, found in enumerate(cached) if not found]
    fresh = dict(zip(missing, _read([texts[row] for row in missing]), strict=True))
    pipeline = redis.client().pipeline(transaction=False)
    for row, vector in fresh.items():
        pipeline.set(keys[row], vector.tobytes(), ex=_VECTOR_SECONDS)
    pipeline.execute(raise_on_error=False)
    rows = [fresh[row] if row in fresh else np.frombuffer(found or b"", dtype=np.float32) for row, found in enumerate(cached)]
    return stacked(rows)


def sample(team_id: int, speaker: str, without: set[str]) -> Vectors:
    """Unit vectors of messages of the project, always the same ones as long as no others come, without these examples."""
    params = {"team": team_id, "roles": ROLES[speaker], "seed": team_id, "limit": limits.OWN_LABEL_BACKGROUND + len(without)}
    found = client.execute(_SAMPLE, params, tag="own_labels")
    rows = [row for row in found if as_example(row[1]) not in without][: limits.OWN_LABEL_BACKGROUND]
    version = service.label_version()
    current = [row[2] for row in rows if row[3] == version]
    older = [row[1] for row in rows if row[3] != version]  # their embeddings are another model's
    return np.concatenate([unpack(current), embed(older)])


def best(team_id: int, speaker: str, weights: Vectors, bias: float, without: set[str]) -> list[Match]:
    """The newest messages' best matches, best first, without these examples."""
    params = {
        "team": team_id,
        "roles": ROLES[speaker],
        "version": service.label_version(),
        "limit": limits.OWN_LABEL_SEARCHED,
        "characters": limits.OWN_LABEL_TEXT_LENGTH,
    }
    rows = client.execute(_NEWEST, params, tag="own_labels")
    if not rows:
        return []
    logits = unpack([row[2] for row in rows]) @ weights + bias
    ranked = [rows[position] + (float(logits[position]),) for position in np.argsort(-logits, kind="stable")]
    unseen = [row for row in ranked if as_example(row[1]) not in without][: limits.OWN_LABEL_MATCHES]
    return [Match(row[0], " ".join(row[1].split())[: limits.PREVIEW_LENGTH], round(1 / (1 + float(np.exp(-row[4]))), 4)) for row in unseen]


def of_messages(team_id: int, ids: Sequence[UUID]) -> dict[UUID, str]:
    """Contents of stored messages; those that the project does not have are missing."""
    rows = client.execute(_BY_ID, {"team": team_id, "ids": [str(one) for one in ids]}, tag="own_labels") if ids else []
    return dict(rows)


def of_turns(team_id: int, keys: Sequence[TurnKey]) -> dict[TurnKey, str]:
    """What was said in turns; those that the project does not have are missing."""
    if not keys:
        return {}
    params = {"team": team_id, "conversations": [key[0] for key in keys], "events": [str(key[1]) for key in keys]}
    found = {(row[0], row[1], row[2]): row[3] for row in client.execute(_BY_TURN, params, tag="own_labels")}
    contents = of_messages(team_id, list(found.values()))
    return {key: contents[found[key]] for key in keys if key in found and found[key] in contents}


def _read(texts: Sequence[str]) -> list[Vectors]:
    if not texts:
        return []
    labels = service.classify([Text("user", text) for text in texts], every_language=True)
    found = [one.embedding for one in labels]
    vectors = [vector for vector in found if vector is not None]
    if len(vectors) < len(texts):
        raise ModelUnavailable("the model has no embeddings: own labels need one that does")
    return vectors


def _vector_key(version: str, text: str) -> str:
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=20).hexdigest()
    return f"own_labels:vector:{version}:{digest}"
