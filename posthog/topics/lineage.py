"""Which of the directions that were just found is which of those that were known: identity across re-fits."""

import numpy as np

from posthog.clickhouse.embeddings import Vectors

SAME_FROM = 0.8  # cosine similarity of two centroids from which they are the same topic; see docs/topics.md


def match(known: Vectors, found: Vectors) -> dict[int, int]:
    """Row of `found` (m, 384) -> row of `known` (k, 384): each at most once, so that the similarities add up to the most.

    All rows are unit vectors; pairs below SAME_FROM are no match.
    """
    if not len(known) or not len(found):
        return {}
    from scipy.optimize import linear_sum_assignment

    similarity = found @ known.T
    # A pair that is too far apart must not take the place of one that is near enough.
    rows, columns = linear_sum_assignment(np.where(similarity >= SAME_FROM, similarity, 0.0), maximize=True)
    return {int(row): int(column) for row, column in zip(rows, columns, strict=True) if similarity[row, column] >= SAME_FROM}


def unseen(known: Vectors, found: Vectors) -> Vectors:
    """The rows of `known` (k, 384) that none of `found` (m, 384) is near enough to be the same."""
    if not len(known) or not len(found):
        return known
    left: Vectors = known[(known @ found.T).max(axis=1) < SAME_FROM]
    return left
