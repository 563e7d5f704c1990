"""The labels of a project as arithmetic: kept per process, and read again only when their version has changed.

The version stands in Redis, so that a batch of messages costs one GET; the database has the truth.
"""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from posthog.classifiers import service
from posthog.clickhouse.embeddings import DIMENSIONS, Vectors
from posthog.common import redis
from posthog.own_labels import training
from posthog.own_labels.models import OwnLabel, OwnLabelState
from posthog.own_labels.training import Numbers

_KEPT = 200  # projects
_SCORE_DIGITS = 4


@dataclass(frozen=True)
class Heads:
    """Of k labels: slugs, speakers, weights (k, 384), biases (k,), thresholds (k,). model: whose embeddings they are for."""

    version: int
    model: str
    slugs: tuple[str, ...]
    speakers: tuple[tuple[str, ...], ...]
    weights: Vectors
    biases: Numbers
    thresholds: Numbers

    def labels(self, speakers: Sequence[str], vectors: Vectors) -> list[dict[str, Any]]:
        """Labels and scores of n messages that speakers ("user", "agent") said, from their unit vectors (n, 384)."""
        found: list[dict[str, Any]] = [{} for _ in speakers]
        if not self.slugs or not len(vectors):
            return found
        scores = training.scores(vectors, self.weights, self.biases)
        for row, column in zip(*np.nonzero(scores >= self.thresholds), strict=True):
            if speakers[row] in self.speakers[column]:
                name = f"{speakers[row]}_label_{self.slugs[column]}"
                found[row] |= {name: 1, f"{name}_score": round(float(scores[row, column]), _SCORE_DIGITS)}
        return found


_lock = threading.Lock()
_known: OrderedDict[int, Heads] = OrderedDict()


def current(team_id: int) -> Heads:
    """Those of the project now that are made for the present model."""
    version, model = _version(team_id), service.label_version()
    with _lock:
        known = _known.get(team_id)
    if known is None or (known.version, known.model) != (version, model):
        known = _load(team_id, version, model)
        with _lock:
            _known[team_id] = known
            _known.move_to_end(team_id)
            while len(_known) > _KEPT:
                _known.popitem(last=False)
    return known


def publish(team_id: int, version: int) -> None:
    """Tell all processes that the project's labels have changed; call after the change is committed."""
    redis.client().set(_key(team_id), version)


def forget() -> None:
    """Empty the cache of this process."""
    with _lock:
        _known.clear()


def _version(team_id: int) -> int:
    found = redis.client().get(_key(team_id))
    if found is not None:
        return int(found)
    version = OwnLabelState.objects.filter(pk=team_id).values_list("version", flat=True).first() or 0
    redis.client().set(_key(team_id), version, nx=True)
    return version


def _load(team_id: int, version: int, model: str) -> Heads:
    rows = list(OwnLabel.objects.filter(project_id=team_id, deleted=False, model=model).order_by("pk"))
    return Heads(
        version,
        model,
        tuple(row.slug for row in rows),
        tuple(row.speakers for row in rows),
        np.stack([row.row for row in rows]) if rows else np.empty((0, DIMENSIONS), dtype=np.float32),
        np.array([row.bias for row in rows]),
        np.array([row.threshold for row in rows]),
    )


def _key(team_id: int) -> str:
    return f"own_labels:{team_id}:version"
