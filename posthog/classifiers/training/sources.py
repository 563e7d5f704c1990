"""Which data sets teach which family, and how a row becomes an example. Only sets whose terms allow commercial use.

A label that a set does not judge is left out of the example and does not count in the loss.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from posthog.classifiers.training.heads import EMOTION, TOXICITY

Row = dict[str, Any]
Example = tuple[str, dict[str, int]]  # text, label -> 0 or 1

CLEAN = dict.fromkeys(TOXICITY.labels, 0)
HATE_COLUMNS = ("homophobic", "racist", "sexist", "transphobic")
PLAIN_ACTS = ("INFORM", "INFORM_INTENT", "REQUEST", "CONFIRM", "OFFER")


@dataclass(frozen=True)
class Source:
    family: str
    file: str  # below the data folder
    licence: str
    examples: Callable[[Row], Iterator[Example]]
    split: str = "train"  # "train", "dev", or "hash": one text in five goes to dev
    limit: int | None = None  # examples kept, chosen by hash of the text
    repeat: int = 1


def goemotions(row: Row) -> Iterator[Example]:
    said = {int(index) for index in row["labels"].split(",")}
    yield row["text"], {label: int(index in said) for index, label in enumerate(EMOTION.labels)}


def plain_service_talk(row: Row) -> Iterator[Example]:
    """Requests and answers in service dialogues: GoEmotions has none, and would call a request curiosity or desire."""
    if row.get("acts", "") in PLAIN_ACTS:
        yield row["text"], {"neutral": 1, "curiosity": 0, "desire": 0, "approval": 0}


def jigsaw(row: Row) -> Iterator[Example]:
    yield row["text"], {label: int(float(row[label] or 0)) for label in TOXICITY.labels}


def binary(row: Row) -> Iterator[Example]:
    yield row["text"], {"toxic": 1} if int(row["toxic"]) else CLEAN


def all_toxic(row: Row) -> Iterator[Example]:
    yield row["text"], {"toxic": 1}


def paradetox(row: Row) -> Iterator[Example]:
    yield row["toxic"], {"toxic": 1}
    yield row["neutral1"], CLEAN


def davidson(row: Row) -> Iterator[Example]:
    if row["label"] == "neither":
        yield row["text"], CLEAN
    elif row["count"] == row["offensive_language"]:  # all annotators agree
        yield row["text"], {"toxic": 1, "identity_hate": 0, "threat": 0}
    elif int(row["class"]) == 0:
        yield row["text"], {"toxic": 1, "identity_hate": 1}


def stormfront(row: Row) -> Iterator[Example]:
    if row["label"] == "hate":
        yield row["text"], {"toxic": 1, "identity_hate": 1}
    elif row["label"] == "noHate":
        yield row["text"], {"identity_hate": 0, "obscene": 0, "threat": 0}


def convabuse(row: Row) -> Iterator[Example]:
    """Kinds of abuse are numbers of annotators; one of several annotators decides nothing."""
    if not row["abusive"]:
        yield row["user"], CLEAN
        return
    kinds = {
        "identity_hate": sum(row[column] for column in HATE_COLUMNS),
        "insult": row["intellectual"],
        "obscene": row["sex_harassment"],
    }
    yield row["user"], {"toxic": 1} | {label: int(votes > 1) for label, votes in kinds.items() if votes != 1}


def diasafety(row: Row) -> Iterator[Example]:
    """Answers of dialogue systems; only the category that can be judged without the message before."""
    if row["category"] == "Offending User":
        yield row["response"], {"toxic": 1} if row["label"] == "Unsafe" else CLEAN


def ordinary_request(row: Row) -> Iterator[Example]:
    yield row["text"], CLEAN


def ordinary_answer(column: str) -> Callable[[Row], Iterator[Example]]:
    """What assistants say, refusals of harmful requests among it: words of a harmful subject in a civil answer."""

    def examples(row: Row) -> Iterator[Example]:
        yield row[column], CLEAN

    return examples


SOURCES: tuple[Source, ...] = (
    Source("emotion", "emotion/goemotions_train.parquet", "CC BY 4.0", goemotions),
    Source("emotion", "emotion/goemotions_dev.parquet", "CC BY 4.0", goemotions, split="dev"),
    Source("emotion", "agentflow/sgd_train.parquet", "CC BY-SA 4.0", plain_service_talk, limit=1_500),
    Source("toxicity", "toxicity/jigsaw2018_sub_train.parquet", "CC0 (text CC BY-SA 3.0)", jigsaw, split="hash", repeat=2),
    Source("toxicity", "toxicity/jigsaw2018_binary_train.parquet", "CC0 (text CC BY-SA 3.0)", binary, split="hash", repeat=2),
    Source("toxicity", "toxicity/detox_civil_dev.parquet", "CC0 (Civil Comments)", binary, split="hash", repeat=2),
    Source("toxicity", "toxicity/toxic_spans_train.parquet", "CC0", all_toxic),
    Source("toxicity", "toxicity/paradetox_train.parquet", "CC0", paradetox, limit=16_000),
    Source("toxicity", "toxicity/davidson_train.parquet", "MIT", davidson, split="hash", limit=9_000),
    Source("toxicity", "toxicity/stormfront_train.parquet", "CC BY-SA 3.0 ES", stormfront, split="hash", limit=8_000),
    Source("toxicity", "toxicity/convabuse_train.parquet", "CC BY 4.0", convabuse, repeat=2),
    Source("toxicity", "toxicity/convabuse_dev.parquet", "CC BY 4.0", convabuse, split="dev"),
    Source("toxicity", "toxicity/diasafety_train.parquet", "Apache-2.0", diasafety),
    Source("toxicity", "userflow/clinc150_train.parquet", "CC BY 3.0", ordinary_request, limit=1_500),
    Source("toxicity", "userflow/clinc150_val.parquet", "CC BY 3.0", ordinary_request, split="dev", limit=500),
    Source("toxicity", "userflow/banking77_train.parquet", "CC BY 4.0", ordinary_request, limit=1_000),
    Source("toxicity", "agentflow/sgd_train.parquet", "CC BY-SA 4.0", ordinary_request, limit=2_500),
    Source("toxicity", "agentflow/sgd_dev.parquet", "CC BY-SA 4.0", ordinary_request, split="dev", limit=500),
    Source("toxicity", "agentflow/safety_tuned_refusals.parquet", "none stated", ordinary_answer("output"), limit=1_000),
    Source("toxicity", "conversations/vicuna_blog_answers.parquet", "Apache-2.0", ordinary_answer("output"), limit=300),
    Source("toxicity", "conversations/gpteacher_roleplay.parquet", "MIT", ordinary_answer("response"), limit=700),
)
