"""Names and ClickHouse types of the labels. The same names stand in events.labels, turns.labels and messages.labels."""

SPEAKERS = ("user", "agent")
CLASS_FAMILIES = ("emotion", "flow", "topic")
TOXICITY_NAMES = ("toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate")
LABEL_VERSION = "$label_version"

CLASS = "LowCardinality(Nullable(String))"
SCORE = "Nullable(Float64)"
SAID = "Nullable(UInt8)"  # 1 when said, else absent


def _label_types() -> dict[str, str]:
    types: dict[str, str] = {LABEL_VERSION: CLASS}
    for speaker in SPEAKERS:
        types[f"{speaker}_language"] = CLASS
        for families, kind in ((CLASS_FAMILIES, CLASS), (TOXICITY_NAMES, SAID)):
            for family in families:
                types[f"{speaker}_{family}"] = kind
                types[f"{speaker}_{family}_score"] = SCORE
    return types


LABEL_TYPES: dict[str, str] = _label_types()
