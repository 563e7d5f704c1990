"""Which type a property has, told by its name and the first value that says something."""

import re

from posthog.hogql.property_types import PropertyType, label_type

_ALWAYS_TEXT = re.compile(r"utm_|\$feature/|\$feature_flag_response$|\$survey_response")
_UNIX_TIME = re.compile(r"\d{10}(?:\d{3})?(?:\.\d+)?")
_ISO_TIME = re.compile(
    r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
    r"(?:[T ](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:[.,]\d{1,9})?)?\s?(?:Z|[+-]\d{2}(?::?\d{2})?)?)?"
)
_RFC_822_TIME = re.compile(
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? )?\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{2,4}"
    r" \d{2}:\d{2}(?::\d{2})? ?(?:[A-Z]{1,5}|[+-]\d{4})?"
)


def property_type(name: str, value: object) -> PropertyType | None:
    """None while the value (null, a list, an object) does not tell."""
    if label := label_type(name):
        return label
    if _ALWAYS_TEXT.match(name):
        return "String"
    if isinstance(value, bool):
        return "Boolean"
    if isinstance(value, int | float):
        return "DateTime" if _is_time(name) and _UNIX_TIME.fullmatch(str(value)) else "Numeric"
    return _text_type(name, value.strip()) if isinstance(value, str) else None


def _text_type(name: str, text: str) -> PropertyType:
    if text.lower() in ("true", "false"):
        return "Boolean"
    if _ISO_TIME.fullmatch(text) or _RFC_822_TIME.fullmatch(text) or (_is_time(name) and _UNIX_TIME.fullmatch(text)):
        return "DateTime"
    return "String"


def _is_time(name: str) -> bool:
    return "time" in name.lower()
