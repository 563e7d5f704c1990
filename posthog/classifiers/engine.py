"""Runs the model: texts in, one array of scores per label family out, in one pass."""

import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from posthog.classifiers import batches, sessions
from posthog.classifiers.card import MODEL, TOKENIZER, Card, ModelUnavailable, read

Arrays = dict[str, NDArray[np.float32]]
EMBEDDING = "sentence_vector"  # the model's output beside the families: sentence vectors (texts, 384) of length 1

# Workers are the unit of parallelism: a tokenizer that starts a thread per core would take it from the others.
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


class Engine:
    """A loaded model. Safe to call from many threads: each call takes as much of the processor as its thread."""

    def __init__(self, folder: Path, engine: str = sessions.AUTO) -> None:
        """Raises ModelUnavailable when a file is missing, or is not the one that the card describes."""
        self.card: Card = read(folder)
        model, tokenizer = verified(folder, self.card, MODEL), verified(folder, self.card, TOKENIZER)
        try:
            self._tokenizer = Tokenizer.from_str(tokenizer.decode())
            self.session = sessions.open_session(model, engine)
        except ModelUnavailable:
            raise
        except Exception as error:  # all three libraries raise bare exceptions of their own
            raise ModelUnavailable(f"{folder}: {error}") from error
        missing = {family.name for family in self.card.families} - set(self.session.outputs)
        if missing:
            raise ModelUnavailable(f"{folder / MODEL} has no output {', '.join(sorted(missing))}")
        self.embeds = EMBEDDING in self.session.outputs
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()

    def tokens(self, texts: Sequence[str]) -> list[list[int]]:
        """Framed token ids of each text, at most `batches.MAX_TOKENS`."""
        encoded = self._tokenizer.encode_batch_fast([batches.clean(text) for text in texts], add_special_tokens=False)
        return [batches.frame(item.ids) for item in encoded]

    def plan(self, rows: Sequence[Sequence[int]]) -> list[list[int]]:
        """Which rows go through the model together."""
        return list(batches.plan([len(row) for row in rows], padding=self.session.padding, widths=self.session.widths))

    def outputs(self, texts: Sequence[str]) -> Arrays:
        """All that the model says of one text or more, by name, each (texts, values): the families' logits and what else it has."""
        rows = self.tokens(texts)
        found: Arrays = {}
        for positions in self.plan(rows):
            for name, values in self.run([rows[position] for position in positions]).items():
                if name not in found:
                    found[name] = np.empty((len(rows), values.shape[1]), dtype=np.float32)
                found[name][positions] = values
        return found

    def scores(self, texts: Sequence[str]) -> Arrays:
        """Calibrated probabilities per family, each (texts, labels), rows in the order of the texts."""
        return self.calibrated(self.outputs(texts))

    def calibrated(self, outputs: Mapping[str, NDArray[np.float32]]) -> Arrays:
        """Probabilities per family, each (texts, labels), of the model's outputs for one text or more."""
        return {family.name: _sigmoid(outputs[family.name] / family.temperatures) for family in self.card.families}

    def run(self, rows: Sequence[Sequence[int]]) -> Arrays:
        """Raw outputs of one batch by name, each (rows, values)."""
        ids, mask = batches.pad(rows, self.session.widths)
        return dict(zip(self.session.outputs, self.session.run(ids, mask), strict=True))


def verified(folder: Path, card: Card, name: str) -> bytes:
    """Content of a file that the card describes. Raises ModelUnavailable."""
    try:
        content = (folder / name).read_bytes()
    except OSError as error:
        raise ModelUnavailable(f"{folder / name}: {error}") from error
    if hashlib.sha256(content).hexdigest() != card.hashes[name]:
        raise ModelUnavailable(f"{folder / name} is not the file that the card describes")
    return content


def _sigmoid(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    return (1.0 / (1.0 + np.exp(-np.clip(logits, -30.0, 30.0)))).astype(np.float32)
