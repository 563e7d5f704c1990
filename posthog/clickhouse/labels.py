"""Names and ClickHouse types of the labels. The same names stand in events.labels, turns.labels and messages.labels.

Most have a typed path of their own in the column. The others (attacks, and labels that users define) stand in its shared data: they are
read through a cast, which is slower and has no other limits.
"""

import re

SPEAKERS = ("user", "agent")
CLASS_FAMILIES = ("emotion", "flow", "topic")
TOXICITY_NAMES = ("toxic", "severe_toxic", "obscene", "violent_threat", "insult", "identity_hate")
# What detectors find, in the names of the original plugin: `user_threat_PiiMarker` holds a sentence about what was found.
DETECTORS = (
    "InvisibleUnicodeDetector",
    "MarkdownLinkDetector",
    "HiddenTextDetector",
    "Base64Detector",
    "SecretsMarker",
    "PiiMarker",
    "ObfuscationDetector",
    "GibberishDetector",
    "ExploitClassifier",
)
_HEADS = {"user": ("prompt_attack",), "agent": ()}  # labels that are said of one speaker
LABEL_VERSION = "$label_version"

CLASS = "LowCardinality(Nullable(String))"
SCORE = "Nullable(Float64)"
SAID = "Nullable(UInt8)"  # 1 when said, else absent

# Names by rule: detectors of the original plugin that are not ours, and labels that users define.
_BY_RULE = re.compile(r"(?:user|agent)_(?:(?P<threat>threat_[A-Z][A-Za-z0-9]{1,60})|label_[a-z0-9_]{1,80}?(?P<score>_score)?)")


def _label_types() -> dict[str, str]:
    types: dict[str, str] = {LABEL_VERSION: CLASS}
    for speaker in SPEAKERS:
        types[f"{speaker}_language"] = CLASS
        for families, kind in ((CLASS_FAMILIES, CLASS), (TOXICITY_NAMES, SAID), (_HEADS[speaker], SAID)):
            for family in families:
                types[f"{speaker}_{family}"] = kind
                types[f"{speaker}_{family}_score"] = SCORE
        types |= {f"{speaker}_threat_{detector}": CLASS for detector in DETECTORS}
        types[f"{speaker}_threat_score"] = SCORE
    return types


# The labels that every project has.
LABEL_TYPES: dict[str, str] = _label_types()

_IN_SHARED_DATA = ("violent_threat", "prompt_attack")
# The paths that the columns were made with; `threat` was the name of violent_threat.
TYPED_PATHS: dict[str, str] = {
    name: kind for name, kind in LABEL_TYPES.items() if "_threat_" not in name and not any(part in name for part in _IN_SHARED_DATA)
} | {f"{speaker}_threat{suffix}": kind for speaker in SPEAKERS for suffix, kind in (("", SAID), ("_score", SCORE))}

# One of these is there for every message that was judged, and none in a language that the labels do not know.
_OF_JUDGED = ("emotion", "flow", *(f"{name}_score" for name in TOXICITY_NAMES))
LABELS_OF_JUDGED = frozenset(f"{speaker}_{name}" for speaker in SPEAKERS for name in _OF_JUDGED)


def type_of(name: str) -> str | None:
    """ClickHouse type of a label, None when the name is none."""
    if kind := LABEL_TYPES.get(name):
        return kind
    rule = _BY_RULE.fullmatch(name)
    return None if rule is None else CLASS if rule["threat"] else SCORE if rule["score"] else SAID


def is_text(name: str) -> bool:
    """Whether the label's value is a word or sentence rather than a number."""
    return "String" in (type_of(name) or "")


def column(name: str) -> str:
    """SQL that reads a label, of a name that type_of knows."""
    path = f"labels.`{name}`"
    if name in TYPED_PATHS:
        return path
    return f"CAST({path}, 'Nullable(String)')" if is_text(name) else f"accurateCastOrNull({path}, 'Float64')"
