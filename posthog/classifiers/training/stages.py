"""The stages of training, and which batches each of them takes."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from posthog.classifiers.training.heads import HEADS, Head

BATCH = 64
POOL = 50  # batches that are sorted by length together
WARM_UP = 0.06  # share of a stage's steps


@dataclass(frozen=True)
class Stage:
    """epochs: passes over each family's examples. weights: of each family's loss. written: families whose sentences written for this
    project take part. The learning rate goes from `first` to `last`, as shares of the highest. begin: stages whose weights it starts
    from, with their shares; without one, the published weights."""

    name: str
    epochs: Mapping[str, float]
    weights: Mapping[str, float]
    written: frozenset[str]
    first: float
    last: float
    begin: Mapping[str, float] = field(default_factory=dict)


# What does not change when someone writes more examples comes first: the last stage alone is trained again then (`--again`). It starts
# between the two before it, which is better at emotion than either (dev macro-F1 with thresholds from the other half: 0.506, 0.492, 0.515),
# and weighs the flow labels by their number: a mean over twenty labels of which one holds teaches little.
STAGES: tuple[Stage, ...] = (
    Stage("public", {"emotion": 3, "toxicity": 1}, {"emotion": 4}, frozenset(), first=1.0, last=0.5),
    Stage(
        "all",
        {"emotion": 2, "toxicity": 1, "user_flow": 3, "agent_flow": 2, "attack": 3},
        {"emotion": 4, "user_flow": 2, "agent_flow": 2},
        frozenset({"emotion", "toxicity", "user_flow", "agent_flow", "attack"}),
        first=0.5,
        last=0.0,
        begin={"public": 1.0},
    ),
    Stage(
        "last",
        {"emotion": 2, "toxicity": 0.5, "user_flow": 2.5, "agent_flow": 2, "attack": 0.5},
        {"emotion": 4, "user_flow": 20, "agent_flow": 10},
        frozenset({"toxicity", "user_flow", "agent_flow", "attack"}),
        first=0.5,
        last=0.0,
        begin={"public": 0.5, "all": 0.5},
    ),
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
        steps = [Step(head, rows) for rows in epochs(stage.epochs.get(head.name, 0), lengths.get(head.name, []), draw)]
        placed += [((position + 0.5) / len(steps), step) for position, step in enumerate(steps)]
    return [step for _, step in sorted(placed, key=lambda item: item[0])]


def epochs(count: float, lengths: list[int], draw: np.random.Generator, size: int = BATCH) -> list[list[int]]:
    """Batches of whole epochs, and of a part of one more."""
    batches = [rows for _ in range(int(count)) for rows in _epoch(lengths, draw, size)]
    rest = _epoch(lengths, draw, size) if count % 1 else []
    return batches + rest[: round(len(rest) * (count % 1))]


def _epoch(lengths: list[int], draw: np.random.Generator, size: int) -> list[list[int]]:
    order = draw.permutation(len(lengths)).tolist()
    batches: list[list[int]] = []
    for start in range(0, len(order), size * POOL):
        pool = sorted(order[start : start + size * POOL], key=lengths.__getitem__)
        batches += [pool[first : first + size] for first in range(0, len(pool), size)]
    return [batches[index] for index in draw.permutation(len(batches))]


def factor(stage: Stage, step: int, steps: int) -> float:
    """Learning rate as a share of the highest: up in the warm-up, then in a line to the stage's last."""
    warm = max(1, int(steps * WARM_UP))
    if step < warm:
        return stage.first * (step + 1) / warm
    return stage.last + (stage.first - stage.last) * max(0.0, (steps - step) / max(1, steps - warm))
