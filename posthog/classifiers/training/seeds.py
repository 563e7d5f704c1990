"""Reads `seeds.tsv`: sentences written for this project, as frames with choices."""

import random
import re
from collections.abc import Iterator
from pathlib import Path

from posthog.classifiers.training.heads import TOXICITY

FILE = Path(__file__).with_name("seeds.tsv")
PER_FRAME = 24
CHOICE = re.compile(r"\{([^{}]*)\}")


def frames() -> list[tuple[str, dict[str, int]]]:
    """Each frame with the labels that are judged for it."""
    lines = [line for line in FILE.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return [(frame, _judged(labels)) for labels, frame in (line.split("\t") for line in lines)]


def _judged(column: str) -> dict[str, int]:
    names = set() if column == "-" else set(column.split(","))
    unsure = {name.removesuffix("?") for name in names if name.endswith("?")}
    return {label: int(label in names) for label in TOXICITY.labels if label not in unsure}


def variants(frame: str) -> Iterator[str]:
    """Up to PER_FRAME different sentences of a frame, the same ones every time."""
    draw = random.Random(frame)
    seen: set[str] = set()
    for _ in range(PER_FRAME * 4):
        sentence = _fill(frame, draw)
        if sentence not in seen and len(seen) < PER_FRAME:
            seen.add(sentence)
            yield sentence if draw.random() < 0.7 else sentence.lower()


def _fill(frame: str, draw: random.Random) -> str:
    while match := CHOICE.search(frame):
        frame = frame[: match.start()] + draw.choice(match[1].split("|")) + frame[match.end() :]
    return frame
