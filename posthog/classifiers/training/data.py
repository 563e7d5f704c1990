"""Data step: reads the sets, splits them, removes from train what stands in dev or test, and writes one token cache per family."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray
from tokenizers import Tokenizer

from posthog.classifiers.batches import clean, frame
from posthog.classifiers.training import reading, unread, written
from posthog.classifiers.training.flow_sources import FLOW_SOURCES
from posthog.classifiers.training.heads import AGENT_FLOW, HEADS, TOXICITY, USER_FLOW, Head
from posthog.classifiers.training.identity import digest, key
from posthog.classifiers.training.sources import CLEAN, SOURCES, Row, Source

# Training cuts a little shorter than the service does: a third less work on long comments. What is measured is cut as the service cuts.
TRAIN_TOKENS = {"head": 60, "tail": 34}
DEV_SHARE = 5  # one text in five where a set has no dev split
WRITTEN = "written for this project"
READ = "read for this project"
UNREAD = "judged by a larger encoder"
READ_REPEAT = 3  # the only real messages that carry flow labels
ALL_SOURCES = (*SOURCES, *FLOW_SOURCES)


@dataclass
class Split:
    texts: list[str] = field(default_factory=list)
    labels: list[Mapping[str, float]] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)

    def add(self, text: str, labels: Mapping[str, float], source: str) -> None:
        self.texts.append(text)
        self.labels.append(labels)
        self.sources.append(source)


@dataclass
class Tokens:
    """One family's examples of one split; `labels` (rows, labels) holds 0, 1, what a larger encoder expects, or NaN where nobody judged."""

    ids: list[NDArray[np.uint16]]
    labels: NDArray[np.float32]
    sources: list[str]
    digests: NDArray[np.int64]  # of the texts, as in the cache of embeddings

    def part(self, rows: Iterable[int]) -> "Tokens":
        chosen = list(rows)
        return Tokens([self.ids[row] for row in chosen], self.labels[chosen], [self.sources[row] for row in chosen], self.digests[chosen])

    def apart_from(self, *sources: str) -> "Tokens":
        return self.part(row for row, source in enumerate(self.sources) if source not in sources)

    @property
    def lengths(self) -> list[int]:
        return [len(ids) for ids in self.ids]


def build(data: Path, work: Path, tokenizer: Tokenizer, families: Iterable[str]) -> None:
    """Write `tokens-<family>.npz` and `sources-<family>.json` (examples per set and split) into `work`."""
    for head in HEADS:
        if head.name not in families:
            continue
        arrays: dict[str, NDArray[np.generic]] = {}
        counts: dict[str, dict[str, int]] = {}
        for name, split in collect(head, data).items():
            if not split.texts:
                continue
            arrays |= _arrays(name, head, split, tokenizer)
            for source, count in Counter(split.sources).items():
                counts.setdefault(source, {})[name] = count
            print(f"{head.name}: {len(split.texts):,} texts for {name}", flush=True)
        np.savez(work / f"tokens-{head.name}.npz", **arrays)
        (work / f"sources-{head.name}.json").write_text(json.dumps(counts, indent=1))
        for measured in work.glob(f"logits-{head.name}-*.npy"):  # of the dev rows before
            measured.unlink()


def collect(head: Head, data: Path) -> dict[str, Split]:
    splits = {"train": Split(), "dev": Split(), "test": Split()}
    for source in (source for source in ALL_SOURCES if source.family == head.name):
        _read(source, data, splits)
    _read_messages(head, splits)
    _read_written(head, splits)
    _read_harmless(head, splits)
    for text, scores in unread.examples(head, data):
        splits["train"].add(text, scores, UNREAD)
    forbidden = {key(text) for text in [*splits["dev"].texts, *splits["test"].texts]}
    return splits | {"train": _without(splits["train"], forbidden)}


def _read(source: Source, data: Path, splits: dict[str, Split]) -> None:
    examples = [example for row in _rows(data / source.file) for example in source.examples(row) if example[0]]
    if source.limit is not None:
        distinct = {key(text): (text, labels) for text, labels in examples}
        examples = [distinct[name] for name in sorted(distinct, key=lambda name: digest("limit" + name))][: source.limit]
    for text, labels in examples:
        name = _side(text) if source.split == "hash" else source.split
        for _ in range(source.repeat if name == "train" else 1):
            splits[name].add(text, labels, source.file)


@lru_cache(maxsize=1)
def _rows(file: Path) -> list[Row]:
    """Large sets serve several labels in a row, each with a limit of its own."""
    return pq.read_table(file).to_pylist()


def _side(text: str) -> str:
    return "train" if digest(text) % DEV_SHARE else "dev"


def _read_messages(head: Head, splits: dict[str, Split]) -> None:
    for text, labels in reading.examples(head, "test"):
        splits["test"].add(text, labels, READ)
    for text, labels in reading.examples(head, "train"):
        name = _side(text)
        for _ in range(READ_REPEAT if name == "train" else 1):
            splits[name].add(text, labels, READ)


def _read_written(head: Head, splits: dict[str, Split]) -> None:
    for sentence_frame, labels in written.frames(head):
        name = "train" if head.partly else _side(sentence_frame)
        for sentence in written.variants(sentence_frame, written.PER_FRAME[head.name]):
            splits[name].add(sentence, labels, WRITTEN)


def _read_harmless(head: Head, splits: dict[str, Split]) -> None:
    """Nobody threatens in what is written for the flow labels, and its assistants are civil: comments hold no "see you tomorrow", and it
    would be taken for a threat."""
    if head is not TOXICITY:
        return
    for flow, labels in ((USER_FLOW, {"threat": 0}), (AGENT_FLOW, CLEAN)):
        for sentence_frame, _ in written.frames(flow):
            splits[_side(sentence_frame)].add(next(iter(written.variants(sentence_frame, 1))), labels, WRITTEN)


def _without(train: Split, forbidden: set[str]) -> Split:
    kept = Split()
    for text, labels, source in zip(train.texts, train.labels, train.sources, strict=True):
        if key(text) not in forbidden:
            kept.add(text, labels, source)
    return kept


def _arrays(prefix: str, head: Head, split: Split, tokenizer: Tokenizer) -> dict[str, NDArray[np.generic]]:
    rows = _framed(split.texts, tokenizer, TRAIN_TOKENS if prefix == "train" else {})
    labels = [[row.get(label, np.nan) for label in head.labels] for row in split.labels]
    return {
        f"{prefix}/ids": np.concatenate(rows),
        f"{prefix}/lengths": np.array([len(row) for row in rows]),
        f"{prefix}/labels": np.array(labels, dtype=np.float32),
        f"{prefix}/sources": np.array(split.sources),
        f"{prefix}/digests": np.array([digest(text) for text in split.texts], dtype=np.int64),
    }


def _framed(texts: list[str], tokenizer: Tokenizer, cut: Mapping[str, int]) -> list[NDArray[np.uint16]]:
    encoded = tokenizer.encode_batch([clean(text) for text in texts], add_special_tokens=False)
    return [np.array(frame(item.ids, **cut), dtype=np.uint16) for item in encoded]


def unlabelled(texts: list[str], head: Head, tokenizer: Tokenizer) -> Tokens:
    """Texts that nobody judged, cut as those for training are."""
    nothing = np.full((len(texts), len(head.labels)), np.nan, dtype=np.float32)
    digests = np.array([digest(text) for text in texts], dtype=np.int64)
    return Tokens(_framed(texts, tokenizer, TRAIN_TOKENS), nothing, [UNREAD] * len(texts), digests)


def load(work: Path, family: str, split: str, *, written: bool = True) -> Tokens:
    """One split of one family; without what the project has written, read and judged where it is not `written`."""
    with np.load(work / f"tokens-{family}.npz") as arrays:
        ends = np.cumsum(arrays[f"{split}/lengths"])
        tokens = Tokens(
            ids=np.split(arrays[f"{split}/ids"], ends[:-1]),
            labels=arrays[f"{split}/labels"],
            sources=list(arrays[f"{split}/sources"]),
            digests=arrays[f"{split}/digests"],
        )
    if written:
        return tokens
    return tokens.apart_from(WRITTEN, READ, UNREAD)
