"""One exchange is a user's message and the answer to it. A conversation is recognized by the exchange before the newest message."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import takewhile
from uuid import UUID

from posthog.conversations.messages import LLMContent, Message, newest, request_start
from posthog.conversations.roles import ASSISTANT, USER
from posthog.conversations.wording import normalize


@dataclass(frozen=True, slots=True)
class Exchange:
    """A user's message and its answer, normalized; message_ids are those of both, for a look-up by id."""

    user: str
    answer: str
    message_ids: frozenset[UUID] = frozenset()

    def key(self, distinct_id: str) -> str:
        return blake2b("\0".join((distinct_id, self.user, self.answer)).encode(), digest_size=12).hexdigest()


def previous(content: LLMContent) -> list[Exchange]:
    """The exchange before the newest message, in the ways in which the event that had it may have reported the answer."""
    history = content.input[: request_start(content.input)]
    while history and history[-1].role not in (USER, ASSISTANT):
        history.pop()
    answer = list(takewhile(lambda message: message.role == ASSISTANT, reversed(history)))[::-1]
    asked = [message for message in history[: len(history) - len(answer)] if message.role == USER]
    return _exchanges(asked[-1], answer) if asked else []


def own(content: LLMContent) -> list[Exchange]:
    """The exchange that the event itself is: its last user message and its output."""
    index = newest(content.input)
    if index >= len(content.input) or content.input[index].role != USER:
        return []
    return _exchanges(content.input[index], [message for message in content.output if message.role == ASSISTANT])


def _exchanges(asked: Message, answer: Sequence[Message]) -> list[Exchange]:
    """Answers in several pieces count as a whole and each alone: of several choices only one is kept in the history."""
    whole = [list(answer)] if len(answer) < 2 else [list(answer), *([message] for message in answer[::-1])]
    return [
        Exchange(
            normalize(asked.content),
            normalize("\n".join(m.content for m in said)),
            frozenset({asked.message_id, *(m.message_id for m in said)}),
        )
        for said in whole
    ]
