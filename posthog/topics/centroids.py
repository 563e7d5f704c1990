"""The topics of a project as arithmetic, kept per process."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from posthog.clickhouse.embeddings import DIMENSIONS, Vectors
from posthog.common.per_project import PerProject
from posthog.topics.models import Centroid, TopicState

Numbers = NDArray[np.float32]


@dataclass(frozen=True)
class Centroids:
    """vectors (k, 384) of length 1, thresholds (k,). names: of the topic of each, "" where it is hidden."""

    vectors: Vectors
    thresholds: Numbers
    names: tuple[str, ...]

    def nearest(self, embeddings: Vectors) -> tuple[NDArray[np.intp], Numbers]:
        """Of each unit vector (n, 384) the nearest centroid (n,) and the cosine similarity to it (n,)."""
        similarity = embeddings @ self.vectors.T
        nearest = similarity.argmax(axis=1)
        return nearest, similarity[np.arange(len(embeddings)), nearest]


def _version(team_id: int) -> int:
    return TopicState.objects.filter(pk=team_id).values_list("version", flat=True).first() or 0


def _load(team_id: int) -> Centroids:
    rows = list(Centroid.objects.filter(topic__project_id=team_id).select_related("topic").order_by("pk"))
    vectors = np.stack([row.unit for row in rows]) if rows else np.empty((0, DIMENSIONS), dtype=np.float32)
    thresholds = np.array([row.threshold for row in rows], dtype=np.float32)
    return Centroids(vectors, thresholds, tuple("" if row.topic.hidden else row.topic.name for row in rows))


_centroids = PerProject("topics", _version, _load)
current, publish, forget = _centroids.current, _centroids.publish, _centroids.forget
