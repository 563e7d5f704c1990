"""The conversations stage: the messages of each event, its conversation, and which of its messages are new to it."""

from collections.abc import Sequence

from posthog.conversations import identity
from posthog.conversations.messages import LLMEvent, read_messages
from posthog.conversations.turns import turns_of_batch
from posthog.ingestion.events import Event


def read(event: Event) -> None:
    """The event's messages, if it has any."""
    event.content = read_messages(event.name, event.properties)
    if event.content:
        event.content.identify(event.envelope.message_secret)


def assign(events: Sequence[Event]) -> None:
    """Conversation and turns of the events that have messages."""
    spoken = [(event, _as_llm_event(event)) for event in events if event.content]
    llm_events = [one for _, one in spoken]
    conversation_ids = identity.assign(llm_events)
    turns = turns_of_batch(llm_events, conversation_ids)
    for (event, _), conversation_id, mine in zip(spoken, conversation_ids, turns, strict=True):
        event.conversation_id, event.turns = conversation_id, mine


def _as_llm_event(event: Event) -> LLMEvent:
    assert event.content is not None, "only events with messages get here"
    return LLMEvent(
        team_id=event.project_id,
        uuid=event.uuid,
        event=event.name,
        timestamp=event.timestamp,
        distinct_id=event.distinct_id,
        person_id=event.known_person.person_id,
        properties=event.properties,
        content=event.content,
    )
