"""`$elements` of autocapture as one line of text, which filters match by regular expression.

Elements from the clicked one up are joined by `;`. Each is `tag.class1.class2:key="value"key2="value2"`, classes and keys sorted.
"""

from typing import Any

_TEXT_LENGTH = 400
_HREF_LENGTH = 2048


def chain_of(elements: Any) -> str:
    """The chain of a list of `$elements` items; items that are no objects are left out."""
    if not isinstance(elements, list):
        return ""
    return ";".join(_element(item) for item in elements if isinstance(item, dict))


def _element(item: dict[str, Any]) -> str:
    tag = _text(item.get("tag_name"))
    classes = "".join(f".{name}" for name in sorted(_classes(item)))
    attributes = "".join(f'{key}="{_escaped(value)}"' for key, value in sorted(_attributes(item).items()))
    return f"{tag}{classes}:{attributes}"


def _classes(item: dict[str, Any]) -> list[str]:
    given = item.get("attr__class") or item.get("attr_class")
    names = given.split() if isinstance(given, str) else given if isinstance(given, list) else []
    return [name.replace('"', "") for name in names if isinstance(name, str) and name]


def _attributes(item: dict[str, Any]) -> dict[str, str]:
    found = {
        "text": _text(item.get("$el_text"))[:_TEXT_LENGTH],
        "href": _text(item.get("attr__href"))[:_HREF_LENGTH],
        "attr_id": _text(item.get("attr__id")),
    }
    found = {key: value for key, value in found.items() if value}
    found["nth-child"] = _text(item.get("nth_child")) or "0"
    found["nth-of-type"] = _text(item.get("nth_of_type")) or "0"
    found.update({key: _text(value) for key, value in item.items() if key.startswith("attr__")})
    return found


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _text(value: Any) -> str:
    if value is None:
        return ""
    return " ".join(str(part) for part in value) if isinstance(value, list) else str(value)
