"""The topics of a project as arithmetic, kept per process."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from posthog.clickhouse.embeddings import Vectors, stacked
from posthog.common.per_project import PerProject
from posthog.topics import selectors
from posthog.topics.models import TopicState

Numbers = NDArray[np.float32]


@dataclass(frozen=True)
class Centroids:
    """vectors (k, 384) of length 1, thresholds (k,). names: of the topic of each, "" where it is hidden."""

    vectors: Vectors
    thresholds: Numbers
    names: tuple[str, ...]


def _version(team_id: int) -> int:
    return TopicState.objects.filter(pk=team_id).values_list("version", flat=True).first() or 0


def _load(team_id: int) -> Centroids:
    rows = selectors.centroids(team_id)
    thresholds = np.array([row.threshold for row in rows], dtype=np.float32)
    return Centroids(stacked([row.unit for row in rows]), thresholds, tuple("" if row.topic.hidden else row.topic.name for row in rows))


_centroids = PerProject("topics", _version, _load)
current, publish, forget = _centroids.current, _centroids.publish, _centroids.forget
