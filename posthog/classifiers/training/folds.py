"""Softer labels for a family whose annotators often disagree: mostly what they said, partly what models expect that have not seen the row.

A model that reads the same 43,000 comments of GoEmotions in every stage ends up knowing them by heart (loss 0.055 on train, 0.087 on dev).
So the texts are cut in halves, in two ways. A model is trained from the published weights on each half, and judges the other one
(macro-F1 0.45); the two scores of a text are averaged. With one such cut a further last stage makes macro-F1 of emotions on dev 0.008
better, with thresholds from the other half; without any it made it 0.01 worse.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from posthog.classifiers.training.data import Tokens

EXPECTED = Path(__file__).parent / "expected"  # scores of a larger encoder (larger.py), in place of those of the fold of that number
STEPS = 255  # to which scores in the tree are rounded
FOLDS = 4  # fold 0 and 1 are the halves of the first cut, 2 and 3 those of the second
TRUST = 0.6  # in the annotators


def seen(tokens: Tokens, fold: int) -> Tokens:
    """The rows that a fold's model learns from: all copies of a text are of one fold."""
    return tokens.part(np.flatnonzero(_half(tokens, fold) != fold % 2).tolist())


def unseen(tokens: Tokens, fold: int) -> Tokens:
    """The rows that it judges."""
    return tokens.part(np.flatnonzero(_half(tokens, fold) == fold % 2).tolist())


def _half(tokens: Tokens, fold: int) -> NDArray[np.int64]:
    """Which half of the fold's cut each row is in: 0 or 1."""
    return (tokens.digests >> (fold // 2)) % 2


def keep(work: Path, family: str, fold: int, tokens: Tokens, scores: NDArray[np.float32]) -> None:
    """Scores (rows, labels) of the rows that the fold's model has not seen."""
    np.savez(work / f"scores-{family}-{fold}.npz", digests=tokens.digests, scores=scores)


def keep_in_tree(family: str, fold: int, tokens: Tokens, scores: NDArray[np.float32]) -> None:
    """As keep, in less room, for whoever trains next. A text that stands in the set more than once is kept once."""
    _, first = np.unique(tokens.digests, return_index=True)
    rounded = np.rint(scores[first] * STEPS).astype(np.uint8)
    EXPECTED.mkdir(exist_ok=True)
    np.savez_compressed(_tree_file(family, fold), digests=tokens.digests[first], scores=rounded)


def is_in_tree(family: str, fold: int) -> bool:
    return _tree_file(family, fold).exists()


def soften(tokens: Tokens, family: str, work: Path) -> Tokens:
    """The same rows; labels that somebody judged lie between that and the mean score of the folds' models, where there is one."""
    expected = _expected(family, work)
    labels = tokens.labels.copy()
    for row, name in enumerate(tokens.digests.tolist()):
        if name in expected:
            labels[row] = TRUST * labels[row] + (1.0 - TRUST) * expected[name]
    return Tokens(tokens.ids, labels, tokens.sources, tokens.digests)


def _expected(family: str, work: Path) -> dict[int, NDArray[np.float32]]:
    """Mean of the folds' scores (labels,) of each text that they judged, by its digest."""
    found: dict[int, list[NDArray[np.float32]]] = {}
    for fold in range(FOLDS):
        for name, scores in _scores(family, fold, work).items():
            found.setdefault(name, []).append(scores)
    return {name: np.mean(scores, axis=0) for name, scores in found.items()}


def _scores(family: str, fold: int, work: Path) -> dict[int, NDArray[np.float32]]:
    """By digest; a text that stands in the set more than once has the same score each time. Empty where the fold was not trained."""
    file = _tree_file(family, fold) if is_in_tree(family, fold) else work / f"scores-{family}-{fold}.npz"
    if not file.exists():
        return {}
    with np.load(file) as stored:
        scores = stored["scores"] if stored["scores"].dtype == np.float32 else stored["scores"].astype(np.float32) / STEPS
        return dict(zip(stored["digests"].tolist(), scores, strict=True))


def _tree_file(family: str, fold: int) -> Path:
    return EXPECTED / f"{family}-{fold}.npz"
