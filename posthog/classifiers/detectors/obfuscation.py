"""ObfuscationDetector: words that are written so that a reader understands them and a filter does not.

Found: letters of other scripts inside Latin words ("ignоre" with a Cyrillic о; look-alikes of Unicode confusables), and words of an attack
that are spaced out, in leetspeak, in fancy letters, reversed or in ROT13. Not found: words of two scripts side by side, units
and mathematics, leetspeak and spaced letters in words that no attack needs.
"""

import codecs
import re
import unicodedata

import re2

from posthog.classifiers.detectors.words import DISGUISED

# Cyrillic and Greek letters that look like Latin ones.
_ALIKE = dict(zip("аеорсухіѕјһԁԛԝАВЕКМНОРСТХІЅЈоΟΑΒΕΗΙΚΜΝΡΤΧΥΖο", "aeopcyxisjhdqwABEKMHOPCTXISJoOABEHIKMNPTXYZo", strict=True))
_MIXED = re.compile(f"[A-Za-z{''.join(_ALIKE)}]+")
_INSIDE = re.compile(f"[A-Za-z][{''.join(_ALIKE)}]+[A-Za-z]")
_INSIDE_LENGTH = 4  # letters of a word; shorter ones are symbols

_WORDS = frozenset(DISGUISED)
_ENCODED = {word[::-1]: "reversed" for word in DISGUISED} | {codecs.encode(word, "rot13"): "in ROT13" for word in DISGUISED}
_ENCODED_WORD = re2.compile(rf"(?i)\b(?:{'|'.join(_ENCODED)})\b")
_LEET = {"o": "[o0]", "i": "[i1!|l]", "e": "[e3]", "a": "[a4@]", "s": "[s5$]", "t": "[t7+]", "b": "[b8]", "l": "[l1|]"}
_LEET_WORD = re2.compile(f"(?i){'|'.join(''.join(_LEET.get(letter, letter) for letter in word) for word in DISGUISED)}")
_SPACED = re2.compile(r"(?:\b\w(?:[ ._*-]|  )){5,}\w\b")
_FANCY = re.compile("[\U0001d400-\U0001d7ff\uff21-\uff5a\u24b6-\u24e9\U0001f130-\U0001f189]{4,}")


def find(text: str) -> str | None:
    found = {**_look_alikes(text), **_fancy(text), **_spaced(text), **_leet(text), **_encoded(text)}
    return ", ".join(found) or None


def _look_alikes(text: str) -> dict[str, None]:
    if text.isascii():
        return {}
    mixed = [word for word in _MIXED.findall(text) if len(word) >= _INSIDE_LENGTH and _INSIDE.search(word)]
    count = sum(2 * sum(map(str.isascii, word)) >= len(word) for word in mixed)
    return {f"letters of another script in {count} Latin words": None} if count else {}


def _fancy(text: str) -> dict[str, None]:
    """Attack words in bold, script, circled or wide letters."""
    if text.isascii() or not _FANCY.search(text):
        return {}
    plain = [unicodedata.normalize("NFKC", run.group()).lower() for run in _FANCY.finditer(text)]
    return {"words in fancy letters": None} if any(word in piece for piece in plain for word in _WORDS) else {}


def _spaced(text: str) -> dict[str, None]:
    joined = [re.sub(r"[\W_]", "", match.group()).lower() for match in _SPACED.finditer(text)]
    return {"spaced-out words": None} if any(word in piece for piece in joined for word in _WORDS) else {}


def _leet(text: str) -> dict[str, None]:
    disguised = any(not match.group().isalpha() for match in _LEET_WORD.finditer(text))
    return {"words in leetspeak": None} if disguised else {}


def _encoded(text: str) -> dict[str, None]:
    kinds = {_ENCODED[match.group().lower()] for match in _ENCODED_WORD.finditer(text)}
    return {f"words {kind}": None for kind in sorted(kinds)}
