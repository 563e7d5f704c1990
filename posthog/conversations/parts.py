"""What one message holds: texts, and placeholders for what is no text.

A piece points at the place of its text, so that the text can be replaced there by a reference to the stored message.
Media, tool calls and the like become one line such as "[image]" or "[tool call: get_weather]".
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_MAX_NAME = 100  # characters of a tool's name in a placeholder
_PLACEHOLDER = re.compile(r"^\[(?:image|audio|video|file|tool result|tool call: [^\n]*)\]\n?", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of a text in a JSON value: container[key]."""

    container: Any
    key: Any

    @property
    def text(self) -> str:
        return str(self.container[self.key])


@dataclass(frozen=True, slots=True)
class Piece:
    """A text in its slot, or a placeholder (slot None)."""

    text: str
    slot: Slot | None = None
    from_tool: bool = False


_TEXT_KEYS = ("text", "content", "refusal", "transcript", "value")
_TEXTS = {"text", "input_text", "output_text"}
_MEDIA = {
    "image": "image",
    "image_url": "image",
    "input_image": "image",
    "image_file": "image",
    "output_image": "image",
    "image_generation_call": "image",
    "audio": "audio",
    "input_audio": "audio",
    "output_audio": "audio",
    "video": "video",
    "video_url": "video",
    "file": "file",
    "input_file": "file",
    "document": "file",
    "blob": "file",
    "uri": "file",
}
_TOOL_CALLS = {
    "function",
    "tool_use",
    "server_tool_use",
    "mcp_tool_use",
    "tool_call",
    "tool-call",
    "function_call",
    "custom_tool_call",
    "mcp_call",
}
_TOOL_RESULTS = {
    "tool_result",
    "tool-result",
    "tool_call_response",
    "function_call_output",
    "custom_tool_call_output",
    "function_response",
    "web_search_tool_result",
    "mcp_tool_result",
}
_SILENT = {"thinking", "redacted_thinking", "reasoning", "item_reference"}  # thought or pointed at, not said
_PARTS = _TEXTS | _MEDIA.keys() | _TOOL_CALLS | _TOOL_RESULTS | _SILENT
_RESULT_KEYS = ("content", "output", "result", "response")


def spoken_text(content: str) -> str:
    """The words of a message's content, without placeholders; "" when nothing was said in words."""
    return _PLACEHOLDER.sub("", content).strip() if "[" in content else content.strip()


def is_part(item: dict[Any, Any]) -> bool:
    """Whether an object says by its `type` that it is a part of a message's content."""
    return _kind(item) in _PARTS


def is_tool_call(item: dict[Any, Any]) -> bool:
    return _kind(item) in _TOOL_CALLS


def is_tool_result(item: dict[Any, Any]) -> bool:
    return _kind(item) in _TOOL_RESULTS


def is_silent(item: dict[Any, Any]) -> bool:
    return _kind(item) in _SILENT


def are_parts(items: list[Any]) -> bool:
    """Whether a list is the content of one message: {"type": "text", "text": …}, {"type": "image", …} and what may stand beside these."""
    if not all(isinstance(item, dict) and "role" not in item for item in items):
        return False
    kinds = [_kind(item) for item in items]
    shown = [kind for kind in kinds if kind in _TEXTS or kind in _MEDIA]
    return bool(shown) and all(kind in shown or kind in _TOOL_CALLS or kind in _SILENT for kind in kinds)


def pieces(container: Any, key: Any, from_tool: bool = False) -> Iterator[Piece]:
    """The pieces of the content at container[key], whatever its shape."""
    content = container[key]
    if isinstance(content, str):
        if content:
            yield Piece(content, Slot(container, key), from_tool)
    elif isinstance(content, list):
        for index in range(len(content)):
            yield from pieces(content, index, from_tool)
    elif isinstance(content, dict):
        yield from _part(content, from_tool)


def calls(message: dict[Any, Any]) -> Iterator[Piece]:
    """Placeholders of the tool calls that stand beside a message's content (OpenAI's form)."""
    listed = message.get("tool_calls")
    for call in listed if isinstance(listed, list) else []:
        if isinstance(call, dict):
            yield tool_call(call)
    if isinstance(message.get("function_call"), dict):
        yield tool_call(message["function_call"])


def tool_call(call: dict[Any, Any]) -> Piece:
    function = call.get("function")
    name = function.get("name") if isinstance(function, dict) else None
    named = next((n for n in (name, call.get("name"), call.get("toolName"), call.get("tool_name")) if isinstance(n, str)), "unknown")
    return Piece(f"[tool call: {' '.join(named.split())[:_MAX_NAME]}]")


def tool_result(item: dict[Any, Any]) -> Iterator[Piece]:
    key = next((k for k in _RESULT_KEYS if item.get(k)), None)
    found = list(pieces(item, key, from_tool=True)) if key else []
    yield from found or [Piece("[tool result]", from_tool=True)]


def _kind(item: dict[Any, Any]) -> str:
    kind = item.get("type")
    return kind if isinstance(kind, str) else ""


def _part(part: dict[Any, Any], from_tool: bool) -> Iterator[Piece]:
    kind = _kind(part)
    if is_silent(part) or part.get("thought") is True:
        return
    if is_tool_call(part) or isinstance(part.get("functionCall"), dict):
        yield tool_call(part["functionCall"] if isinstance(part.get("functionCall"), dict) else part)
    elif is_tool_result(part):
        yield from tool_result(part)
    elif isinstance(part.get("functionResponse"), dict):
        yield from tool_result(part["functionResponse"])
    elif kind in _MEDIA:
        yield from _media(part, _MEDIA[kind], from_tool)
    elif "inline_data" in part or "inlineData" in part or "file_data" in part or "fileData" in part:
        yield Piece(f"[{_kind_of_blob(part)}]", None, from_tool)
    else:
        yield from _text(part, from_tool)


def _media(part: dict[Any, Any], name: str, from_tool: bool) -> Iterator[Piece]:
    """A transcript is what was said; without one, the placeholder stands for it."""
    holder = part[name] if isinstance(part.get(name), dict) else part
    if isinstance(holder.get("transcript"), str) and holder["transcript"]:
        yield Piece(holder["transcript"], Slot(holder, "transcript"), from_tool)
    else:
        yield Piece(f"[{name}]", None, from_tool)


def _kind_of_blob(part: dict[Any, Any]) -> str:
    for key in ("inline_data", "inlineData", "file_data", "fileData"):
        blob = part.get(key)
        mime = (blob.get("mime_type") or blob.get("mimeType")) if isinstance(blob, dict) else None
        if isinstance(mime, str) and mime.split("/")[0] in {"image", "audio", "video"}:
            return mime.split("/")[0]
    return "file"


def _text(part: dict[Any, Any], from_tool: bool) -> Iterator[Piece]:
    for key in _TEXT_KEYS:
        value = part.get(key)
        if isinstance(value, str) and value:
            yield Piece(value, Slot(part, key), from_tool)
            return
        if isinstance(value, dict | list) and value:
            yield from pieces(part, key, from_tool)
            return
