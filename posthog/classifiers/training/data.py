"""Data step: reads the sets, splits them, removes from train what stands in dev, and writes one token cache."""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray
from tokenizers import Tokenizer

from posthog.classifiers.batches import clean, frame
from posthog.classifiers.training import seeds
from posthog.classifiers.training.heads import HEADS, Head
from posthog.classifiers.training.sources import SOURCES, Source

# Training cuts a little shorter than the service does (128): a third less work on long comments.
HEAD_TOKENS, TAIL_TOKENS = 60, 34
DEV_SHARE = 5  # one text in five where a set has no dev split
SEED_SOURCE = "written for this project"


@dataclass
class Split:
    texts: list[str] = field(default_factory=list)
    labels: list[dict[str, int]] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)

    def add(self, text: str, labels: dict[str, int], source: str) -> None:
        self.texts.append(text)
        self.labels.append(labels)
        self.sources.append(source)


@dataclass
class Tokens:
    """One family's examples of one split; `labels` (rows, labels) holds 0, 1, or NaN where nobody judged."""

    ids: list[NDArray[np.uint16]]
    labels: NDArray[np.float32]
    sources: list[str]


def key(text: str) -> str:
    """Letters and digits only, so that a copy with other spacing or punctuation counts as the same text."""
    return "".join(filter(str.isalnum, text.lower())) or text.strip()


def digest(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(key(text).encode("utf-8", "replace"), digest_size=6).digest(), "big")


def build(data: Path, work: Path, tokenizer: Tokenizer) -> None:
    """Write `tokens.npz` and `sources.json` (examples per set and split) into `work`."""
    arrays: dict[str, NDArray[np.generic]] = {}
    counts: dict[str, dict[str, int]] = {}
    for head in HEADS:
        splits = collect(head, data)
        for name, split in splits.items():
            arrays |= _arrays(f"{head.name}/{name}", head, split, tokenizer)
            for source, count in Counter(split.sources).items():
                counts.setdefault(f"{head.name}: {source}", {})[name] = count
    for measured in work.glob("logits-*.npy"):  # of the dev rows before
        measured.unlink()
    np.savez(work / "tokens.npz", **arrays)
    (work / "sources.json").write_text(json.dumps(counts, indent=1))


def collect(head: Head, data: Path) -> dict[str, Split]:
    splits = {"train": Split(), "dev": Split()}
    for source in (source for source in SOURCES if source.family == head.name):
        _read(source, data, splits)
    if head.name == "toxicity":
        _read_seeds(splits)
    return {"train": _without(splits["train"], splits["dev"]), "dev": splits["dev"]}


def _read(source: Source, data: Path, splits: dict[str, Split]) -> None:
    examples = [example for row in pq.read_table(data / source.file).to_pylist() for example in source.examples(row) if example[0]]
    if source.limit is not None:
        distinct = {key(text): (text, labels) for text, labels in examples}
        examples = [distinct[name] for name in sorted(distinct, key=lambda name: digest("limit" + name))][: source.limit]
    for text, labels in examples:
        name = source.split
        if name == "hash":
            name = "train" if digest(text) % DEV_SHARE else "dev"
        for _ in range(source.repeat if name == "train" else 1):
            splits[name].add(text, labels, source.file)


def _read_seeds(splits: dict[str, Split]) -> None:
    for sentence_frame, labels in seeds.frames():
        name = "train" if digest(sentence_frame) % DEV_SHARE else "dev"
        for sentence in seeds.variants(sentence_frame):
            splits[name].add(sentence, labels, SEED_SOURCE)


def _without(train: Split, dev: Split) -> Split:
    forbidden = {key(text) for text in dev.texts}
    kept = Split()
    for text, labels, source in zip(train.texts, train.labels, train.sources, strict=True):
        if key(text) not in forbidden:
            kept.add(text, labels, source)
    return kept


def _arrays(prefix: str, head: Head, split: Split, tokenizer: Tokenizer) -> dict[str, NDArray[np.generic]]:
    encoded = tokenizer.encode_batch([clean(text) for text in split.texts], add_special_tokens=False)
    rows = [np.array(frame(item.ids, HEAD_TOKENS, TAIL_TOKENS), dtype=np.uint16) for item in encoded]
    labels = [[row.get(label, np.nan) for label in head.labels] for row in split.labels]
    return {
        f"{prefix}/ids": np.concatenate(rows),
        f"{prefix}/lengths": np.array([len(row) for row in rows]),
        f"{prefix}/labels": np.array(labels, dtype=np.float32),
        f"{prefix}/sources": np.array(split.sources),
    }


def load(work: Path, family: str, split: str) -> Tokens:
    with np.load(work / "tokens.npz") as arrays:
        ends = np.cumsum(arrays[f"{family}/{split}/lengths"])
        return Tokens(
            ids=np.split(arrays[f"{family}/{split}/ids"], ends[:-1]),
            labels=arrays[f"{family}/{split}/labels"],
            sources=list(arrays[f"{family}/{split}/sources"]),
        )
