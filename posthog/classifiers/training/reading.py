"""Real messages that were read for their flow labels: `reading/<speaker>_train.jsonl` to train on, `…_test.jsonl` to measure.

The two are of different dialogues. A row of test carries what each of two readers said, and the labels that were agreed on after that.
"""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from posthog.classifiers.training.heads import AGENT_FLOW, USER_FLOW, Head
from posthog.classifiers.training.sources import Example

FOLDER = Path(__file__).with_name("reading")
SPEAKERS = {USER_FLOW.name: "user", AGENT_FLOW.name: "agent"}


def examples(head: Head, part: Literal["train", "test"]) -> Iterator[Example]:
    """Read messages of a family, with 0 or 1 for every label; none for a family that nobody read for."""
    for row in rows(head, part):
        yield row["message"], {label: int(label in row["labels"]) for label in head.labels}


def rows(head: Head, part: Literal["train", "test"]) -> Iterator[dict[str, Any]]:
    file = FOLDER / f"{SPEAKERS.get(head.name)}_{part}.jsonl"
    if file.exists():
        yield from map(json.loads, file.read_text(encoding="utf-8").splitlines())


def agreement(head: Head) -> dict[str, float]:
    """Of the test rows: the share on which both readers said the same, and Cohen's kappa of the first labels."""
    pairs = [row["readers"] for row in rows(head, "test")]
    first = [(one[0], other[0]) for one, other in pairs]
    observed = sum(one == other for one, other in first) / len(first)
    shares = [Counter(side) for side in zip(*first, strict=True)]
    chance = sum(shares[0][label] * shares[1][label] for label in shares[0]) / len(first) ** 2
    return {"rows": len(pairs), "same": sum(one == other for one, other in pairs) / len(pairs), "kappa": (observed - chance) / (1 - chance)}
