"""Heads over frozen vectors, and the figures that are printed of them."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from posthog.classifiers.training.heads import EMOTION

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Head = Callable[[Floats], Floats]
Figure = Callable[[Ints], float]
Row = dict[str, Any]  # of a data set

GROUPS = {  # of DailyDialog: labels of GoEmotions; the others say nothing (confusion, curiosity: every question; approval: every "yes")
    "no_emotion": (),
    "happiness": ("joy", "amusement", "excitement", "gratitude", "love", "admiration", "optimism", "relief", "pride"),
    "surprise": ("surprise",),
    "anger": ("anger", "annoyance"),
    "sadness": ("sadness", "disappointment", "remorse", "grief", "embarrassment"),
    "fear": ("fear", "nervousness"),
    "disgust": ("disgust",),
}
MEASURED = 5  # fear (11 lines) and disgust (6) are too rare; saying them is still an error
DRAWS = 300


def train(x: Floats, y: Floats, hidden: int, epochs: int = 12) -> Head:
    """Logistic regressions (hidden = 0) or one hidden layer; gives scores of 0 to 1."""
    torch.manual_seed(7)
    mean, spread = x.mean(0), x.std(0)
    inputs, targets = torch.from_numpy((x - mean) / spread), torch.from_numpy(y)
    below: list[torch.nn.Module] = [torch.nn.Linear(x.shape[1], hidden), torch.nn.GELU(), torch.nn.Dropout(0.3)] if hidden else []
    model = torch.nn.Sequential(*below, torch.nn.Linear(hidden or x.shape[1], y.shape[1]))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3 if hidden else 3e-3, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.01, epochs * (len(x) // 128 + 1))
    for _ in range(epochs):
        for rows in torch.randperm(len(x)).split(128):
            optimizer.zero_grad()
            torch.nn.functional.binary_cross_entropy_with_logits(model(inputs[rows]), targets[rows]).backward()
            optimizer.step()
            schedule.step()
    model.eval()
    return lambda new: torch.sigmoid(model(torch.from_numpy((new - mean) / spread)).detach()).numpy()


def binary_f1(said: NDArray[np.bool_], truth: Floats) -> float:
    return float(2 * truth[said].sum() / max(said.sum() + truth.sum(), 1))


def tuned(scores: Floats, truth: Floats) -> tuple[Floats, float]:
    """The best threshold of each label, and the macro-F1 with them."""
    grid = np.arange(0.02, 0.98, 0.01, dtype=np.float32)
    f1s = np.array([[binary_f1(scores[:, label] >= at, truth[:, label]) for at in grid] for label in range(truth.shape[1])])
    return grid[f1s.argmax(1)], float(f1s.max(1).mean())


def macro_f1(truth: Ints, said: Ints, classes: int) -> float:
    hits = np.bincount(truth[truth == said], minlength=9)
    return float((2 * hits / np.maximum(np.bincount(truth, minlength=9) + np.bincount(said, minlength=9), 1))[:classes].mean())


def grouped(scores: Floats, thresholds: Floats) -> Ints:
    """The product's rule: of the labels over their threshold the highest is said, unless neutral is higher; then its group."""
    group = np.array([next((place for place, names in enumerate(GROUPS.values()) if label in names), 0) for label in EMOTION.labels])
    over = np.where(scores >= thresholds, scores, -1.0)[:, :-1]  # neutral is the last label and never said
    top = over.argmax(1)
    return np.where(over.max(1) >= scores[:, -1], group[top], 0)


def group_auc(scores: Floats, truth: Ints) -> float:
    """Mean over the emotions measured, without thresholds."""
    columns = [[EMOTION.labels.index(label) for label in names] for names in list(GROUPS.values())[1:MEASURED]]
    return float(np.mean([roc_auc_score(truth == place, scores[:, column].max(1)) for place, column in enumerate(columns, 1)]))


def as_often_as(english: Floats, scores: Floats) -> Floats:
    """Each score replaced by the English one of the same rank: every label is then said as often as in English."""
    return np.take_along_axis(np.sort(english, axis=0), scores.argsort(axis=0).argsort(axis=0), axis=0)


def with_ratio(figures: Sequence[Figure], dialogues: Ints) -> list[str]:
    """The figures, English first, and the lowest ratio to English with its range over DRAWS draws of whole dialogues."""
    members = [np.flatnonzero(dialogues == dialogue) for dialogue in np.unique(dialogues)]
    generator = np.random.default_rng(7)
    draws = [np.concatenate([members[pick] for pick in generator.integers(0, len(members), len(members))]) for _ in range(DRAWS)]
    values = [figure(np.arange(len(dialogues))) for figure in figures]
    worst = 1 + int(np.argmin(values[1:]))
    low, high = np.quantile([figures[worst](draw) / figures[0](draw) for draw in draws], (0.025, 0.975))
    return [f"{value:.3f}" for value in values] + [f"{values[worst] / values[0]:.2f} ({low:.2f}-{high:.2f})"]


def show(name: str, *cells: str) -> None:
    print(f"| {name} | {' | '.join(cells)} |", flush=True)


def dialogues_of(lines: Sequence[Row]) -> Ints:
    return np.array([int(line["dialog"].removeprefix("dev")) for line in lines])


def emotion_rows(name: str, lines: Sequence[Row], scores: Sequence[Floats], thresholds: Floats) -> None:
    """Prints what the scores (of each language, English first) say of the lines."""
    truth, dialogues = np.array([list(GROUPS).index(line["emotion"]) for line in lines]), dialogues_of(lines)
    said = [grouped(part, thresholds) for part in scores]
    f1 = [lambda draw, one=one: macro_f1(truth[draw], one[draw], MEASURED) for one in said]
    auc = [lambda draw, one=one: group_auc(one[draw], truth[draw]) for one in scores]
    show(f"{name}: macro-F1, {MEASURED} groups", *with_ratio(f1, dialogues))
    show(f"{name}: macro-F1, all {len(GROUPS)}", *[f"{macro_f1(truth, one, len(GROUPS)):.3f}" for one in said])
    show(f"{name}: mean AUC of {MEASURED - 1} emotions", *with_ratio(auc, dialogues))
    show(f"{name}: lines with an emotion said", *[f"{(one > 0).mean():.3f}" for one in said])
    show(f"{name}: same as on the English line", *[f"{(one == said[0]).mean():.3f}" for one in said])
