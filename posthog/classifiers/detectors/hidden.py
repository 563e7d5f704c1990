"""HiddenTextDetector: instructions to a model where a reader of the rendered text does not see them.

Found: instructions in HTML and Markdown comments, in elements that CSS makes invisible (no size, no display, white or transparent), in
the description of an image, in white LaTeX. What is hidden must read like an instruction: comments and hidden elements as such are
ordinary in code.
"""

from collections.abc import Iterator

import re2

from posthog.classifiers.detectors.words import is_instruction

_HIDDEN_LENGTH = 2_000  # characters of hidden text that are read
_STYLE = (
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*[01](?:px|pt|em|rem|%)?\s*[;\"']|opacity\s*:\s*0(?:\.0\d*)?\s*[;\"']"
    r"|color\s*:\s*(?:white|transparent|#fff(?:fff)?)\b|(?:left|top|text-indent)\s*:\s*-\d{3,}px"
)
_PLACES = {
    "an HTML comment": re2.compile(r"(?s)<!--(.*?)-->"),
    "an invisible element": re2.compile(rf"(?is)<\w+\b[^<>]*(?:style\s*=\s*[\"'][^<>]*?(?:{_STYLE})|\shidden\b)[^<>]*>([^<]*)"),
    "a Markdown comment": re2.compile(r"(?m)^\s{0,3}\[[^\]\n]{0,40}\]:\s*(?:#|<>|<#>)\s*[\"'(]([^\n]*)"),
    "the description of an image": re2.compile(r"!\[([^\]]{20,})\]\("),
    "white text": re2.compile(r"(?i)\\(?:text)?color\{(?:white|#?fff(?:fff)?)\}\s*\{?([^}\n]*)"),
}
_MARKS = ("<!--", "<", "]:", "![", "color{")


def find(text: str) -> str | None:
    if not any(mark in text for mark in _MARKS):
        return None
    places = [place for place, hidden in _hidden(text) if is_instruction(hidden)]
    return f"instructions in {', '.join(dict.fromkeys(places))}" if places else None


def _hidden(text: str) -> Iterator[tuple[str, str]]:
    for place, pattern in _PLACES.items():
        for match in pattern.finditer(text):
            yield place, match.group(1)[:_HIDDEN_LENGTH]
