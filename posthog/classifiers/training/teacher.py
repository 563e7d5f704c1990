"""Sentence vectors of the encoder as it was published: what the embedding output is trained to stay near to."""

import time
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from posthog.classifiers.batches import pad, plan
from posthog.classifiers.training.data import Tokens
from posthog.classifiers.training.encoder import WIDTH, Encoder, autocast, load_pretrained, pretrained_folder

FILE = "teacher.npz"
SHARE = 3  # one text in three has a vector to stay near to: enough, and a third of the work
BATCH_TOKENS = 4_096


class Teacher:
    """Vectors by digest of the text, kept in the work folder."""

    def __init__(self, work: Path) -> None:
        self._file = work / FILE
        self._rows: dict[int, int] = {}
        self._vectors = np.empty((0, WIDTH), dtype=np.float16)
        if self._file.exists():
            with np.load(self._file) as stored:
                self._vectors = stored["vectors"]
                self._rows = {int(name): row for row, name in enumerate(stored["digests"])}

    def learn(self, tokens: Tokens) -> None:
        """Compute and keep the vectors of the chosen texts that are not there yet."""
        new = {int(name): row for row, name in enumerate(tokens.digests) if int(name) % SHARE == 0 and int(name) not in self._rows}
        if not new:
            return
        started = time.monotonic()
        vectors = embed([tokens.ids[row] for row in new.values()])
        self._rows |= {name: len(self._vectors) + position for position, name in enumerate(new)}
        self._vectors = np.concatenate([self._vectors, vectors.astype(np.float16)])
        np.savez(self._file, vectors=self._vectors, digests=np.array(list(self._rows), dtype=np.int64))
        print(f"published sentence vectors of {len(new):,} texts in {time.monotonic() - started:.0f} s", flush=True)

    def vectors(self, digests: NDArray[np.int64]) -> tuple[list[int], NDArray[np.float32]]:
        """Which of the rows have a vector, and the vectors (those rows, 384)."""
        rows = [row for row, name in enumerate(digests) if int(name) in self._rows]
        return rows, self._vectors[[self._rows[int(digests[row])] for row in rows]].astype(np.float32)


@torch.inference_mode()
def embed(ids: list[NDArray[np.uint16]]) -> NDArray[np.float32]:
    """Vectors (texts, 384) of length 1 of framed token ids."""
    encoder = Encoder()
    load_pretrained(encoder, pretrained_folder())
    encoder.eval()
    found = np.empty((len(ids), WIDTH), dtype=np.float32)
    for rows in plan([len(row) for row in ids], rows=128, tokens=BATCH_TOKENS):
        batch, mask = (torch.from_numpy(array) for array in pad([ids[row] for row in rows]))
        with autocast("cpu"):
            last, _ = encoder(batch, mask)
        found[rows] = functional.normalize(last.float(), dim=1).numpy()
    return found
