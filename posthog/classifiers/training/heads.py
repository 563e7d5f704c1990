"""The label families that the encoder is trained for. A family more is a row more, here and in the sources."""

from dataclasses import dataclass

GRAVE_PRECISION = 0.9


@dataclass(frozen=True)
class Head:
    name: str
    labels: tuple[str, ...]
    one_of: bool  # True: the highest label over its threshold is said; False: each label is said for itself
    unsaid: tuple[str, ...] = ()  # judged and scored, never said
    none: str | None = None  # the label of texts that have no other
    partly: bool = False  # sentences written for this project are judged only for the labels that they name
    default_threshold: float = 0.5  # for labels with too few examples to measure one
    expected_threshold: bool = False  # dev data are like what is judged: thresholds lean on calibrated scores too
    least_precision: float = 0.0  # on dev data, what a label must at least reach, whatever its best F1 would ask
    graver: tuple[str, ...] = ()  # labels that accuse: said only with GRAVE_PRECISION

    def precision_of(self, label: str) -> float:
        """What a label must reach on dev data to be said."""
        return GRAVE_PRECISION if label in self.graver else self.least_precision


EMOTION = Head(
    name="emotion",
    labels=(
        "admiration", "amusement", "anger", "annoyance", "approval", "caring", "confusion", "curiosity", "desire", "disappointment",
        "disapproval", "disgust", "embarrassment", "excitement", "fear", "gratitude", "grief", "joy", "love", "nervousness",
        "optimism", "pride", "realization", "relief", "remorse", "sadness", "surprise", "neutral",
    ),
    one_of=True,
    unsaid=("neutral",),
    partly=True,
    default_threshold=0.3,
    expected_threshold=True,
)  # fmt: skip

TOXICITY = Head(
    name="toxicity",
    labels=("toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate"),
    one_of=False,
    least_precision=0.6,
    graver=("threat",),
)

# Names, order and spelling of the original systems; what they mean here is told in docs/labels.md.
USER_FLOW = Head(
    name="user_flow",
    labels=(
        "OTHER", "agrees_praising_thanking", "asks_source", "continue", "continue_or_finnish_code", "improve_or_modify_answer",
        "lack_of_understandment", "model_wrong_or_try_again", "more_listing_or_expand", "repeat_answers_or_question", "request_example",
        "user_complains_repetition", "user_doubts_answer", "user_goodbye", "user_reminds_question", "user_wants_agent_to_answer",
        "user_wants_explanation", "user_wants_more_detail", "user_wants_shorter_longer_answer", "user_wants_simplier_explanation",
        "user_wants_yes_or_no",
    ),
    one_of=True,
    unsaid=("OTHER",),
    none="OTHER",
    least_precision=0.5,
)  # fmt: skip

AGENT_FLOW = Head(
    name="agent_flow",
    labels=(
        "OTHER", "agent_apology_error_mistake", "agent_apology_unsatisfactory", "agent_didnt_understand", "agent_limited_capabilities",
        "agent_refuses_answer", "image_limitations", "no_information_doesnt_know", "success_and_followup_assistance",
        "agent_asks_clarification",
    ),
    one_of=True,
    unsaid=("OTHER",),
    none="OTHER",
    least_precision=0.5,
)  # fmt: skip

ATTACK = Head(name="attack", labels=("prompt_attack",), one_of=False, least_precision=0.9)

HEADS: tuple[Head, ...] = (EMOTION, TOXICITY, USER_FLOW, AGENT_FLOW, ATTACK)
EMBEDDING = "sentence_vector"  # the output beside the heads: the sentence vector of the encoder as it was published
