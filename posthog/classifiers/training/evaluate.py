"""What is measured of a model on dev data: per label, per family, per set. And of flow labels on real messages."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from posthog.classifiers.training.calibrate import MIN_POSITIVES, Floats, expected_error, reliability, thresholds
from posthog.classifiers.training.heads import Head

DIGITS = 4
# Fewer real messages than this say too little about a label's precision; then they and the sentences written for it decide together.
GATE_ROWS = 10
GATE_PRECISION = 0.8


def family_metrics(head: Head, scores: Floats, labels: Floats, chosen: Floats) -> dict[str, Any]:
    """Metrics per label and their means; labels with too few positives are marked as not measured."""
    rows = {label: label_metrics(scores[:, index], labels[:, index], float(chosen[index])) for index, label in enumerate(head.labels)}
    measured = [row for row in rows.values() if row["positives"] > 0]
    judged = ~np.isnan(labels)
    summary: dict[str, Any] = {
        "macro_f1": _mean([row["f1"] for row in measured]),
        "macro_f1_crossed": crossed_f1(head, scores, labels),
        "mean_auc": _mean([row["auc"] for row in measured]),
        "mean_calibration_error": _mean([row["calibration_error"] for row in measured]),
        "reliability": [[round(value, DIGITS) for value in row] for row in reliability(scores[judged], labels[judged])],
        "labels": rows,
    }
    if head.one_of:
        everywhere = np.full(len(head.labels), head.default_threshold, dtype=np.float32)
        summary[f"macro_f1_at_{head.default_threshold}"] = _mean(label_f1s(scores, labels, everywhere))
        summary["said_label_right"] = said_precision(head, scores, labels, chosen)
    return summary


def label_metrics(scores: Floats, labels: Floats, threshold: float) -> dict[str, Any]:
    judged = ~np.isnan(labels)
    scores, truth = scores[judged], labels[judged] > 0
    said = scores >= threshold
    hits, positives = int((said & truth).sum()), int(truth.sum())
    both = positives and positives < len(truth)
    return {
        "positives": positives,
        "judged": len(truth),
        "said": int(said.sum()),
        "precision": round(hits / max(1, int(said.sum())), DIGITS),
        "recall": round(hits / max(1, positives), DIGITS),
        "f1": round(2 * hits / max(1, int(said.sum()) + positives), DIGITS),
        "auc": round(float(roc_auc_score(truth, scores)), DIGITS) if both else None,
        "calibration_error": round(expected_error(scores, truth.astype(np.float32)), DIGITS),
        "measured": positives >= MIN_POSITIVES,
    }


def label_f1s(scores: Floats, labels: Floats, at: Floats) -> list[float]:
    return [label_metrics(scores[:, index], labels[:, index], float(threshold))["f1"] for index, threshold in enumerate(at)]


def crossed_f1(head: Head, scores: Floats, labels: Floats) -> float:
    """Macro-F1 where each half of the rows is judged with thresholds from the other half."""
    said = np.zeros(scores.shape, dtype=bool)
    half = np.arange(len(scores)) % 2 == 0
    for rows in (half, ~half):
        said[rows] = scores[rows] >= thresholds(head, scores[~rows], labels[~rows])
    crossed = np.where(np.isnan(labels), False, said).astype(np.float32)
    return _mean(label_f1s(crossed, labels, np.full(len(head.labels), 0.5, dtype=np.float32)))


def best_label(head: Head, scores: Floats, chosen: Floats) -> NDArray[np.int64]:
    """Index of the one label that is said of each row, -1 where none is."""
    allowed = np.array([label not in head.unsaid for label in head.labels])
    silencing = np.array([label in head.unsaid and label != head.none for label in head.labels])
    over = np.where((scores >= chosen) & allowed, scores, -1.0)
    silenced = np.where(silencing, scores, -1.0).max(1) > over.max(1)  # neutral is likelier than all that could be said
    return np.where((over.max(1) < 0) | silenced, -1, over.argmax(1))


def said_precision(head: Head, scores: Floats, labels: Floats, chosen: Floats) -> dict[str, float]:
    """How often the one label that is said is among the text's labels, and for which share of texts one is said."""
    best = best_label(head, scores, chosen)
    right = labels[np.arange(len(labels)), best] > 0
    return {"precision": round(float(right[best >= 0].mean()), DIGITS), "share_said": round(float((best >= 0).mean()), DIGITS)}


def as_said(head: Head, scores: Floats, chosen: Floats) -> Floats:
    """1 for each label that a flow family says of a row, (rows, labels): those over their threshold; its `none` label where none is."""
    said = scores >= chosen
    none = head.labels.index(head.none) if head.none else None
    if none is not None:
        said[:, none] = ~np.delete(said, none, axis=1).any(1)
    return said.astype(np.float32)


def tier(head: Head, scores: Floats, labels: Floats, chosen: Floats) -> dict[str, Any]:
    """Precision, recall and F1 of what is said, per label; their macro-F1 over the labels that occur."""
    said = as_said(head, scores, chosen)
    rows = {label: label_metrics(said[:, index], labels[:, index], 0.5) for index, label in enumerate(head.labels)}
    kept = ("positives", "said", "precision", "recall", "f1", "measured")
    occurring = [row["f1"] for row in rows.values() if row["positives"] > 0]
    best = best_label(head, scores, chosen)
    right = np.where(best < 0, labels[:, head.labels.index(head.none or head.labels[0])] > 0, labels[np.arange(len(labels)), best] > 0)
    return {
        "rows": len(labels),
        "macro_f1": _mean(occurring),
        "labels_that_occur": len(occurring),
        "one_label_right": round(float(right.mean()), DIGITS),
        "labels": {label: {name: row[name] for name in kept} for label, row in rows.items()},
    }


def off_labels(head: Head, real: dict[str, Any], written: dict[str, Any]) -> list[str]:
    """Labels that are right less than eight times in ten where they are said: of real messages, or where they are said of too few of
    those, of real messages and held-out written sentences together."""
    said = (label for label in head.labels if label not in head.unsaid)
    return [label for label in said if _gate_precision(real["labels"][label], written["labels"][label]) < GATE_PRECISION]


def _gate_precision(real: dict[str, Any], written: dict[str, Any]) -> float:
    rows = [real] if real["said"] >= GATE_ROWS else [real, written]
    return float(sum(row["precision"] * row["said"] for row in rows)) / max(1, sum(row["said"] for row in rows))


def auc_by_source(scores: Floats, labels: Floats, sources: Sequence[str]) -> dict[str, float]:
    """ROC-AUC of one label on each set that holds both kinds of rows."""
    found: dict[str, float] = {}
    for source in dict.fromkeys(sources):
        rows = np.array([name == source for name in sources]) & ~np.isnan(labels)
        if len(np.unique(labels[rows])) == 2:
            found[source] = round(float(roc_auc_score(labels[rows] > 0, scores[rows])), DIGITS)
    return found


def _mean(values: Sequence[float | None]) -> float:
    return round(float(np.mean([value for value in values if value is not None])), DIGITS)
