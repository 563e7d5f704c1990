"""Runs the model: texts in, one array of scores per label family out, in one pass."""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from posthog.classifiers import batches
from posthog.classifiers.card import MODEL, TOKENIZER, Card, ModelUnavailable, read

Scores = dict[str, NDArray[np.float32]]

# Workers are the unit of parallelism: a tokenizer that starts a thread per core would take it from the others.
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


class Engine:
    """A loaded model. Safe to call from many threads: each call runs on the thread that makes it."""

    def __init__(self, folder: Path) -> None:
        """Raises ModelUnavailable when a file is missing, or is not the one that the card describes."""
        self.card: Card = read(folder)
        model, tokenizer = _verified(folder, self.card, MODEL), _verified(folder, self.card, TOKENIZER)
        try:
            self._tokenizer = Tokenizer.from_str(tokenizer.decode())
            self._session = onnxruntime.InferenceSession(model, session_options(), providers=["CPUExecutionProvider"])
        except Exception as error:  # both libraries raise bare exceptions of their own
            raise ModelUnavailable(f"{folder}: {error}") from error
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._outputs = [family.name for family in self.card.families]

    def tokens(self, texts: Sequence[str]) -> list[list[int]]:
        """Framed token ids of each text, at most `batches.MAX_TOKENS`."""
        encoded = self._tokenizer.encode_batch_fast([batches.clean(text) for text in texts], add_special_tokens=False)
        return [batches.frame(item.ids) for item in encoded]

    def scores(self, texts: Sequence[str]) -> Scores:
        """Calibrated probabilities per family, each (texts, labels), rows in the order of the texts."""
        rows = self.tokens(texts)
        logits = {family.name: np.empty((len(texts), len(family.labels)), dtype=np.float32) for family in self.card.families}
        for positions in batches.plan([len(row) for row in rows]):
            for name, values in zip(self._outputs, self.run([rows[position] for position in positions]), strict=True):
                logits[name][positions] = values
        return {family.name: _sigmoid(logits[family.name] / family.temperatures) for family in self.card.families}

    def run(self, rows: Sequence[Sequence[int]]) -> list[NDArray[np.float32]]:
        """Raw outputs of one padded batch, one array (rows, labels) per family."""
        ids, mask = batches.pad(rows)
        result: list[NDArray[np.float32]] = self._session.run(self._outputs, {"ids": ids, "mask": mask})
        return result


def session_options() -> onnxruntime.SessionOptions:
    """One thread, the caller's; memory is given back instead of kept for every shape ever seen."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.enable_mem_pattern = False
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 3
    return options


def _verified(folder: Path, card: Card, name: str) -> bytes:
    try:
        content = (folder / name).read_bytes()
    except OSError as error:
        raise ModelUnavailable(f"{folder / name}: {error}") from error
    if hashlib.sha256(content).hexdigest() != card.hashes[name]:
        raise ModelUnavailable(f"{folder / name} is not the file that the card describes")
    return content


def _sigmoid(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    return (1.0 / (1.0 + np.exp(-np.clip(logits, -30.0, 30.0)))).astype(np.float32)
