"""The model card: what the model file says, under which thresholds, and what was measured when it was made."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from posthog.classifiers import detectors

CARD, MODEL, TOKENIZER = "card.json", "model.int8.onnx", "tokenizer.json"
VERSION_BYTES = 6
# Changes with which texts are judged and with what is done to a text before the model reads it: it is a part of the label version.
READING = 1


class ModelUnavailable(Exception):
    """The model files are missing or damaged; texts cannot be labelled now."""


@dataclass(frozen=True)
class Family:
    """One head: its labels in the order of the model's output, with one threshold and temperature each."""

    name: str
    labels: tuple[str, ...]
    one_of: bool
    unsaid: frozenset[str]
    thresholds: NDArray[np.float32]
    temperatures: NDArray[np.float32]
    none: str = ""  # the label that stands for none of the others
    off: frozenset[str] = frozenset()  # labels that are too often wrong to be said by default


@dataclass(frozen=True)
class Card:
    families: tuple[Family, ...]
    hashes: Mapping[str, str]  # file name -> sha256
    version: str

    def version_with(self, turned_on: frozenset[str]) -> str:
        """The version where these labels are said: another one only if the card turns one of them off."""
        said = sorted(label for family in self.families for label in family.off & turned_on)
        return _short_hash([self.version, said]) if said else self.version


def read(folder: Path) -> Card:
    """The card of a model folder. Raises ModelUnavailable when it or a file that it names is not there or not readable."""
    try:
        content = json.loads((folder / CARD).read_bytes())
        card = Card(tuple(map(_family, content["families"])), dict(content["files"]), _version(content))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelUnavailable(f"{folder / CARD}: {error}") from error
    for name in (MODEL, TOKENIZER):
        if name not in card.hashes or not (folder / name).is_file():
            raise ModelUnavailable(f"{folder / name} is missing")
    return card


def _family(content: Mapping[str, Any]) -> Family:
    labels = tuple(content["labels"])
    return Family(
        name=content["name"],
        labels=labels,
        one_of=bool(content["one_of"]),
        unsaid=frozenset(content["unsaid"]),
        thresholds=np.array([content["thresholds"][label] for label in labels], dtype=np.float32),
        temperatures=np.array([content["temperatures"][label] for label in labels], dtype=np.float32),
        none=content.get("none") or "",
        off=frozenset(content.get("off", ())),
    )


def _version(content: Mapping[str, Any]) -> str:
    """Short hash of all that decides what is said: files, labels, thresholds, temperatures, rules, reading. Not of what was measured."""
    deciding = ("name", "labels", "one_of", "unsaid", "thresholds", "temperatures", "none", "off")
    families = [{name: family[name] for name in deciding if name in family} for family in content["families"]]
    return _short_hash([content["files"], families, detectors.VERSION, READING])


def _short_hash(said: Sequence[object]) -> str:
    return hashlib.blake2b(json.dumps(said, sort_keys=True).encode(), digest_size=VERSION_BYTES).hexdigest()
