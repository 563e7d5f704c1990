"""What the other rooms call: texts in, labels with scores out, and the event properties that they become."""

import os
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from posthog.classifiers import card, detectors, languages, sessions
from posthog.classifiers.card import Family, ModelUnavailable
from posthog.classifiers.engine import EMBEDDING, Engine
from posthog.common import memory

__all__ = [
    "LabelValue",
    "Labels",
    "ModelUnavailable",
    "Text",
    "available",
    "classify",
    "event_labels",
    "known_labels",
    "label_version",
    "turn_on",
    "use_engine",
    "use_folder",
]

Role = Literal["user", "assistant"]
Speaker = Literal["user", "agent"]

SCORE_DIGITS = 4
EXPLOIT_DIGITS = 6
ATTACK = "prompt_attack"
# Families that say something of one role; the others speak of both.
ROLE_OF_FAMILY = {"user_flow": "user", "agent_flow": "assistant", "attack": "user"}
# Property names that are not the name of the family or label. `user_threat_…` belongs to attacks.
PROPERTY_NAMES = {"user_flow": "flow", "agent_flow": "flow", "threat": "violent_threat"}


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
    threats: Mapping[str, str] = field(default_factory=dict)  # what the rules found, in any language: detector -> sentence
    threat_score: float = 0.0
    embedding: NDArray[np.float32] | None = field(default=None, compare=False)  # (384,), length 1; None for a text without words


_lock = threading.Lock()
_folder = Path(os.environ.get("MODEL_DIR") or Path(__file__).with_name("model"))
_engine_name = os.environ.get("LABEL_ENGINE", "").strip().lower() or sessions.AUTO
_engine: Engine | None = None
_version: str | None = None
_turned_on: frozenset[str] = frozenset()


def turn_on(labels: Iterable[str]) -> None:
    """Say these labels although the card turns them off. That makes another label version, so that stored messages get them too."""
    global _turned_on, _version
    with _lock:
        _turned_on, _version = frozenset(labels), None


def known_labels() -> list[str]:
    """Names of all labels of the model. Raises ModelUnavailable."""
    return sorted({label for family in card.read(_folder).families for label in family.labels})


def is_off(family: Family, label: str) -> bool:
    return label in family.off and label not in _turned_on


def use_folder(folder: Path) -> None:
    """Take the model from another folder; a loaded one is dropped."""
    global _folder, _engine, _version
    with _lock:
        _folder, _engine, _version = folder, None, None


def use_engine(name: str) -> None:
    """Run the model with another engine, one of `sessions.ENGINES`; a loaded one is dropped."""
    global _engine_name, _engine
    with _lock:
        _engine_name, _engine = name, None


def engine() -> Engine:
    """The loaded model. Raises ModelUnavailable."""
    global _engine
    with _lock:
        if _engine is None:
            _engine = Engine(_folder, _engine_name)
            languages.load()
            memory.settle()
        return _engine


def label_version() -> str:
    """Short hash of all that decides what is said, with what is turned on; "" when there is no model."""
    global _version
    with _lock:
        if _version is None:
            try:
                _version = card.read(_folder).version_with(_turned_on)
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
    contents = [text.content.strip() for text in texts]  # what is cut and what tells the language begin with words
    spoken = languages.languages_of(contents)
    judged = languages.are_judged(contents, spoken)
    scored = [yes or every_language for yes in judged]
    read = [place for place, content in enumerate(contents) if scored[place] or (model.embeds and content.strip())]
    outputs = model.outputs([contents[place] for place in read]) if read else {}
    scores = model.calibrated(outputs) if read else {}
    labels = [Labels(language, False) for language in spoken]
    for row, place in enumerate(read):
        if scored[place]:
            families = [family for family in model.card.families if _speaks_of(family, texts[place].role)]
            rows = {family.name: scores[family.name][row].tolist() for family in families}
            labels[place] = _labels(spoken[place], judged[place], families, rows)
        if model.embeds:
            labels[place] = replace(labels[place], embedding=outputs[EMBEDDING][row])
    return [_with_threats(one, content) for one, content in zip(labels, contents, strict=True)]


def _speaks_of(family: Family, role: Role) -> bool:
    return ROLE_OF_FAMILY.get(family.name, role) == role


def _labels(language: str, judged: bool, families: Sequence[Family], rows: Mapping[str, list[float]]) -> Labels:
    values: dict[str, LabelValue] = {}
    said: dict[str, tuple[str, ...]] = {}
    scores: dict[str, float] = {}
    always_scored: list[str] = []
    for family in families:
        row = dict(zip(family.labels, (round(score, SCORE_DIGITS) for score in rows[family.name]), strict=True))
        said[family.name] = tuple(_over_threshold(family, rows[family.name]) if judged else ())
        scores |= row
        if family.one_of:
            values |= _best(family, said[family.name], row)
        else:
            values |= {label: LabelValue(1, row[label]) for label in said[family.name] if not is_off(family, label)}
            always_scored += [label for label in family.labels if not is_off(family, label)]
    return Labels(language, judged, values, scores, said, tuple(always_scored))


def _over_threshold(family: Family, row: Sequence[float]) -> list[str]:
    """Labels that reach their threshold, best first; that for none of the others only when it is alone."""
    reached = [item for item in zip(row, family.labels, family.thresholds.tolist(), strict=True) if item[0] >= item[2]]
    over = [label for _, label, _ in sorted(reached, reverse=True)]
    return [label for label in over if label != family.none] or over


def _best(family: Family, over: Sequence[str], row: Mapping[str, float]) -> dict[str, LabelValue]:
    """The label that is said where one of many is: none when one that is never said (neutral) is likelier."""
    best = next((label for label in over if label not in family.unsaid and label != family.none and not is_off(family, label)), None)
    if best is None or any(row[label] > row[best] for label in family.unsaid - {family.none}):
        return {}
    return {family.name: LabelValue(best, row[best])}


def _with_threats(labels: Labels, content: str) -> Labels:
    threats = detectors.find(content)
    attack = labels.values.get(ATTACK)
    if attack:
        threats[detectors.EXPLOIT] = f"{attack.score:.{EXPLOIT_DIGITS}f}"
    return replace(labels, threats=threats, threat_score=detectors.threat_score(threats)) if threats else labels


def event_labels(speaker: Speaker, labels: Labels) -> dict[str, object]:
    """Event properties of one speaker's text: `user_emotion`, `user_emotion_score`, `user_toxic`, `user_toxic_score`, `user_language`.

    Scores of labels that stand for themselves are always there when the text was judged; of one-of-many labels only when one is said.
    What the rules found (`user_threat_PiiMarker`, `user_threat_score`) is there in every language.
    """
    properties: dict[str, object] = {f"{speaker}_language": labels.language}
    properties |= {f"{speaker}_threat_{detector}": sentence for detector, sentence in labels.threats.items()}
    if labels.threat_score:
        properties[f"{speaker}_threat_score"] = labels.threat_score
    if not labels.judged:
        return properties
    for name, said in labels.values.items():
        properties[f"{speaker}_{PROPERTY_NAMES.get(name, name)}"] = said.value
        properties[f"{speaker}_{PROPERTY_NAMES.get(name, name)}_score"] = said.score
    return properties | {f"{speaker}_{PROPERTY_NAMES.get(label, label)}_score": labels.scores[label] for label in labels.always_scored}
