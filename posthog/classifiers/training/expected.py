"""What a larger encoder expects of texts that it has not seen (`larger.py`), kept in the tree: `scores/<name>.npz`.

Making them takes half an hour each on two cores with bf16, and hours without.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FOLDER = Path(__file__).parent / "scores"
STEPS = 255  # to which scores are rounded
Scores = dict[int, NDArray[np.float32]]  # of the labels (labels,) by the digest of a text


def keep(name: str, digests: NDArray[np.int64], scores: NDArray[np.float32]) -> None:
    """Scores (texts, labels). A text that stands there more than once is kept once."""
    _, first = np.unique(digests, return_index=True)
    np.savez_compressed(FOLDER / f"{name}.npz", digests=digests[first], scores=np.rint(scores[first] * STEPS).astype(np.uint8))


def load(name: str) -> Scores:
    """Empty where there are none."""
    file = FOLDER / f"{name}.npz"
    if not file.exists():
        return {}
    with np.load(file) as stored:
        return dict(zip(stored["digests"].tolist(), stored["scores"].astype(np.float32) / STEPS, strict=True))
