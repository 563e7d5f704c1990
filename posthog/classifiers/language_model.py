"""py3langid's model read for many texts at once: the same scores as its own, in about a quarter of the time.

Its automaton goes through a text byte by byte in Python. But no feature is longer than DEPTH bytes, so the state after a byte
follows from the last DEPTH bytes alone: numpy takes that many steps for every byte of all the texts at once.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from py3langid.langid import MODEL_FILE, LanguageIdentifier

DEPTH = 6  # bytes of the longest feature; a test compares with the library
SEPARATOR = b"\xff"  # stands in no UTF-8 text: after it the automaton is back at its start
START = 0
# Texts in one product: the features of more are more than the processor's cache holds.
TEXTS_AT_ONCE = 16


class LanguageModel:
    """Naive Bayes over byte n-grams for the languages that are named. Read-only, so any thread may use it."""

    def __init__(self, keep: int, beside: Sequence[str]) -> None:
        """Languages whose code has `keep` letters, and those named in `beside`."""
        identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
        identifier.set_languages([code for code in identifier.labels if len(code) == keep or code in beside])
        self._next = np.frombuffer(identifier.tk_nextmove, dtype=np.uint32)
        self._row = np.array(identifier.tk_row, dtype=np.int64) << 8
        self._feature = np.array(identifier.tk_output, dtype=np.int32)  # of a state; below 0: none
        # Rows together in memory, since a few hundred of them are read for each text.
        self._weights = np.ascontiguousarray(identifier.nb_ptc)
        self._prior = np.asarray(identifier.nb_pc, dtype=np.float32)
        self._codes = list(identifier.nb_classes)
        self._aliases = [(self._codes.index(code), column) for column, code in enumerate(self._codes) if self._codes.index(code) < column]
        self._encode = LanguageIdentifier._encode

    def classify(self, texts: Sequence[str]) -> list[tuple[str, float]]:
        """Code and confidence of each text; confidence 0 where the text has no feature at all."""
        found: list[tuple[str, float]] = []
        for likely in self._likely(texts):
            best = likely.argmax(1).tolist()
            found += [(self._codes[column], float(row[column])) for row, column in zip(likely, best, strict=True)]
        return found

    def shares(self, texts: Sequence[str], codes: Sequence[str]) -> list[list[float]]:
        """How likely each of these languages is, for each text."""
        columns = [self._codes.index(code) for code in codes]
        return [row for likely in self._likely(texts) for row in likely[:, columns].tolist()]

    def _likely(self, texts: Sequence[str]) -> Iterator[NDArray[np.float32]]:
        """Probabilities (texts, languages), some texts at a time."""
        for start in range(0, len(texts), TEXTS_AT_ONCE):
            encoded = [self._encode(text) for text in texts[start : start + TEXTS_AT_ONCE]]
            likely = self._scores(encoded) / np.sqrt([[len(text) or 1] for text in encoded])  # keeps lengths comparable
            likely = np.exp(likely - likely.max(1, keepdims=True))
            likely /= likely.sum(1, keepdims=True)
            for first, other in self._aliases:
                likely[:, first] += likely[:, other]
                likely[:, other] = 0.0
            yield likely

    def _scores(self, texts: Sequence[bytes]) -> NDArray[np.float32]:
        """Logarithms of the probabilities but for a constant, (texts, languages); all 0 for a text without a feature."""
        found = self._features(texts)
        owner = np.repeat(np.arange(len(texts)), [len(text) + len(SEPARATOR) for text in texts])
        real = found >= 0
        pairs, counts = np.unique(owner[real] * len(self._weights) + found[real], return_counts=True)  # sorted by text
        owner, feature = np.divmod(pairs, len(self._weights))
        scores = np.zeros((len(texts), len(self._codes)), dtype=np.float32)
        if len(pairs):
            # Summed here and not as a matrix product: for that numpy would wake a thread per core.
            products = self._weights[feature] * np.log1p(counts, dtype=np.float32)[:, None]
            present, first = np.unique(owner, return_index=True)
            scores[present] = np.add.reduceat(products, first, axis=0) + self._prior
        return scores

    def _features(self, texts: Sequence[bytes]) -> NDArray[np.int32]:
        """The feature that ends at each byte of the texts and of the separator behind each, or less than 0."""
        joined = SEPARATOR * (DEPTH - 1) + b"".join(text + SEPARATOR for text in texts)
        letters = np.frombuffer(joined, dtype=np.uint8).astype(np.int64)
        size = len(letters) - (DEPTH - 1)
        state = np.full(size, START, dtype=np.int64)
        for step in range(DEPTH):
            state = self._next[self._row[state] + letters[step : step + size]]
        return self._feature[state]
