"""From texts to token batches: cut what is too long, sort by length, pad to the longest of the batch."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from posthog.classifiers.emoji import worded
from posthog.common.limits import LABEL_HEAD_CHARACTERS, LABEL_TAIL_CHARACTERS

IntArray = NDArray[np.int64]

# Tokens of a long text that reach the model, without the two frame tokens: what matters stands at the ends.
HEAD_TOKENS = 80
TAIL_TOKENS = 46
MAX_TOKENS = HEAD_TOKENS + TAIL_TOKENS + 2
# Padded tokens in one batch: about 20 chat messages, or 4 long answers. Larger ones leave the processor's cache (measured).
BATCH_TOKENS = 512
BATCH_ROWS = 32

# Where an engine prepares itself for each shape of a batch, batches are padded to one of these widths.
WIDTHS = (8, 16, 24, 32, 48, 64, 96, MAX_TOKENS)

CLS, SEP, PAD = 101, 102, 0


def clean(text: str) -> str:
    """Text that can be encoded: surrogate pairs joined, lone ones replaced, only the ends of a long text kept, emoji alone in words."""
    if len(text) > LABEL_HEAD_CHARACTERS + LABEL_TAIL_CHARACTERS:
        text = f"{text[:LABEL_HEAD_CHARACTERS]} {text[-LABEL_TAIL_CHARACTERS:]}"
    return worded(text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"))


def frame(ids: Sequence[int], head: int = HEAD_TOKENS, tail: int = TAIL_TOKENS) -> list[int]:
    """Token ids with their frame tokens; the middle of a long text is left out."""
    kept = list(ids) if len(ids) <= head + tail else [*ids[:head], *ids[-tail:]]
    return [CLS, *kept, SEP]


def plan(
    lengths: Sequence[int],
    rows: int = BATCH_ROWS,
    tokens: int = BATCH_TOKENS,
    padding: int | None = None,
    widths: Sequence[int] = (),
) -> Iterator[list[int]]:
    """Positions of similar length together, at most `rows` of them and `tokens` padded tokens (one row always fits).

    With `padding` at most so many of these tokens are padding. With `widths` each batch is one to be padded to one of them, and
    has 1, 2, 4, 8 … rows, so that there are few shapes in all.
    """
    order = sorted(range(len(lengths)), key=lengths.__getitem__, reverse=True)
    start = 0
    while start < len(order):
        width = width_of(lengths[order[start]], widths)
        most = max(1, min(rows, tokens // width))
        count = _alike([lengths[position] for position in order[start : start + most]], width, padding)
        if widths:
            count = 1 << count.bit_length() - 1
        yield order[start : start + count]
        start += count


def _alike(lengths: Sequence[int], width: int, most: int | None) -> int:
    """How many of these rows, longest first, go together with at most so much padding beside that of the first row."""
    padding = 0
    for count, length in enumerate(lengths[1:], start=1):
        padding += width - length
        if most is not None and padding > most:
            return count
    return len(lengths)


def width_of(length: int, widths: Sequence[int] = ()) -> int:
    """The width that a batch with a longest row of this length is padded to."""
    return next((width for width in widths if width >= length), length)


def pad(sequences: Sequence[Sequence[int]], widths: Sequence[int] = ()) -> tuple[IntArray, IntArray]:
    """Token ids and attention mask, both (rows, longest sequence or the next of `widths`)."""
    width = width_of(max(map(len, sequences)), widths)
    ids = np.full((len(sequences), width), PAD, dtype=np.int64)
    mask = np.zeros_like(ids)
    for row, sequence in enumerate(sequences):
        ids[row, : len(sequence)] = sequence
        mask[row, : len(sequence)] = 1
    return ids, mask
