"""The messages of an LLM event, in every vocabulary that clients use.

Input is `$ai_input` or `$llm_input`, output is `$ai_output_choices`, `$ai_output` or `$llm_output`; the first of each that holds
messages counts, the others are its mirrors. The event's name does not matter, but for `$ai_embedding`, whose input nobody said.

What ingestion does with an event:

    content = read_messages(name, properties)
    if content:
        content.identify(project.message_secret)
        row.properties, row.message_refs = content.stripped, content.message_refs()
        llm_events.append(LLMEvent(team_id, uuid, name, timestamp, distinct_id, person_id, properties, content))

    conversation_ids = identity.assign(llm_events)
    turns = turns_of_batch(llm_events, conversation_ids)                # a list of turns per event
    known = known_messages(team_id, {m.message_id for e in llm_events for m in e.content.messages})
    # store and label the messages that are not known, once each; then remember_messages(team_id, {id: StoredLabels(...)})
    user, agent = speakers(turns[0])                                    # the turns that user_* and agent_* of the event speak of
"""

from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Any
from uuid import UUID

from posthog.clickhouse.texts import INPUT_PROPERTIES, OUTPUT_PROPERTIES, REFERENCE, TEXT_PROPERTIES
from posthog.common import json
from posthog.conversations import parts, refs, shapes
from posthog.conversations.roles import ASSISTANT, TOOL, USER
from posthog.conversations.shapes import Draft

_NOT_SPOKEN = {"$ai_embedding"}
_UNSET = UUID(int=0)


@dataclass(slots=True)
class Message:
    """role: user, assistant, system or tool. content: text with placeholders for media and tool calls, each on a line of its own."""

    role: str
    content: str
    message_id: UUID = _UNSET

    @property
    def spoken(self) -> str:
        """The words to judge, "" for a message of media or tool calls only."""
        return parts.spoken_text(self.content)


@dataclass(slots=True)
class LLMContent:
    """refs: the text properties as the client sent them, each text a node {"$message": id}, filled by identify()."""

    input: list[Message]
    output: list[Message]
    stripped: dict[str, Any]
    refs: dict[str, Any]
    has_history: bool
    _nodes: list[tuple[dict[str, Any], Message]] = field(default_factory=list, repr=False)

    @property
    def messages(self) -> list[Message]:
        return [*self.input, *self.output]

    def identify(self, secret: str) -> None:
        """Give each message its id (the project's message_secret keys the hash)."""
        for message in self.messages:
            message.message_id = message_id(secret, message.role, message.content)
        for node, message in self._nodes:
            node[REFERENCE] = str(message.message_id)

    def message_refs(self) -> str:
        """JSON for events.message_refs; needs identify() before."""
        return json.dumps_text(self.refs)


@dataclass(slots=True)
class LLMEvent:
    """An event with messages, its person known."""

    team_id: int
    uuid: UUID
    event: str
    timestamp: datetime
    distinct_id: str
    person_id: UUID
    properties: dict[str, Any]
    content: LLMContent


def message_id(secret: str, role: str, content: str) -> UUID:
    """The id of a message within a project; without the secret nobody can test what a short message said."""
    digest = blake2b(f"{role}\0{content}".encode("utf-8", "replace"), digest_size=16, key=secret.encode()[:64])
    return UUID(bytes=digest.digest())


def read_messages(event: str, properties: dict[str, Any]) -> LLMContent | None:
    """The messages of an event, None where there are none. Never raises for JSON; properties stay as they are."""
    if event in _NOT_SPOKEN:
        return None
    texts = {name: properties[name] for name in TEXT_PROPERTIES if isinstance(properties.get(name), str | list | dict)}
    reading = _Reading()
    said = reading.first(texts, INPUT_PROPERTIES)
    answered = reading.first(texts, OUTPUT_PROPERTIES)
    if not said and not answered:
        return None
    for name in texts.keys() - reading.refs.keys():
        reading.mirror(name, texts[name], [*said, *answered])
    stripped = {name: value for name, value in properties.items() if name not in texts}
    return LLMContent(said, answered, stripped, reading.refs, has_history(said), reading.nodes)


def newest(said: list[Message]) -> int:
    """Index of the input's last user message; without one, of what follows the last answer, which may be len(said)."""
    users = [index for index, message in enumerate(said) if message.role == USER]
    return users[-1] if users else after_last_answer(said)


def after_last_answer(said: list[Message]) -> int:
    """Index of the first message behind the last assistant message."""
    return max((index for index, message in enumerate(said) if message.role == ASSISTANT), default=-1) + 1


def ends_in_tool_results(said: list[Message]) -> bool:
    return bool(said) and said[-1].role == TOOL


def request_start(said: list[Message]) -> int:
    """Index of the first message that is new in this request: tool results that end the input, else the last user message."""
    return after_last_answer(said) if ends_in_tool_results(said) else newest(said)


def has_history(said: list[Message]) -> bool:
    """Whether the client repeats something that was said before."""
    return any(message.role in (USER, ASSISTANT) for message in said[: request_start(said)])


class _Reading:
    """Collects the refs of one event's text properties."""

    def __init__(self) -> None:
        self.refs: dict[str, Any] = {}
        self.nodes: list[tuple[dict[str, Any], Message]] = []

    def first(self, texts: dict[str, Any], names: tuple[str, ...]) -> list[Message]:
        """Messages of the first named property that holds any."""
        for name in names:
            if name in texts:
                holder, drafts = _open(name, texts[name])
                if drafts:
                    messages = [self._message(draft) for draft in drafts]
                    self.refs[name] = holder.close()
                    return messages
        return []

    def mirror(self, name: str, value: Any, messages: list[Message]) -> None:
        """Refs of a property that repeats messages of another one; what it says alone stays in place."""
        by_content = {message.content: message for message in messages}
        holder, drafts = _open(name, value)
        for piece in (piece for draft in drafts for piece in draft.pieces):
            if piece.slot and piece.text in by_content:
                node: dict[str, Any] = {REFERENCE: None}
                self.nodes.append((node, by_content[piece.text]))
                piece.slot.container[piece.slot.key] = node
        self.refs[name] = holder.close()

    def _message(self, draft: Draft) -> Message:
        message = Message(draft.role, "\n".join(piece.text for piece in draft.pieces))
        start = 0
        for piece in draft.pieces:
            end = start + len(piece.text)
            if piece.slot:
                node: dict[str, Any] = {REFERENCE: None}
                if len(draft.pieces) > 1:
                    node |= {"start": start, "end": end}
                self.nodes.append((node, message))
                piece.slot.container[piece.slot.key] = node
            start = end + 1
        return message


@dataclass(slots=True)
class _Holder:
    """A text property while its texts are replaced. style: how a string of JSON was written, None for anything else."""

    root: list[Any]
    style: int | None = None
    kept: Any = None

    def close(self) -> Any:
        if self.kept is not None:
            return self.kept
        return refs.json_node(self.root[0], self.style) if self.style is not None else self.root[0]


def _open(name: str, value: Any) -> tuple[_Holder, list[Draft]]:
    """A copy of the property's value and the drafts in it."""
    holder = _Holder([value])
    parsed = refs.parse_json(value) if isinstance(value, str) else None
    if parsed and shapes.looks_like_messages(parsed[0]):
        holder = _Holder([parsed[0]], parsed[1])
    elif not isinstance(value, str) and refs.is_plain(value):
        holder.root[0] = refs.copy(value)
    if not refs.is_plain(holder.root[0]):
        return _Holder([], kept=refs.literal(value)), _drafts_of_opaque(name, value)
    return holder, _drafts(name, holder.root)


def _drafts(name: str, root: list[Any]) -> list[Draft]:
    output = name in OUTPUT_PROPERTIES
    drafts = shapes.read(root, 0, ASSISTANT if output else USER)
    if output:
        for draft in drafts:
            draft.role = draft.role if draft.role == TOOL else ASSISTANT
    elif name == "$llm_input" and not any(draft.given for draft in drafts):
        for distance, draft in enumerate(reversed(drafts)):  # nobody is named: the newest is the user's, before it they take turns
            draft.role = ASSISTANT if distance % 2 else USER
    return drafts


def _drafts_of_opaque(name: str, value: Any) -> list[Draft]:
    """Messages of JSON that must be kept as it is; nothing in it is replaced."""
    try:
        return _drafts(name, [refs.copy(value)])
    except RecursionError:
        return []
