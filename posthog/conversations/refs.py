"""References to stored messages inside a client's JSON, and the way back.

A text that is a message of its own becomes {"$message": "<message id>"}; one that is a part of a message has start and end too
(characters of the message's content). A string that itself was JSON becomes {"$message": null, "json": <structure>, "style": n}.
JSON that holds a "$message" of its own, or is nested very deep, is kept whole as {"$message": null, "literal": <value>}.
"""

import json as standard_json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import orjson

from posthog.clickhouse.texts import REFERENCE

_MAX_DEPTH = 64  # levels of a client's structure in which texts are looked for

# How JSON text is written by the usual clients; a string is taken apart only where one of these gives exactly the same text.
_STYLES: tuple[Callable[[Any], str], ...] = (
    lambda value: standard_json.dumps(value, ensure_ascii=False, separators=(",", ":")),
    lambda value: standard_json.dumps(value),
    lambda value: standard_json.dumps(value, ensure_ascii=False),
    lambda value: standard_json.dumps(value, separators=(",", ":")),
    lambda value: standard_json.dumps(value, ensure_ascii=False, indent=2),
    lambda value: standard_json.dumps(value, indent=2),
    lambda value: standard_json.dumps(value, ensure_ascii=False, indent=4),
    lambda value: standard_json.dumps(value, indent=4),
)


def copy(value: Any) -> Any:
    """A copy of a JSON value that may be changed."""
    if isinstance(value, dict):
        return {key: copy(item) for key, item in value.items()}
    return [copy(item) for item in value] if isinstance(value, list) else value


def is_plain(value: Any) -> bool:
    """Whether texts in the value may be replaced: no "$message" of the client's own, nested no deeper than 64 levels."""
    level = [value]
    for _ in range(_MAX_DEPTH):
        if any(isinstance(item, dict) and REFERENCE in item for item in level):
            return False
        level = [child for item in level for child in _children(item)]
        if not level:
            return True
    return False


def literal(value: Any) -> dict[str, Any]:
    return {REFERENCE: None, "literal": value}


def parse_json(text: str) -> tuple[Any, int] | None:
    """The value that the text is JSON of, and the style that writes exactly this text again; None where there is none."""
    if text.lstrip()[:1] not in ("[", "{"):
        return None
    try:
        value = orjson.loads(text)
        style = next((n for n, write in enumerate(_STYLES) if write(value) == text), None)
    except (ValueError, RecursionError):
        return None
    return (value, style) if style is not None else None


def json_node(structure: Any, style: int) -> dict[str, Any]:
    return {REFERENCE: None, "json": structure, "style": style}


def message_ids(refs: Any) -> Iterator[str]:
    """Ids of all messages that the refs name."""
    todo = [refs]
    while todo:
        item = todo.pop()
        if isinstance(item, dict) and REFERENCE in item:
            if item[REFERENCE] is not None:
                yield item[REFERENCE]
            elif "json" in item:
                todo.append(item["json"])
        else:
            todo += _children(item)


def fill(refs: Any, contents: Mapping[str, str]) -> Any:
    """The client's JSON again; a text that is no longer stored is null."""
    if isinstance(refs, dict):
        if REFERENCE in refs:
            return _fill_node(refs, contents)
        return {key: fill(item, contents) for key, item in refs.items()}
    return [fill(item, contents) for item in refs] if isinstance(refs, list) else refs


def _fill_node(node: dict[str, Any], contents: Mapping[str, str]) -> Any:
    if node[REFERENCE] is not None:
        content = contents.get(node[REFERENCE])
        return content if content is None else content[node.get("start") : node.get("end")]
    if "json" in node:
        return _STYLES[node["style"]](fill(node["json"], contents))
    return node["literal"]


def _children(item: Any) -> list[Any]:
    if isinstance(item, dict):
        return list(item.values())
    return item if isinstance(item, list) else []
