"""Temperature and threshold of each label, from dev data only."""

import numpy as np
from numpy.typing import NDArray

from posthog.classifiers.training.heads import Head

Floats = NDArray[np.float32]

MIN_POSITIVES = 30  # fewer say too little about one label: it shares the family's temperature, and its threshold is drawn to the family's
TEMPERATURES = np.geomspace(0.5, 3.0, 61)
THRESHOLDS = np.arange(0.05, 0.951, 0.01)
AS_GOOD = 0.003  # of F1
BINS = 10


def probabilities(logits: Floats, temperatures: Floats) -> Floats:
    return 1.0 / (1.0 + np.exp(-logits / temperatures))


def temperatures(head: Head, logits: Floats, labels: Floats) -> Floats:
    """One temperature per label, (labels,), that makes 0.7 mean about 70 %."""
    judged = ~np.isnan(labels)
    shared = _temperature(logits[judged], labels[judged])
    found = np.full(len(head.labels), shared, dtype=np.float32)
    for index in range(len(head.labels)):
        rows = judged[:, index]
        if labels[rows, index].sum() >= MIN_POSITIVES:
            found[index] = _temperature(logits[rows, index], labels[rows, index])
    return found


def _temperature(logits: Floats, labels: Floats) -> float:
    losses = [np.logaddexp(0.0, np.where(labels > 0, -logits, logits) / value).mean() for value in TEMPERATURES]
    return float(TEMPERATURES[int(np.argmin(losses))])


def thresholds(head: Head, scores: Floats, labels: Floats) -> Floats:
    """One threshold per label, (labels,): best F1, drawn to the family's best the fewer positives there are, and no lower than the
    label's least precision allows. Where the family asks for it, the mean of that and of what the scores alone expect to be best."""
    judged = ~np.isnan(labels)
    curves = [_f1_curve(scores[judged[:, index], index], labels[judged[:, index], index]) for index in range(len(head.labels))]
    shared = THRESHOLDS[int(np.argmax(np.mean(curves, axis=0)))] if head.one_of else head.default_threshold
    found = np.full(len(head.labels), shared, dtype=np.float32)
    for index, (label, curve) in enumerate(zip(head.labels, curves, strict=True)):
        rows = judged[:, index]
        positives = float(labels[rows, index].sum())
        if positives == 0 or (positives < MIN_POSITIVES and not head.one_of):
            continue
        best = _best(_smooth(curve), careful=not head.one_of)
        weight = positives / (positives + MIN_POSITIVES)
        chosen = weight * best + (1 - weight) * shared
        if head.expected_threshold:
            chosen = (chosen + _expected(scores[rows, index])) / 2
        found[index] = max(chosen, _for_precision(head.precision_of(label), scores[rows, index], labels[rows, index]))
    return np.round(found, 3)


def _f1_curve(scores: Floats, labels: Floats) -> NDArray[np.float64]:
    said = scores[:, None] >= THRESHOLDS
    hits = (said & (labels[:, None] > 0)).sum(0)
    return 2 * hits / np.maximum(1, said.sum(0) + (labels > 0).sum())


def _expected(scores: Floats) -> float:
    """The threshold of the best F1 if each score is the chance that the label holds: without the noise of a few labelled rows. Half of it
    makes macro-F1 of emotions, judged on the other half of dev, 0.007 better."""
    said = scores[:, None] >= THRESHOLDS
    curve = 2 * (said * scores[:, None]).sum(0) / (said.sum(0) + scores.sum())
    return float(THRESHOLDS[int(np.argmax(curve))])


def _best(curve: NDArray[np.float64], *, careful: bool) -> float:
    """The threshold of the best F1. What accuses is said from the highest that is as good: where the curve is flat the best is chance."""
    good = np.flatnonzero(curve >= curve.max() - (AS_GOOD if careful else 0.0))
    return float(THRESHOLDS[good[-1] if careful else good[0]])


def _smooth(curve: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean over five neighbours: a peak one threshold wide is chance."""
    return np.convolve(np.pad(curve, 2, mode="edge"), np.ones(5) / 5, mode="valid")


def _for_precision(least: float, scores: Floats, labels: Floats) -> float:
    """The lowest threshold with the least precision, or the lowest of all where none reaches it."""
    for threshold in THRESHOLDS:
        said = scores >= threshold
        if said.any() and labels[said].mean() >= least:
            return float(threshold)
    return float(THRESHOLDS[0])


def reliability(scores: Floats, labels: Floats) -> list[tuple[float, float, int]]:
    """(mean score, share that holds, rows) of each of ten bins of the score that is not empty."""
    bins = np.minimum((scores * BINS).astype(int), BINS - 1)
    parts = [bins == number for number in np.unique(bins)]
    return [(float(scores[part].mean()), float(labels[part].mean()), int(part.sum())) for part in parts]


def expected_error(scores: Floats, labels: Floats) -> float:
    """Expected calibration error: mean distance between score and frequency over ten bins of the score."""
    return sum(rows / len(scores) * abs(score - share) for score, share, rows in reliability(scores, labels))
