"""How the capture endpoints differ: bounds, lane, and what an event without a name means."""

from dataclasses import dataclass

from posthog.common import limits


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`default_event` names events that come without a name; "" refuses them."""

    name: str
    body_bytes: int = limits.BODY_EVENTS_ENDPOINT
    event_bytes: int = limits.EVENT_BYTES
    lane: str = "events"
    default_event: str = ""


EVENTS = Endpoint("e")
BATCH = Endpoint("batch", body_bytes=limits.BODY_BATCH_ENDPOINT)
AI_BATCH = Endpoint("ai_batch", body_bytes=limits.BODY_BATCH_ENDPOINT, event_bytes=limits.EVENT_BYTES_AI, lane="ai")
OTEL = Endpoint("otel", body_bytes=limits.BODY_BATCH_ENDPOINT, event_bytes=limits.EVENT_BYTES_AI, lane="ai")
V1 = Endpoint("v1", body_bytes=limits.BODY_BATCH_ENDPOINT)
CAPTURE = Endpoint("capture", body_bytes=limits.BODY_BATCH_ENDPOINT)
ENGAGE = Endpoint("engage", default_event="$identify")
RECORDINGS = Endpoint("s", body_bytes=limits.BODY_RECORDINGS_ENDPOINT, event_bytes=limits.BODY_RECORDINGS_ENDPOINT)
