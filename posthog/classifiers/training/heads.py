"""The label families that the encoder is trained for. A family more is a row more, here and in `sources.py`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Head:
    name: str
    labels: tuple[str, ...]
    one_of: bool  # True: the highest label over its threshold is said; False: each label is said for itself
    epochs: int
    loss_weight: float
    unsaid: tuple[str, ...] = ()  # judged and scored, never said
    default_threshold: float = 0.5  # for labels with too few examples to measure one


EMOTION = Head(
    name="emotion",
    labels=(
        "admiration", "amusement", "anger", "annoyance", "approval", "caring", "confusion", "curiosity", "desire", "disappointment",
        "disapproval", "disgust", "embarrassment", "excitement", "fear", "gratitude", "grief", "joy", "love", "nervousness",
        "optimism", "pride", "realization", "relief", "remorse", "sadness", "surprise", "neutral",
    ),
    one_of=True,
    epochs=3,
    loss_weight=4.0,
    unsaid=("neutral",),
    default_threshold=0.3,
)  # fmt: skip

TOXICITY = Head(
    name="toxicity",
    labels=("toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate"),
    one_of=False,
    epochs=1,
    loss_weight=1.0,
)

HEADS: tuple[Head, ...] = (EMOTION, TOXICITY)
