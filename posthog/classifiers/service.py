"""What the other rooms call: texts in, labels with scores out, and the event properties that they become."""

import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from posthog.classifiers import card, languages
from posthog.classifiers.card import Family, ModelUnavailable
from posthog.classifiers.engine import Engine

__all__ = ["LabelValue", "Labels", "ModelUnavailable", "Text", "available", "classify", "event_labels", "label_version", "use_folder"]

Role = Literal["user", "assistant"]
Speaker = Literal["user", "agent"]

SCORE_DIGITS = 4


@dataclass(frozen=True)
class Text:
    role: Role
    content: str


@dataclass(frozen=True)
class LabelValue:
    value: str | int  # the label's name where one of many is said ("joy"), 1 where a label stands for itself
    score: float


@dataclass(frozen=True)
class Labels:
    """What is said of one text. `values` by property ("emotion", "toxic"), `scores` of every label of every head.

    `judged` is False for a text in a language that the labels were not trained on: then nothing is said of it.
    """

    language: str
    judged: bool = True
    values: Mapping[str, LabelValue] = field(default_factory=dict)
    scores: Mapping[str, float] = field(default_factory=dict)
    said: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # per family all labels over their threshold, best first
    always_scored: tuple[str, ...] = ()  # labels that stand for themselves: their score is a property even when they are not said


_lock = threading.Lock()
_folder = Path(os.environ.get("MODEL_DIR") or Path(__file__).with_name("model"))
_engine: Engine | None = None
_version: str | None = None


def use_folder(folder: Path) -> None:
    """Take the model from another folder; a loaded one is dropped."""
    global _folder, _engine, _version
    with _lock:
        _folder, _engine, _version = folder, None, None


def engine() -> Engine:
    """The loaded model. Raises ModelUnavailable."""
    global _engine
    with _lock:
        if _engine is None:
            _engine = Engine(_folder)
        return _engine


def label_version() -> str:
    """Short hash of model, labels, thresholds and temperatures; "" when there is no model."""
    global _version
    with _lock:
        if _version is None:
            try:
                _version = card.read(_folder).version
            except ModelUnavailable:
                return ""
        return _version


def available() -> bool:
    """Whether texts can be labelled now. Loads the model."""
    try:
        engine()
    except ModelUnavailable:
        return False
    return True


def classify(texts: Sequence[Text], *, every_language: bool = False) -> list[Labels]:
    """Label texts in one pass, in order. Any text is accepted; raises ModelUnavailable and nothing else.

    With `every_language` also texts in other languages than English get scores, but still nothing is said of them.
    """
    model = engine()
    contents = [text.content for text in texts]
    spoken = [languages.language_of(content) for content in contents]
    judged = [languages.is_judged(content, language) for content, language in zip(contents, spoken, strict=True)]
    chosen = [position for position, yes in enumerate(judged) if yes or every_language]
    scores = model.scores([contents[position] for position in chosen]) if chosen else {}
    labels = [Labels(language, False) for language in spoken]
    for row, position in enumerate(chosen):
        rows = {family.name: scores[family.name][row].tolist() for family in model.card.families}
        labels[position] = _labels(spoken[position], judged[position], model.card.families, rows)
    return labels


def _labels(language: str, judged: bool, families: Sequence[Family], rows: Mapping[str, list[float]]) -> Labels:
    values: dict[str, LabelValue] = {}
    said: dict[str, tuple[str, ...]] = {}
    scores: dict[str, float] = {}
    for family in families:
        row = dict(zip(family.labels, (round(score, SCORE_DIGITS) for score in rows[family.name]), strict=True))
        over = _over_threshold(family, rows[family.name]) if judged else []
        said[family.name] = tuple(over)
        scores |= row
        if not family.one_of:
            values |= {label: LabelValue(1, row[label]) for label in over}
        elif over and all(row[over[0]] >= row[label] for label in family.unsaid):
            values[family.name] = LabelValue(over[0], row[over[0]])
    always_scored = tuple(label for family in families if not family.one_of for label in family.labels)
    return Labels(language, judged, values, scores, said, always_scored)


def _over_threshold(family: Family, row: Sequence[float]) -> list[str]:
    """Labels that reach their threshold, best first."""
    ranked = sorted(zip(row, family.labels, family.thresholds.tolist(), strict=True), reverse=True)
    return [label for score, label, threshold in ranked if score >= threshold and label not in family.unsaid]


def event_labels(speaker: Speaker, labels: Labels) -> dict[str, object]:
    """Event properties of one speaker's text: `user_emotion`, `user_emotion_score`, `user_toxic`, `user_toxic_score`, `user_language`.

    Scores of labels that stand for themselves are always there when the text was judged; of one-of-many labels only when one is said.
    """
    properties: dict[str, object] = {f"{speaker}_language": labels.language}
    if not labels.judged:
        return properties
    for name, said in labels.values.items():
        properties[f"{speaker}_{name}"] = said.value
        properties[f"{speaker}_{name}_score"] = said.score
    return properties | {f"{speaker}_{label}_score": labels.scores[label] for label in labels.always_scored}
