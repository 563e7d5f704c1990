"""From a request's events to entries of the log: one per partition, each event within its bounds."""

from collections.abc import Iterator
from typing import Any

from posthog.capture.endpoints import Endpoint
from posthog.capture.events import Event, Refusal, dumps, fits, normalise
from posthog.common import json, limits
from posthog.eventlog import log
from posthog.eventlog.payload import pack_text

RefusedEvent = tuple[int, str | None, Refusal]  # place in the request, uuid as sent, why


class Entries:
    """What a request adds to the log. `head` holds the entry's fields but its events."""

    def __init__(self, token: str, head: dict[str, Any], endpoint: Endpoint) -> None:
        self._token, self._head, self._endpoint = token, head, endpoint
        self.refused: list[RefusedEvent] = []
        self.accepted = 0

    def of(self, raw_events: list[Any]) -> list[tuple[int, bytes]]:
        """(partition, payload) pairs; what could not be taken stands in `refused`. A Refusal in place of an event is kept as it is."""
        default = self._endpoint.default_event
        good: list[tuple[int, Event]] = []
        for index, raw in enumerate(raw_events):
            event = raw if isinstance(raw, Refusal) else normalise(raw, default)
            if isinstance(event, Refusal):
                self._refuse(index, raw, event)
            else:
                good.append((index, event))
        self.accepted = len(good)
        return [entry for partition, events in self._by_partition(good).items() for entry in self._pack(partition, events)]

    def _by_partition(self, events: list[tuple[int, Event]]) -> dict[int, list[tuple[int, Event]]]:
        groups: dict[int, list[tuple[int, Event]]] = {}
        for indexed in events:
            groups.setdefault(log.partition_of(self._token, indexed[1]["distinct_id"]), []).append(indexed)
        return groups

    def _pack(self, partition: int, events: list[tuple[int, Event]]) -> Iterator[tuple[int, bytes]]:
        for start in range(0, len(events), limits.ENTRY_EVENTS_MAX):
            part = events[start : start + limits.ENTRY_EVENTS_MAX]
            text, count = self._text(part)
            if count:
                yield partition, pack_text(text, count)

    def _text(self, events: list[tuple[int, Event]]) -> tuple[bytes, int]:
        """The entry's JSON. Events are measured one by one only when all together are too much for one."""
        text = dumps({**self._head, "events": [event for _, event in events]})
        if text is not None and len(text) <= self._endpoint.event_bytes:
            return text, len(events)
        kept = []
        for index, event in events:
            refusal = fits(event, self._endpoint.event_bytes)
            if refusal:
                self._refuse(index, event, refusal)
                self.accepted -= 1
            else:
                kept.append(event)
        return json.dumps({**self._head, "events": kept}), len(kept)

    def _refuse(self, index: int, event: Any, refusal: Refusal) -> None:
        uuid = event.get("uuid") if isinstance(event, dict) else None
        self.refused.append((index, uuid[:64] if isinstance(uuid, str) else None, refusal))
