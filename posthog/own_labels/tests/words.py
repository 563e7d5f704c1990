"""Stands where the model is: a text's embedding is the sum of its words' directions, so texts that share words are near each other."""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from posthog.classifiers.service import Labels, Text
from posthog.clickhouse.embeddings import DIMENSIONS, Vectors, unit

ABOUT_PARCELS = [
    f"{ask} {what} {when}"
    for ask in ("where is", "please track", "i still wait for")
    for what in ("my parcel", "the parcel", "our delivery parcel", "this late parcel")
    for when in ("today", "now", "since monday")
]
ABOUT_OTHERS = [
    f"{ask} {what} {how}"
    for ask in ("how do i change", "can you explain", "i want to cancel", "what about")
    for what in ("my password", "the invoice", "our subscription", "the api limits", "dark mode", "two factor login")
    for how in ("", "please", "today", "in the app", "for my team")
]


@dataclass(frozen=True)
class Embedded(Labels):
    embedding: Vectors | None = None


def vector(text: str, model: str = "") -> Vectors:
    """(384,), length 1; another model has other directions."""
    rows = [_direction(model + word) for word in re.findall(r"\w+", text.lower()) or [""]]
    return unit(np.sum(rows, axis=0, dtype=np.float32)[None])[0]


def vectors(texts: Sequence[str]) -> Vectors:
    return np.stack([vector(text) for text in texts])


def _direction(word: str) -> Vectors:
    seed = int.from_bytes(hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=8).digest(), "big")
    return np.random.default_rng(seed).standard_normal(DIMENSIONS).astype(np.float32)


@dataclass
class WordModel:
    """meanwhile: what others do while it reads."""

    version: str = "w1"
    read: list[str] = field(default_factory=list)
    meanwhile: Callable[[], object] = lambda: None

    def classify(self, texts: Sequence[Text], **_: Any) -> list[Labels]:
        others, self.meanwhile = self.meanwhile, lambda: None
        others()
        self.read += [text.content for text in texts]
        return [Embedded("en", embedding=vector(text.content, self.version)) for text in texts]
