"""Makes detectors/bigrams.txt: how often a letter follows another in words of English and of the languages of Django's own translations.

    .venv/bin/python -m posthog.classifiers.training.bigrams --data ../shared/data

Half of the weight is English (HH-RLHF, MIT; GoEmotions, CC BY 4.0), half is shared by the locales in Latin letters (BSD).
The table: 27 lines, one per letter before (a space for the beginning of a word), each with 27 signs, one per letter after:
chr(35 + 5 * -log2(p)), at most 12 bits.
"""

import argparse
import gettext
import math
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import django
import pyarrow.parquet as pq

from posthog.classifiers.detectors import gibberish

FILES = {"conversations/hh_rlhf_harmless_base_turns.parquet": "text", "emotion/goemotions_train.parquet": "text"}
ENGLISH_SHARE = 0.5
SMOOTHING = 1e-5


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    folder = parser.parse_args(arguments).data
    english = [text for name, column in FILES.items() for text in pq.read_table(folder / name, columns=[column])[column].to_pylist()]
    languages = [found for path in sorted(_locales()) if (found := _counts(_messages(path)))]
    parts = [(ENGLISH_SHARE, _counts(english)), *((ENGLISH_SHARE / len(languages), one) for one in languages)]
    total: Counter[str] = Counter()
    for share, counts in parts:
        for pair, count in counts.items():
            total[pair] += share * count / counts.total()  # type: ignore[assignment]
    gibberish.TABLE.write_text("\n".join(map("".join, _rows(total))) + "\n")


def _locales() -> Iterable[Path]:
    return (Path(django.__file__).parent / "conf" / "locale").glob("*/LC_MESSAGES/django.mo")


def _messages(path: Path) -> list[str]:
    with path.open("rb") as file:
        return [text for text in gettext.GNUTranslations(file)._catalog.values() if isinstance(text, str)]  # type: ignore[attr-defined]


def _counts(texts: Iterable[str]) -> Counter[str]:
    """Pairs of letters in the words; none for texts in other scripts."""
    counts: Counter[str] = Counter()
    letters = latin = 0
    for text in texts:
        letters += sum(map(str.isalpha, text))
        for word in gibberish.words(text):
            latin += len(word)
            counts.update(gibberish.pairs(word))
    return counts if latin > letters / 2 else Counter()


def _rows(total: Counter[str]) -> Iterable[list[str]]:
    for before in gibberish.LETTERS:
        row = [total[before + after] + SMOOTHING / 27 for after in gibberish.LETTERS]
        bits = [min(-math.log2(count / sum(row)), gibberish.BITS_MOST) for count in row]
        yield [chr(gibberish.FIRST + round(value * gibberish.STEPS)) for value in bits]


if __name__ == "__main__":
    main(sys.argv[1:])
