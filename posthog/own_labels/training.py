"""A classifier from a few examples: logistic regression on unit vectors, its threshold, and how well it does on texts it has not seen.

Arithmetic only. Positives are the examples; negatives are the counter-examples and a sample of other messages of the project, a few
of which may deserve the label without anyone having said so: then the precision that is shown is too low, never too high.
`train` imports scikit-learn, some 135 MB that stay for good: it is called with posthog.common.apart.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from posthog.clickhouse.embeddings import Vectors

if TYPE_CHECKING:
    from sklearn.linear_model import LogisticRegression

Numbers = NDArray[np.float64]
Says = NDArray[np.bool_]
Folds = list[tuple[NDArray[np.intp], NDArray[np.intp]]]

STRENGTHS = (1.0, 10.0, 100.0)  # of fitting against smoothness: scikit-learn's C
FOLDS = 5
FEW = 20  # below, each example is left out once
# Most labels are rare. So that more examples do not make precision look better than it is, and the threshold laxer, they count together
# as at most so many among the other texts: 10 among 500 are one message in 51.
EXAMPLES_COUNTED = 10
PRECISION_FLOOR = 0.5  # a threshold with less is taken only when there is no other
_SEED = 7
_ITERATIONS = 500


@dataclass(frozen=True)
class Head:
    """A text has the label when sigmoid(vector @ weights + bias) reaches the threshold. weights: (384,)."""

    weights: Vectors
    bias: float
    threshold: float


@dataclass(frozen=True)
class Figures:
    """Counted over texts that were left out of training, each judged with a strength and threshold chosen without it."""

    true_positives: int
    false_positives: int
    false_negatives: int
    folds: int

    @property
    def precision(self) -> float | None:
        """As if EXAMPLES_COUNTED of the texts deserved the label; None when it was said of nothing."""
        right = self.true_positives * _weight(self.true_positives + self.false_negatives)
        return right / (right + self.false_positives) if right or self.false_positives else None

    @property
    def recall(self) -> float:
        return self.true_positives / (self.true_positives + self.false_negatives)


def train(positives: Vectors, negatives: Vectors) -> tuple[Head, Figures]:
    """The head for both kinds, unit vectors (n, 384) each, and its cross-validated figures. Needs two positives and as many negatives."""
    vectors = np.concatenate([positives, negatives])
    says = np.arange(len(vectors)) < len(positives)
    folds = list(_folds(says))
    with threadpool_limits(1):  # so little arithmetic is slower, and takes ten times the processor, on several threads
        scores = _unseen_scores(vectors, says, folds)
        column, threshold = _best(scores, says)
        model = _fit(vectors, says, STRENGTHS[column])
    head = Head(model.coef_[0].astype(np.float32), float(model.intercept_[0]), threshold)
    return head, _figures(scores, says, folds)


def scores(vectors: Vectors, weights: Vectors, biases: Numbers) -> Numbers:
    """(n, k) from unit vectors (n, 384), weights (k, 384) and biases (k,)."""
    found: Numbers = 1.0 / (1.0 + np.exp(-np.clip(vectors @ weights.T + biases, -30.0, 30.0)))
    return found


def _folds(says: Says) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    from sklearn.model_selection import StratifiedKFold

    rarer = int(min(says.sum(), (~says).sum()))
    number = min(rarer, rarer if says.sum() < FEW else FOLDS)
    yield from StratifiedKFold(number, shuffle=True, random_state=_SEED).split(np.zeros(len(says)), says)


def _unseen_scores(vectors: Vectors, says: Says, folds: Folds) -> Numbers:
    """Scores (n, strengths) of every text by models that have not seen it."""
    found = np.empty((len(says), len(STRENGTHS)))
    for seen, unseen in folds:
        for column, strength in enumerate(STRENGTHS):
            found[unseen, column] = _fit(vectors[seen], says[seen], strength).predict_proba(vectors[unseen])[:, 1]
    return found


def _fit(vectors: Vectors, says: Says, strength: float) -> "LogisticRegression":
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=strength, class_weight="balanced", max_iter=_ITERATIONS).fit(vectors, says)


def _figures(scores: Numbers, says: Says, folds: Folds) -> Figures:
    said = np.zeros(len(says), dtype=bool)
    for seen, unseen in folds:
        column, threshold = _best(scores[seen], says[seen])
        said[unseen] = scores[unseen, column] >= threshold
    return Figures(int((said & says).sum()), int((said & ~says).sum()), int((~said & says).sum()), len(folds))


def _best(scores: Numbers, says: Says) -> tuple[int, float]:
    """Column of scores (n, strengths) and threshold with the best F1 among those that reach the floor of precision."""
    found = [(*_threshold(scores[:, column], says), column) for column in range(scores.shape[1])]
    _, _, threshold, column = max(found, key=lambda one: one[:2])
    return column, threshold


def _weight(examples: int) -> float:
    return min(1.0, EXAMPLES_COUNTED / max(1, examples))


def _threshold(scores: Numbers, says: Says) -> tuple[bool, float, float]:
    """Whether the floor is reached, F1, and the threshold: half-way between the last text that gets the label and the next.

    Below the floor the most precise one.
    """
    order = np.argsort(-scores, kind="stable")
    ranked, weight = scores[order], _weight(int(says.sum()))
    right, wrong = np.cumsum(says[order]) * weight, np.cumsum(~says[order])
    precision = right / (right + wrong)
    f1 = 2 * right / (right + wrong + says.sum() * weight)
    cut = np.append(ranked[:-1] > ranked[1:], True)  # texts with the same score fall on the same side
    allowed = cut & (precision >= PRECISION_FLOOR)
    reached = bool(allowed.any())
    last = int(np.where(allowed, f1, -1.0).argmax() if reached else np.where(cut, precision, -1.0).argmax())
    following = ranked[last + 1] if last + 1 < len(ranked) else 0.0
    return reached, float(f1[last]), float((ranked[last] + following) / 2)
