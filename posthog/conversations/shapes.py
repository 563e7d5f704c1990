"""From any JSON that a client calls its input or output to drafts of messages.

Read are OpenAI's chat and Responses shapes, Anthropic's content blocks, Gemini's contents and parts, LangChain's serialized
messages, OpenTelemetry's gen_ai messages, ShareGPT's from/value, plain strings and lists of them. What has no known shape gives
no draft and stays where it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from posthog.conversations import parts
from posthog.conversations.parts import Piece
from posthog.conversations.roles import ASSISTANT, SYSTEM, TOOL, USER, role_of

_CONTENT_KEYS = ("content", "parts", "text", "value", "output", "generated_text", "completion", "response", "message", "body")
_LIST_KEYS = ("messages", "choices", "contents", "candidates", "generations", "output", "input", "conversation", "history")
_INSTRUCTION_KEYS = ("system", "instructions", "system_instruction", "systemInstruction")
_ROLE_KEYS = ("role", "from", "speaker", "sender")


@dataclass(slots=True)
class Draft:
    """A message whose texts still stand in the client's JSON. given: the client named the role."""

    role: str
    pieces: list[Piece] = field(default_factory=list)
    given: bool = False


def read(container: Any, key: Any, role: str) -> list[Draft]:
    """Drafts of the messages at container[key], in order; role is for those that name none."""
    return [draft for draft in _value(container, key, role) if any(piece.text.strip() for piece in draft.pieces)]


def looks_like_messages(value: object) -> bool:
    """Whether parsed JSON is meant as messages; a prompt may itself be JSON."""
    if isinstance(value, list):
        return bool(value) and all(
            isinstance(item, dict) and (_named_role(item) or isinstance(item.get("message"), dict)) for item in value
        )
    if isinstance(value, dict):
        listed = next((value[k] for k in _LIST_KEYS if isinstance(value.get(k), list)), None)
        return looks_like_messages(listed) if listed is not None else _named_role(value) is not None and "content" in value
    return False


def has_messages(value: object) -> bool:
    """Whether an object, or a list of objects, can be read as messages."""
    items = value if isinstance(value, list) else [value]
    return all(isinstance(item, dict) for item in items) and bool(read([value], 0, USER))


def _value(container: Any, key: Any, role: str) -> Iterator[Draft]:
    value = container[key]
    if isinstance(value, str):
        yield Draft(role, list(parts.pieces(container, key)))
    elif isinstance(value, list):
        yield from _list(value, role)
    elif isinstance(value, dict):
        yield from _item(value, role)


def _list(items: list[Any], role: str) -> Iterator[Draft]:
    if parts.are_parts(items):
        yield _draft(role, [piece for index in range(len(items)) for piece in parts.pieces(items, index)])
        return
    for index in range(len(items)):
        yield from _value(items, index, role)


def _item(item: dict[Any, Any], role: str) -> Iterator[Draft]:
    named = _named_role(item)
    inner = _inner(item)
    if inner is not None:
        yield from _item(inner, named or _constructor_role(item) or role)
    elif named is None and parts.is_tool_call(item):
        yield Draft(ASSISTANT, [parts.tool_call(item)], given=True)
    elif named is None and parts.is_tool_result(item):
        yield Draft(TOOL, list(parts.tool_result(item)), given=True)
    elif named is None and any(isinstance(item.get(key), list) for key in _LIST_KEYS):
        yield from _wrapper(item, role)
    elif not parts.is_silent(item):
        yield _message(item, named, role)


def _inner(item: dict[Any, Any]) -> dict[Any, Any] | None:
    """The message inside an envelope: OpenAI's choice, LangChain's constructor or data, Gemini's candidate."""
    for key in ("message", "kwargs", "data"):
        if isinstance(item.get(key), dict):
            inner: dict[Any, Any] = item[key]
            return inner
    content = item.get("content")
    return content if isinstance(content, dict) and "parts" in content else None


def _constructor_role(item: dict[Any, Any]) -> str | None:
    path = item.get("id")
    return role_of(path[-1]) if isinstance(path, list) and path else None


def _wrapper(item: dict[Any, Any], role: str) -> Iterator[Draft]:
    """A whole request or response body: its instructions, then its list of messages."""
    for key in _INSTRUCTION_KEYS:
        if item.get(key):
            yield _draft(SYSTEM, list(parts.pieces(item, key)), given=True)
    for key in _LIST_KEYS:
        if isinstance(item.get(key), list):
            yield from _list(item[key], role)
            return


def _message(item: dict[Any, Any], named: str | None, role: str) -> Draft:
    found = _content(item)
    if not found and isinstance(item.get("audio"), dict):
        found = list(parts.pieces(item["audio"], "transcript")) if item["audio"].get("transcript") else [Piece("[audio]")]
    return _draft(named or role, [*found, *parts.calls(item)], given=named is not None)


def _content(item: dict[Any, Any]) -> list[Piece]:
    key = next((k for k in _CONTENT_KEYS if item.get(k)), None)
    if key is not None:
        return list(parts.pieces(item, key))
    return list(parts.pieces([item], 0)) if parts.are_parts([item]) else list(parts.pieces(item, "refusal")) if item.get("refusal") else []


def _draft(role: str, found: list[Piece], given: bool = False) -> Draft:
    """Results of tools make a tool's message; beside other content they are only mentioned."""
    if found and all(piece.from_tool for piece in found):
        return Draft(TOOL, found, given)
    mentioned = [Piece("[tool result]") if piece.from_tool else piece for piece in found]
    return Draft(role, mentioned if role != TOOL else found, given)


def _named_role(item: dict[Any, Any]) -> str | None:
    for key in _ROLE_KEYS:
        role = role_of(item.get(key))
        if role:
            return role
    author = item.get("author")
    role = role_of(author.get("role") if isinstance(author, dict) else author)
    return role or (role_of(item.get("type")) if "content" in item or "data" in item else None)
