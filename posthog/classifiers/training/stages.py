"""The two stages of training, and which batches each of them takes."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from posthog.classifiers.training.heads import HEADS, Head

BATCH = 64
POOL = 50  # batches that are sorted by length together
WARM_UP = 0.06  # share of a stage's steps


@dataclass(frozen=True)
class Stage:
    """epochs: passes over each family's examples. The learning rate goes from `first` to `last`, as shares of the highest."""

    name: str
    epochs: Mapping[str, int]
    written: bool  # whether sentences written for this project take part
    first: float
    last: float


# What does not change when someone writes more examples comes first: the second stage alone is trained again then.
STAGES: tuple[Stage, ...] = (
    Stage("public", {"emotion": 3, "toxicity": 1}, written=False, first=1.0, last=0.5),
    Stage("all", {"emotion": 2, "toxicity": 1, "user_flow": 3, "agent_flow": 2, "attack": 3}, written=True, first=0.5, last=0.0),
)


@dataclass(frozen=True)
class Step:
    head: Head
    rows: list[int]


def schedule(stage: Stage, lengths: Mapping[str, list[int]], seed: int) -> list[Step]:
    """All batches of all epochs: similar lengths together, families mixed evenly. The same for the same seed."""
    placed: list[tuple[float, Step]] = []
    for order, head in enumerate(HEADS):
        draw = np.random.default_rng([seed, order, STAGES.index(stage)])
        steps = [Step(head, rows) for _ in range(stage.epochs.get(head.name, 0)) for rows in _epoch(lengths[head.name], draw)]
        placed += [((position + 0.5) / len(steps), step) for position, step in enumerate(steps)]
    return [step for _, step in sorted(placed, key=lambda item: item[0])]


def _epoch(lengths: list[int], draw: np.random.Generator) -> list[list[int]]:
    order = draw.permutation(len(lengths)).tolist()
    batches: list[list[int]] = []
    for start in range(0, len(order), BATCH * POOL):
        pool = sorted(order[start : start + BATCH * POOL], key=lengths.__getitem__)
        batches += [pool[first : first + BATCH] for first in range(0, len(pool), BATCH)]
    return [batches[index] for index in draw.permutation(len(batches))]


def factor(stage: Stage, step: int, steps: int) -> float:
    """Learning rate as a share of the highest: up in the warm-up, then in a line to the stage's last."""
    warm = max(1, int(steps * WARM_UP))
    if step < warm:
        return stage.first * (step + 1) / warm
    return stage.last + (stage.first - stage.last) * max(0.0, (steps - step) / max(1, steps - warm))
