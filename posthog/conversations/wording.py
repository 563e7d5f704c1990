"""When two texts are the same message: what applications change between showing an answer and sending it back does not count."""

import html
import re
import unicodedata

_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*\)")
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")
_MARKS = re.compile(r"[*_~`#>\s]+")
_NO_WORD = re.compile(r"[\W_]+")


def normalize(text: str) -> str:
    """The words alone, without case, white space, Markdown or HTML marks and punctuation; texts of signs only stay as they are."""
    plain = unicodedata.normalize("NFKC", html.unescape(_TAG.sub(" ", _LINK.sub(r"\1", text))))
    return _NO_WORD.sub(" ", plain.casefold()).strip() or _MARKS.sub("", text) or text.strip()
