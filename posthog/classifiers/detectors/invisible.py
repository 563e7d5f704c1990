"""InvisibleUnicodeDetector: characters that a reader does not see and a model does.

Found: tag characters (U+E0000…) outside of flags, runs of zero-width characters or variation selectors that can carry data, zero-width
characters inside Latin words, overrides of the writing direction. Not found: joiners of emoji and of Arabic, Persian and Indic scripts,
direction marks in right-to-left text, a byte order mark at the start, single break hints as web pages have them, non-joiners
that prevent a ligature, the selector of an emoji written twice.
"""

import re

_TAGS = re.compile("[\U000e0000-\U000e007f]+")
_FLAG = re.compile("\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{2,6}\U000e007f")  # England, Scotland, Wales
_OVERRIDE = re.compile("[\u202d\u202e]")
_ZERO_WIDTH = "\u200b\u200c\u200d\u2060-\u2064\ufeff\u180e"
_RUN = re.compile(f"[{_ZERO_WIDTH}\u3164\u115f\u1160\uffa0\u200e\u200f]{{4,}}")
# The selector of an emoji two or three times is a slip of software; more of it, or another, is data.
_SELECTOR = "[\ufe00-\ufe0f\U000e0100-\U000e01ef]"
_SELECTORS = re.compile(
    f"{_SELECTOR}(?<!{_SELECTOR}{{2}})(?!(?<=\ufe0f)\ufe0f{{1,2}}(?!{_SELECTOR})){_SELECTOR}+|[\U000e0100-\U000e01ef](?<=[A-Za-z].)"
)
# A non-joiner behind f keeps two letters from a ligature, as in the German "Auf|lage".
_IN_WORD = re.compile(f"[{_ZERO_WIDTH}](?<=[A-Za-z].)(?!(?<=[fF]\u200c)[A-Za-z])[{_ZERO_WIDTH}]*(?=[A-Za-z])")
_HYPHENS = re.compile("(?:[A-Za-z]\u00ad){3,}")
_IN_WORDS_LEAST = 2  # one alone is a break hint in a long word


def find(text: str) -> str | None:
    if text.isascii():
        return None
    kinds = {
        "tag characters": _length(_TAGS, _FLAG.sub("", text)),
        "characters that turn the writing direction": _length(_OVERRIDE, text),
        "zero-width characters in a row": _length(_RUN, text),
        "variation selectors in a row": _length(_SELECTORS, text),
        "soft hyphens between letters": _length(_HYPHENS, text) // 2,
    }
    inside = _length(_IN_WORD, text)
    kinds["zero-width characters inside words"] = inside if inside >= _IN_WORDS_LEAST else 0
    found = [f"{count} {kind}" for kind, count in kinds.items() if count]
    return ", ".join(found) or None


def _length(pattern: re.Pattern[str], text: str) -> int:
    return sum(len(match.group()) for match in pattern.finditer(text))
