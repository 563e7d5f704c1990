"""Which language a text is written in, and whether labels trained on English may be put on it."""

import functools
import threading
import unicodedata
from collections.abc import Sequence

from posthog.classifiers.foreign import foreign
from posthog.classifiers.language_model import LanguageModel

UNKNOWN = "unknown"
ENGLISH = "en"
# Fewer letters than this say too little about the language. A letter of a script without spaces counts three times.
MIN_LETTERS = 20
DENSE_SCRIPTS_FROM = "\u0e00"  # Thai and everything above: Hangul, kana, Han
DENSE_WEIGHT = 3
MIN_CONFIDENCE = 0.3
MAX_CHARACTERS = 1_000
NO_LANGUAGE = "zxx"
# Short English questions come out as Nigerian Pidgin; dialects and ancient languages attract noise of all kinds.
MIN_CODE_LENGTH = 2

_lock = threading.Lock()


def languages_of(texts: Sequence[str]) -> list[str]:
    """ISO 639-1 code of each text's language, or "unknown" for one too short or too odd to tell.

    Many at once are much cheaper than one by one.
    """
    starts = [text[:MAX_CHARACTERS] for text in texts]
    long_enough = [position for position, start in enumerate(starts) if _has_letters(start)]
    languages = [UNKNOWN] * len(texts)
    for position, (code, confidence) in zip(long_enough, load().classify([starts[position] for position in long_enough]), strict=True):
        if confidence >= MIN_CONFIDENCE and code != NO_LANGUAGE:
            languages[position] = code
    return languages


def are_judged(texts: Sequence[str], languages: Sequence[str]) -> list[bool]:
    """Whether labels trained on English say anything about each text: English, or too short to tell and not plainly something else."""
    judged = [language == ENGLISH for language in languages]
    starts = [text[:MAX_CHARACTERS] for text in texts]
    short = [place for place, language in enumerate(languages) if language == UNKNOWN and _is_latin(starts[place])]
    for place, is_foreign in zip(short, foreign([starts[place] for place in short], load()), strict=True):
        judged[place] = not is_foreign
    return judged


def _is_latin(text: str) -> bool:
    """Whether at least half of the letters are Latin; not for a text of spaces."""
    if not text.strip():
        return False
    if text.isascii():
        return True
    letters = list(filter(str.isalpha, text))
    latin = sum(letter.isascii() or "LATIN" in unicodedata.name(letter, "") for letter in letters)
    return 2 * latin >= len(letters)


def _has_letters(text: str) -> bool:
    """Whether there are MIN_LETTERS letters. Looks no further than it must."""
    weight = 0
    for letter in text:
        if letter.isalpha():
            weight += DENSE_WEIGHT if letter >= DENSE_SCRIPTS_FROM else 1
            if weight >= MIN_LETTERS:
                return True
    return False


def load() -> LanguageModel:
    """The model that tells languages, read from its file the first time."""
    with _lock:  # one load, also when several threads are the first
        return _model()


@functools.cache
def _model() -> LanguageModel:
    return LanguageModel(MIN_CODE_LENGTH, [NO_LANGUAGE])
