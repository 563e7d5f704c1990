"""The topics of a project as arithmetic: kept per process, and read again only when their version has changed.

The version stands in Redis, so that a batch of messages costs one GET; the database has the truth.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from posthog.clickhouse.embeddings import DIMENSIONS, Vectors
from posthog.common import redis
from posthog.topics.models import Centroid, TopicState

_KEPT = 200  # projects

Numbers = NDArray[np.float32]


@dataclass(frozen=True)
class Centroids:
    """vectors (k, 384) of length 1, thresholds (k,). names: of the topic of each, "" where it is hidden."""

    version: int
    vectors: Vectors
    thresholds: Numbers
    names: tuple[str, ...]

    def nearest(self, embeddings: Vectors) -> tuple[NDArray[np.intp], Numbers]:
        """Of each unit vector (n, 384) the nearest centroid (n,) and the cosine similarity to it (n,)."""
        similarity = embeddings @ self.vectors.T
        nearest = similarity.argmax(axis=1)
        return nearest, similarity[np.arange(len(embeddings)), nearest]


_lock = threading.Lock()
_known: OrderedDict[int, Centroids] = OrderedDict()


def current(team_id: int) -> Centroids:
    """Those of the project now; none while it has no topics."""
    version = _version(team_id)
    with _lock:
        known = _known.get(team_id)
    if known is None or known.version != version:
        known = _load(team_id, version)
        with _lock:
            _known[team_id] = known
            _known.move_to_end(team_id)
            while len(_known) > _KEPT:
                _known.popitem(last=False)
    return known


def publish(team_id: int, version: int) -> None:
    """Tell all processes that the project's topics have changed; call after the change is committed."""
    redis.client().set(_key(team_id), version)


def forget() -> None:
    """Empty the cache of this process."""
    with _lock:
        _known.clear()


def _version(team_id: int) -> int:
    found = redis.client().get(_key(team_id))
    if found is not None:
        return int(found)
    version = TopicState.objects.filter(pk=team_id).values_list("version", flat=True).first() or 0
    redis.client().set(_key(team_id), version, nx=True)
    return version


def _load(team_id: int, version: int) -> Centroids:
    rows = list(Centroid.objects.filter(topic__project_id=team_id).select_related("topic").order_by("pk"))
    vectors = np.stack([row.unit for row in rows]) if rows else np.empty((0, DIMENSIONS), dtype=np.float32)
    thresholds = np.array([row.threshold for row in rows], dtype=np.float32)
    return Centroids(version, vectors, thresholds, tuple("" if row.topic.hidden else row.topic.name for row in rows))


def _key(team_id: int) -> str:
    return f"topics:{team_id}:version"
