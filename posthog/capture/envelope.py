"""The three shapes of a body, and the one token of a request."""

from collections.abc import Mapping, Sized
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from posthog.common import limits
from posthog.common.sdk.answers import inconsistent_tokens, invalid_payload
from posthog.common.sdk.tokens import checked
from posthog.common.time import parse_timestamp

_TOKEN_FIELDS = ("api_key", "token", "$token")


@dataclass(frozen=True, slots=True)
class Envelope:
    """Events as sent, and what the request says of all of them. `sent_at` is ISO 8601 in UTC, None when absent or unreadable."""

    token: str
    events: list[Any]
    sent_at: str | None
    historical: bool


def open_envelope(body: Any, query: Mapping[str, str]) -> Envelope:
    """Read [event, …], {"batch": [event, …], …} or one event. Raises Refused."""
    events, outer = _events(body)
    check_number(events)
    return Envelope(_token(events, outer, query), events, _sent_at(outer, query), outer.get("historical_migration") is True)


def check_number(events: Sized) -> None:
    """Raises Refused for a request without events or with more than the limit."""
    if not events:
        raise invalid_payload("request holds no event")
    if len(events) > limits.EVENTS_PER_REQUEST:
        raise invalid_payload(f"request holds {len(events)} events; at most {limits.EVENTS_PER_REQUEST} are taken at once")


def _events(body: Any) -> tuple[list[Any], dict[str, Any]]:
    if isinstance(body, list):
        return body, {}
    if not isinstance(body, dict):
        raise invalid_payload("failed to parse request: expected an event, a list of events or an object with a batch")
    batch = body.get("batch")
    if isinstance(batch, list):
        return batch, body
    if batch is not None and "event" not in body:
        raise invalid_payload('failed to parse request: "batch" must be a list')
    return [body], body


def _token(events: list[Any], outer: dict[str, Any], query: Mapping[str, str]) -> str:
    given = _own_token(outer)
    if given is None:
        given = query.get("api_key") or query.get("token")
    if given is None:
        return checked(_token_of_events(events))
    token = checked(given)
    for event in events:
        if event is not outer and isinstance(event, dict) and _own_token(event) not in (None, "", token):
            raise inconsistent_tokens()
    return token


def _token_of_events(events: list[Any]) -> Any:
    """The token that the events themselves carry; they must agree."""
    found: Any = None
    for event in events:
        token = _event_token(event) if isinstance(event, dict) else None
        if token is None or token == found:
            continue
        if found is not None:
            raise inconsistent_tokens()
        found = token
    return found


def _event_token(event: dict[str, Any]) -> Any:
    token = _own_token(event)
    if token is None:
        properties = event.get("properties")
        token = properties.get("token") if isinstance(properties, dict) else None
    return token


def _own_token(fields: dict[str, Any]) -> Any:
    for name in _TOKEN_FIELDS:
        value = fields.get(name)
        if value is not None:
            return value
    return None


def _sent_at(outer: dict[str, Any], query: Mapping[str, str]) -> str | None:
    text = outer.get("sent_at")
    moment = parse_timestamp(text) if isinstance(text, str) else _from_milliseconds(query.get("_") or query.get("sent_at") or "")
    return moment.isoformat() if moment else None


def _from_milliseconds(text: str) -> datetime | None:
    """The query's time of sending: whole milliseconds since 1970, of a year after 2020."""
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        return None
    try:
        moment = datetime.fromtimestamp(int(text) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment.year > 2020 else None
