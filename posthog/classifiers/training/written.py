"""Sentences written for this project, in `seeds/<family>.tsv`, as frames with choices.

One line: the labels that hold ("-" none, "insult?" not judged), a tab, a frame. Where a family is judged only partly (emotion), what is not
named is not judged, and "-joy" says that joy does not hold. A line is one idea, its variants are paraphrases: a whole
line goes to train or to dev, never to both.
"""

import random
import re
from collections.abc import Iterator
from pathlib import Path

from posthog.classifiers.training.heads import Head

FOLDER = Path(__file__).with_name("seeds")
# Sentences drawn from one frame: many where a set of rules is to be learned (who is threatened), few where wording is.
PER_FRAME = {"emotion": 4, "toxicity": 16, "user_flow": 5, "agent_flow": 5, "attack": 5}
CHOICE = re.compile(r"\{([^{}]*)\}")
LOWER_SHARE = 0.3

# What the placeholders of a frame stand for.
PLACEHOLDERS = {
    "{GROUP}": "women|gay people|trans people|Black people|Muslims|Jews|immigrants|disabled people|refugees|Asians|Christians|lesbians|"
    "Mexicans|Arabs|old people|Indians|Roma people|Africans|Chinese people|people with Down syndrome",
    "{GROUPADJ}": "Black|gay|trans|Muslim|Jewish|disabled|immigrant|lesbian|Asian|Arab|Mexican|blind|deaf|Hindu|Latino|Indian",
    "{OBJ}": "Mondays|broccoli|my printer|bankers|Arsenal fans|capitalists|artists|pop-up ads|landlords|vegetables|spam calls|"
    "tourists|lawyers|this laptop|telemarketers|pigeons",
}


def frames(head: Head) -> list[tuple[str, dict[str, int]]]:
    """Each frame of a family with the labels that are judged for it; none where nothing was written for it."""
    file = FOLDER / f"{head.name}.tsv"
    if not file.exists():
        return []
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return [(frame, judged(head, labels)) for labels, frame in (line.split("\t") for line in lines)]


def judged(head: Head, column: str) -> dict[str, int]:
    """label -> 0 or 1, without the labels that the column leaves open. Raises ValueError for a name that the family does not have."""
    marks = {mark.strip("-?"): mark for mark in ([] if column == "-" else column.split(","))}
    if unknown := set(marks) - set(head.labels):
        raise ValueError(f"{head.name} has no label {sorted(unknown)}")
    holds = {label for label, mark in marks.items() if mark == label}
    absent = {label for label, mark in marks.items() if mark.startswith("-")}
    if head.partly:
        return dict.fromkeys(holds, 1) | dict.fromkeys(absent, 0)
    holds = holds or ({head.none} if head.none else set())
    return {label: int(label in holds) for label in head.labels if not marks.get(label, "").endswith("?")}


def variants(frame: str, most: int) -> Iterator[str]:
    """Up to `most` different sentences of a frame, the same ones every time."""
    draw = random.Random(frame)
    for name, choices in PLACEHOLDERS.items():
        frame = frame.replace(name, "{" + choices + "}")
    frame = frame.replace("\\n", "\n")
    seen: set[str] = set()
    for _ in range(most * 4):
        sentence = _fill(frame, draw)
        if sentence not in seen and len(seen) < most:
            seen.add(sentence)
            yield sentence if draw.random() >= LOWER_SHARE else sentence.lower()


def _fill(frame: str, draw: random.Random) -> str:
    while match := CHOICE.search(frame):
        frame = frame[: match.start()] + draw.choice(match[1].split("|")) + frame[match.end() :]
    return frame
