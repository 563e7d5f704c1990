"""Which language a text is written in, and whether labels trained on English may be put on it."""

import threading
import unicodedata

from py3langid.langid import MODEL_FILE, LanguageIdentifier

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
_identifier: LanguageIdentifier | None = None


def language_of(text: str) -> str:
    """ISO 639-1 code of the language, or "unknown" for texts too short or too odd to tell."""
    text = text[:MAX_CHARACTERS]
    if _weight(text) < MIN_LETTERS:
        return UNKNOWN
    code, confidence = _load().classify(text)
    return UNKNOWN if confidence < MIN_CONFIDENCE or code == NO_LANGUAGE else str(code)


def is_judged(text: str, language: str) -> bool:
    """Whether labels trained on English say anything about this text: it is English, or too short to tell but in Latin letters."""
    if language != UNKNOWN:
        return language == ENGLISH
    if not text.strip():
        return False
    letters = [letter for letter in text[:MAX_CHARACTERS] if letter.isalpha()]
    latin = sum(letter.isascii() or "LATIN" in unicodedata.name(letter, "") for letter in letters)
    return 2 * latin >= len(letters)


def _weight(text: str) -> int:
    return sum(DENSE_WEIGHT if letter >= DENSE_SCRIPTS_FROM else 1 for letter in text if letter.isalpha())


def _load() -> LanguageIdentifier:
    global _identifier
    with _lock:
        if _identifier is None:
            identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
            identifier.set_languages([code for code in identifier.labels if len(code) == MIN_CODE_LENGTH] + [NO_LANGUAGE])
            _identifier = identifier
    return _identifier
