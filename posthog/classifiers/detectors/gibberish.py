"""GibberishDetector: letters that are no language: hit at random, or made to confuse a model.

By how likely one letter follows another in the words of some fifty languages in Latin letters (bigrams.txt, made by
training/bigrams.py). Not judged: texts with few letters, code, identifiers, and texts in other scripts.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("bigrams.txt")
LETTERS = " abcdefghijklmnopqrstuvwxyz"
FIRST, STEPS, BITS_MOST = 35, 5, 12  # how the table is written
# Bits per letter above which words are none, the more letters the surer; natural languages stay near 4.
LETTERS_LEAST = 16
BITS_LEAST, BITS_FEW = 5.6, 18.0  # at `count` letters: BITS_LEAST + BITS_FEW / count
WORDS_SHARE = 0.6  # of the signs that must be words; less is code or numbers
CHARACTERS_MAX = 400  # few, since the patterns take quadratic time at worst

_WORD = re.compile(r"[A-Za-z]{3,}")
_NO_WORDS = re.compile(r"(?s)```.*?(?:```|$)|\S*[\d_/\\@#{}=<>$|]\S*|\S*[a-z][A-Z]\S*|\b[A-Z]{2,}\b")


def find(text: str) -> str | None:
    start = text[:CHARACTERS_MAX]
    found = list(words(start))
    count = sum(map(len, found))
    if count < LETTERS_LEAST or count < WORDS_SHARE * sum(not sign.isspace() for sign in start):
        return None
    return "letters that are no language" if bits(found) > BITS_LEAST + BITS_FEW / count else None


def words(text: str) -> Iterator[str]:
    """The text's words in small plain letters, without what is code or an identifier."""
    plain = text if text.isascii() else "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return (word.lower() for word in _WORD.findall(_NO_WORDS.sub(" ", plain)))


def pairs(word: str) -> Iterator[str]:
    """Each letter with the one before; the first with a space."""
    return map(str.__add__, f" {word}", word)


def bits(found: list[str]) -> float:
    """Mean surprise per letter."""
    table = _table()
    return sum(table[pair] for word in found for pair in pairs(word)) / sum(map(len, found))


@cache
def _table() -> dict[str, float]:
    rows = TABLE.read_text().splitlines()
    return {
        before + after: (ord(sign) - FIRST) / STEPS
        for before, row in zip(LETTERS, rows, strict=True)
        for after, sign in zip(LETTERS, row, strict=True)
    }
