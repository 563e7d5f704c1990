"""What went into a span and what came out of it, in whichever vocabulary its library writes that.

Read are OpenTelemetry's messages as attributes, its older events of a span, the numbered attributes of OpenLLMetry and OpenInference,
and the attributes of the Vercel AI SDK and Pydantic AI. All of them are taken out, also those that repeat what another one said: texts
are stored once.
"""

from collections.abc import Callable, Iterable
from typing import Any

from opentelemetry.proto.trace.v1.trace_pb2 import Span

from posthog.capture.otel.attributes import Attributes, is_empty, parsed, plain
from posthog.conversations import parts, shapes

Told = tuple[str, Attributes]  # an event of a span
_INPUT = (
    "ai.prompt.messages",
    "ai.prompt",
    "gen_ai.prompt",
    "gen_ai.tool.call.arguments",
    "tool_arguments",
    "ai.toolCall.args",
    "pydantic_ai.all_messages",
    "traceloop.entity.input",
    "input.value",
    "ai.values",
    "ai.value",
)
_OUTPUT = (
    "gen_ai.completion",
    "gen_ai.tool.call.result",
    "tool_response",
    "ai.toolCall.result",
    "final_result",
    "traceloop.entity.output",
    "output.value",
)
_NUMBERED_INPUT = ("gen_ai.prompt.", "llm.input_messages.")
_NUMBERED_OUTPUT = ("gen_ai.completion.", "llm.output_messages.")
_LEVELS = 10  # of numbered attributes; what lies deeper keeps its dots
# OpenInference says in a list what each thing of it is.
_WRAPPERS = {"message", "message_content", "tool_call"}
_TOOL_KEYS = {"toolUse", "toolResult"}  # of Bedrock's parts, which have no type
# Pydantic AI's first format has the events of a span in one attribute.
_LISTED_EVENTS = ("events", "all_messages_events")
# Events of a span that are messages, and events that carry attributes which may stand on the span as well.
_SPOKEN = {
    "gen_ai.system.message": "system",
    "gen_ai.user.message": "user",
    "gen_ai.assistant.message": "assistant",
    "gen_ai.tool.message": "tool",
    "gen_ai.choice": "assistant",
}
_DETAILS = {
    "gen_ai.client.inference.operation.details": ("gen_ai.system_instructions", "gen_ai.input.messages", "gen_ai.output.messages"),
    "gen_ai.content.prompt": ("gen_ai.prompt",),
    "gen_ai.content.completion": ("gen_ai.completion",),
}


def take_said(attributes: Attributes, events: Iterable[Span.Event], *, of_model: bool) -> tuple[Any, Any]:
    """Input and output, each None where the span says none; nothing of them is left in the attributes.

    of_model: what stands there was said to a model and by it, so JSON that holds no messages is somebody's words.
    """
    told = [(event.name, plain(event.attributes)) for event in events] + _listed_events(attributes)
    for name, details in told:
        for key in _DETAILS.get(name, ()):
            attributes.setdefault(key, details.get(key))
    read = _messages if of_model else parsed
    return _input(attributes, told, read), _output(attributes, told, read)


def _listed_events(attributes: Attributes) -> list[Told]:
    found: list[Told] = []
    for name in _LISTED_EVENTS:
        listed = parsed(attributes.get(name))
        if isinstance(listed, list) and all(isinstance(item, dict) and isinstance(item.get("event.name"), str) for item in listed):
            del attributes[name]
            found = found or [(item.pop("event.name"), item) for item in listed]
    return found


def _messages(value: Any) -> Any:
    """Messages that came as JSON text; other JSON stays text."""
    found = parsed(value)
    return found if not isinstance(value, str) or shapes.has_messages(found) else value


def _input(attributes: Attributes, told: list[Told], read: Callable[[Any], Any]) -> Any:
    instructions = parsed(attributes.pop("gen_ai.system_instructions", None))
    found = _first(
        parsed(attributes.pop("gen_ai.input.messages", None)),
        *(_numbered(attributes, prefix) for prefix in _NUMBERED_INPUT),
        [_spoken(name, said) for name, said in told if name in _SPOKEN and name != "gen_ai.choice"],
        *(read(attributes.pop(name, None)) for name in _INPUT),
    )
    return found if is_empty(instructions) else _instructed(instructions, found)


def _output(attributes: Attributes, told: list[Told], read: Callable[[Any], Any]) -> Any:
    return _first(
        parsed(attributes.pop("gen_ai.output.messages", None)),
        *(_numbered(attributes, prefix) for prefix in _NUMBERED_OUTPUT),
        [_spoken(name, said) for name, said in told if name == "gen_ai.choice"],
        _answer_of_ai_sdk(attributes),
        *(read(attributes.pop(name, None)) for name in _OUTPUT),
    )


def _first(*values: Any) -> Any:
    return next((value for value in values if not is_empty(value)), None)


def _instructed(instructions: Any, said: Any) -> list[Any]:
    """The system's message is first, as every provider of chats has it."""
    rest = said if isinstance(said, list) else [] if said is None else [{"role": "user", "content": said}]
    return [{"role": "system", "content": instructions}, *rest]


def _numbered(attributes: Attributes, prefix: str) -> Any:
    """`gen_ai.prompt.0.content`, `llm.input_messages.0.message.role` and so on: lists whose places stand in the names."""
    tree: dict[str, Any] = {}
    for name in [name for name in attributes if name.startswith(prefix)]:
        path = name[len(prefix) :].split(".", _LEVELS)
        if path[0].isdecimal():  # not gen_ai.prompt.name, which says what no message says
            _plant(tree, path, attributes.pop(name))
    messages = _lists(tree)
    return [_with_parts(message) for message in messages] if isinstance(messages, list) else None


def _plant(tree: dict[str, Any], path: list[str], value: Any) -> None:
    for step in path[:-1]:
        below = tree.get(step)
        if not isinstance(below, dict):
            below = tree[step] = {}
        tree = below
    tree[path[-1]] = value


def _lists(tree: Any) -> Any:
    if not isinstance(tree, dict):
        return tree
    items = {key: _lists(value) for key, value in tree.items()}
    if items and all(key.isdecimal() for key in items):
        return [items[key] for key in sorted(items, key=lambda key: (len(key), key))]
    wrapped = next(iter(items)) if len(items) == 1 else ""
    return items[wrapped] if wrapped in _WRAPPERS else items


def _with_parts(message: Any) -> Any:
    """A message whose content is a list again, where it came as its JSON text or under OpenInference's name."""
    if not isinstance(message, dict):
        return message
    contents = message.pop("contents", None)
    content = message.get("content")
    if is_empty(content) and contents:
        return {**message, "content": contents}
    return {**message, "content": _parts(content)} if isinstance(content, str) else message


def _parts(text: str) -> Any:
    """Parts of a message that came as JSON text. Other JSON is what somebody said, and stays text."""
    value = parsed(text)
    return value if isinstance(value, list) and value and all(map(_is_part, value)) else text


def _is_part(item: Any) -> bool:
    return isinstance(item, dict) and (parts.is_part(item) or item.keys() == {"text"} or not _TOOL_KEYS.isdisjoint(item))


def _spoken(name: str, said: Attributes) -> Any:
    """The message that an event of a span is: its body in one attribute, or its fields as attributes."""
    body = parsed(said.get("gen_ai.event.content"))
    if isinstance(body, str) and body:
        return {"role": _SPOKEN[name], "content": body}
    fields = body if isinstance(body, dict) else {key: value for key, value in said.items() if key != "gen_ai.system"}
    unpacked = {key: parsed(fields[key]) for key in ("message", "tool_calls") if key in fields}
    return _with_parts({"role": _SPOKEN[name], **fields, **unpacked})


def _answer_of_ai_sdk(attributes: Attributes) -> list[Any] | None:
    """The Vercel AI SDK has an answer's text, object and tool calls apart."""
    text, made = attributes.pop("ai.response.text", None), attributes.pop("ai.response.object", None)
    calls = parsed(attributes.pop("ai.response.toolCalls", None))
    content = text or made
    if is_empty(content) and is_empty(calls):
        return None
    return [{"role": "assistant", "content": content} | ({} if is_empty(calls) else {"tool_calls": calls})]
