"""Real messages of users that nobody has read for their flow: a larger encoder that learnt from the read ones judges them (`larger.py`)."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq

from posthog.classifiers.training import expected, reading
from posthog.classifiers.training.heads import USER_FLOW, Head
from posthog.classifiers.training.identity import digest, key
from posthog.classifiers.training.sources import Row

FILES = (
    "conversations/hh_rlhf_harmless_base_turns.parquet",
    "userflow/uss_ccpe.parquet",
    "userflow/uss_redial.parquet",
    "userflow/uss_mwoz.parquet",
    "userflow/uss_sgd.parquet",
)
MOST = 4_000  # of a set: most of what people say who book something is the booking
USERS = {"USER", "human"}
SURE, ONE_OF = 0.95, 4  # of the messages that surely do nothing of what the labels name one in four is enough
WHOLE = "OVERALL"  # stands where a set judges a whole dialogue


def messages(data: Path) -> list[str]:
    """Distinct texts of users, apart from the read ones and from the dialogues of those that measure."""
    read = {key(row["message"]) for part in ("train", "test") for row in reading.rows(USER_FLOW, part)}
    found: dict[str, str] = {}
    for file in FILES:
        texts = {key(text): text for text in _of_users(pq.read_table(data / file).to_pylist())}
        chosen = sorted(texts.keys() - read - found.keys(), key=lambda name: digest("unread" + name))[:MOST]
        found |= {name: texts[name] for name in chosen}
    return list(found.values())


def examples(head: Head, data: Path) -> Iterator[tuple[str, dict[str, float]]]:
    """Messages with the scores of a family's labels; none for a family of which the tree has no such scores."""
    scores = expected.load(scores_name(head))
    for text in messages(data) if scores else ():
        found = scores.get(digest(text))
        if found is not None and (found[head.labels.index(head.none or "")] < SURE or digest(text) % ONE_OF == 0):
            yield text, dict(zip(head.labels, found.tolist(), strict=True))


def scores_name(head: Head) -> str:
    return f"{head.name}-unread"


def _of_users(rows: list[Row]) -> Iterator[str]:
    measuring = {key(row["message"]) for row in reading.rows(USER_FLOW, "test")}
    apart = {row["dialog"] for row in rows if key(row["text"]) in measuring}
    own = (row for row in rows if row["speaker"] in USERS and row["dialog"] not in apart and row["text"] != WHOLE)
    return (row["text"].strip() for row in own if key(row["text"]))
