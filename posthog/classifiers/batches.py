"""From texts to token batches: cut what is too long, sort by length, pad to the longest of the batch."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from posthog.common.limits import LABEL_HEAD_CHARACTERS, LABEL_TAIL_CHARACTERS

IntArray = NDArray[np.int64]

# Tokens of a long text that reach the model, without the two frame tokens: what matters stands at the ends.
HEAD_TOKENS = 80
TAIL_TOKENS = 46
MAX_TOKENS = HEAD_TOKENS + TAIL_TOKENS + 2
# Padded tokens in one batch: about 20 chat messages, or 4 long answers. Larger ones leave the processor's cache (measured).
BATCH_TOKENS = 512
BATCH_ROWS = 32

CLS, SEP, PAD = 101, 102, 0


def clean(text: str) -> str:
    """Text that can be encoded: surrogate pairs joined, lone ones replaced, and only the ends of a long text kept."""
    if len(text) > LABEL_HEAD_CHARACTERS + LABEL_TAIL_CHARACTERS:
        text = f"{text[:LABEL_HEAD_CHARACTERS]} {text[-LABEL_TAIL_CHARACTERS:]}"
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def frame(ids: Sequence[int], head: int = HEAD_TOKENS, tail: int = TAIL_TOKENS) -> list[int]:
    """Token ids with their frame tokens; the middle of a long text is left out."""
    kept = list(ids) if len(ids) <= head + tail else [*ids[:head], *ids[-tail:]]
    return [CLS, *kept, SEP]


def plan(lengths: Sequence[int], rows: int = BATCH_ROWS, tokens: int = BATCH_TOKENS) -> Iterator[list[int]]:
    """Positions of similar length together, at most `rows` of them and `tokens` padded tokens (one row always fits)."""
    batch: list[int] = []
    for position in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) >= rows or lengths[position] * (len(batch) + 1) > tokens):
            yield batch
            batch = []
        batch.append(position)
    if batch:
        yield batch


def pad(sequences: Sequence[Sequence[int]]) -> tuple[IntArray, IntArray]:
    """Token ids and attention mask, both (rows, longest sequence)."""
    width = max(map(len, sequences))
    ids = np.full((len(sequences), width), PAD, dtype=np.int64)
    mask = np.zeros_like(ids)
    for row, sequence in enumerate(sequences):
        ids[row, : len(sequence)] = sequence
        mask[row, : len(sequence)] = 1
    return ids, mask
