"""Softer labels for a family whose annotators often disagree: partly what they said, partly what a larger encoder expects.

A model that reads the same 43,000 comments of GoEmotions in every stage ends up knowing them by heart (loss 0.055 on train, 0.087 on dev).
So the texts are cut in halves. An encoder five times as large learns each half (`larger.py`) and judges the other one, which it has not
seen.
"""

import numpy as np

from posthog.classifiers.training import expected
from posthog.classifiers.training.data import Tokens

FOLDS = 2
TRUST = 0.3  # in the annotators


def seen(tokens: Tokens, fold: int) -> Tokens:
    """The rows that a fold's model learns from: all copies of a text are of one fold."""
    return tokens.part(np.flatnonzero(tokens.digests % FOLDS != fold).tolist())


def unseen(tokens: Tokens, fold: int) -> Tokens:
    """The rows that it judges."""
    return tokens.part(np.flatnonzero(tokens.digests % FOLDS == fold).tolist())


def scores_name(family: str, fold: int) -> str:
    return f"{family}-{fold}"


def soften(tokens: Tokens, family: str) -> Tokens:
    """The same rows; labels that somebody judged lie between that and the score of the fold's model, where there is one."""
    scores = {text: row for fold in range(FOLDS) for text, row in expected.load(scores_name(family, fold)).items()}
    labels = tokens.labels.copy()
    for row, text in enumerate(tokens.digests.tolist()):
        if text in scores:
            labels[row] = TRUST * labels[row] + (1.0 - TRUST) * scores[text]
    return Tokens(tokens.ids, labels, tokens.sources, tokens.digests)
