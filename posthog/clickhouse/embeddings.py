"""Embeddings as messages keep them: 384 small integers, a unit vector times 127. No integers: not embedded.

An eighth of the room that doubles take; the cosine of two vectors changes by less than 0.01.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

DIMENSIONS = 384
_SCALE = 127

Vectors = NDArray[np.float32]


def pack(vector: Vectors | None) -> list[int]:
    """The stored form of one unit vector (384,)."""
    if vector is None:
        return []
    packed: list[int] = np.rint(np.clip(vector, -1.0, 1.0) * _SCALE).astype(np.int8).tolist()
    return packed


def unpack(rows: Sequence[Sequence[int]]) -> Vectors:
    """Unit vectors (n, 384) of n stored ones, none of them empty."""
    vectors = np.array(rows, dtype=np.float32).reshape(len(rows), DIMENSIONS)
    return unit(vectors)


def stacked(rows: Sequence[Vectors]) -> Vectors:
    """Vectors (384,) one below the other, (n, 384), also where there are none."""
    return np.stack(rows) if rows else np.empty((0, DIMENSIONS), dtype=np.float32)


def nearest(vectors: Vectors, middles: Vectors) -> tuple[NDArray[np.intp], Vectors]:
    """Of each unit vector (n, 384) the nearest of the middles (k, 384), -1 without any, and the cosine similarity to it (n,)."""
    if not len(middles):
        return np.full(len(vectors), -1, dtype=np.intp), np.zeros(len(vectors), dtype=np.float32)
    similarity = vectors @ middles.T
    found = similarity.argmax(axis=1)
    return found, similarity[np.arange(len(vectors)), found]


def unit(vectors: Vectors) -> Vectors:
    """Each row (n, 384) at length 1; a row of zeros stays one."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Vectors = vectors / np.maximum(lengths, np.finfo(np.float32).tiny)
    return scaled
