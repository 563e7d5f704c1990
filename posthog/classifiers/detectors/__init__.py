"""Rules that find attacks and leaks in a text, in any language: what is hidden, encoded, secret or personal. No Django here.

Each detector is a pure function from a text to one sentence about what it found, None when it found nothing. The names are those of the
original plugin. All take time linear in the text, of which at most CHARACTERS are read. Sentences never contain the value that was found.

Precise first: each was tuned until it was silent on ordinary conversations (benchmarks/detectors.py, docs/attacks.md).
"""

import logging
from collections.abc import Callable, Iterable

from posthog.classifiers.detectors import encoded, gibberish, hidden, invisible, links, obfuscation, personal, secret

logger = logging.getLogger(__name__)

EXPLOIT = "ExploitClassifier"  # the model's head, not a rule
# Changes whenever a rule does: it is a part of the label version.
VERSION = 2
HEAD_CHARACTERS, TAIL_CHARACTERS = 24_000, 8_000

DETECTORS: dict[str, Callable[[str], str | None]] = {
    "InvisibleUnicodeDetector": invisible.find,
    "MarkdownLinkDetector": links.find,
    "HiddenTextDetector": hidden.find,
    "Base64Detector": encoded.find,
    "SecretsMarker": secret.find,
    "PiiMarker": personal.find,
    "ObfuscationDetector": obfuscation.find,
    "GibberishDetector": gibberish.find,
}

# Weights and pairs of the original, for its names.
_OTHER = 0.5
_WEIGHTS = {
    "MixedLangMarker": 1.0,
    "InvisibleUnicodeDetector": 1.2,
    "MarkdownLinkDetector": 0.8,
    "HiddenTextDetector": 1.1,
    "Base64Detector": 0.5,
    "SecretsMarker": 1.5,
    "ProfanityDetector": 0.7,
    "PiiMarker": 1.4,
    "ExploitClassifier": 2.0,
    "ObfuscationDetector": 1.3,
    "CodeFilter": 0.6,
    "GibberishDetector": 0.9,
}
_PAIRS = {
    ("PiiMarker", "SecretsMarker"): 1.5,
    ("PiiMarker", "ExploitClassifier"): 5.5,
    ("ObfuscationDetector", "ExploitClassifier"): 2.0,
    ("GibberishDetector", "CodeFilter"): -0.5,
    ("InvisibleUnicodeDetector", "HiddenTextDetector"): 1.0,
    ("Base64Detector", "SecretsMarker"): 1.2,
}


def find(text: str) -> dict[str, str]:
    """What the rules find: detector -> sentence."""
    if len(text) > HEAD_CHARACTERS + TAIL_CHARACTERS:
        text = f"{text[:HEAD_CHARACTERS]}\n{text[-TAIL_CHARACTERS:]}"
    if not text.isascii():  # lone surrogates cannot be encoded
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    found = {name: _said(name, detector, text) for name, detector in DETECTORS.items()}
    return {name: sentence for name, sentence in found.items() if sentence}


def _said(name: str, detector: Callable[[str], str | None], text: str) -> str | None:
    """A rule that fails is silent: the labels of all others, and of the model, are worth more than its sentence."""
    try:
        return detector(text)
    except Exception as error:
        # Without the error's words, which may be those of the text.
        logger.error("%s failed on a text of %d characters: %s", name, len(text), type(error).__name__)
        return None


def threat_score(names: Iterable[str]) -> float:
    """The original's risk: below 1 low, below 2 middle, else high."""
    said = set(names)
    alone = sum(_WEIGHTS.get(name, _OTHER) for name in said)
    together = sum(bonus for pair, bonus in _PAIRS.items() if said.issuperset(pair))
    return round(alone + together, 4)
