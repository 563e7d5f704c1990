"""The labels of a project as arithmetic, kept per process."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from posthog.classifiers import service
from posthog.clickhouse.embeddings import Vectors, stacked
from posthog.common.per_project import PerProject
from posthog.own_labels import training
from posthog.own_labels.models import OwnLabel, OwnLabelState
from posthog.own_labels.training import Numbers

_SCORE_DIGITS = 4


@dataclass(frozen=True)
class Heads:
    """Of k labels: slugs, speakers, weights (k, 384), biases (k,), thresholds (k,). model: whose embeddings they are for."""

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


def _version(team_id: int) -> int:
    return OwnLabelState.objects.filter(pk=team_id).values_list("version", flat=True).first() or 0


def _load(team_id: int) -> Heads:
    model = service.label_version()
    rows = list(OwnLabel.objects.filter(project_id=team_id, deleted=False, model=model).order_by("pk"))
    return Heads(
        model,
        tuple(row.slug for row in rows),
        tuple(row.speakers for row in rows),
        stacked([row.row for row in rows]),
        np.array([row.bias for row in rows]),
        np.array([row.threshold for row in rows]),
    )


# A new model changes no project's version, but weights for embeddings of the old one say nothing about the new one's.
_heads = PerProject("own_labels", _version, _load, fits=lambda heads: heads.model == service.label_version())
current, publish, forget = _heads.current, _heads.publish, _heads.forget
