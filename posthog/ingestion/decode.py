"""From log entries to events: what a request's events share, their times, and properties that are derived from the request."""

from typing import Any
from uuid import UUID

from posthog.common.time import parse_timestamp
from posthog.eventlog import payload
from posthog.eventlog.reader import Batch, Entry
from posthog.ingestion import elements, timestamps
from posthog.ingestion.events import UNKNOWN_PROJECT, Envelope, Event, Received, Unreadable, Work, minute_of
from posthog.ingestion.metrics import WARNINGS
from posthog.tenancy.models import Project
from posthog.tenancy.tokens import CachedProject, project_for_token

_PERSON_FIELDS = ("$set", "$set_once", "$unset")


def open_batch(batch: Batch) -> Work:
    """The batch's events in order, each with its position; what cannot be read becomes `unreadable`."""
    work = Work(batch)
    for entry in batch.entries:
        if entry.payload:  # else erased since
            _open_entry(work, entry)
    return work


def _open_entry(work: Work, entry: Entry) -> None:
    log_id = f"{work.batch.partition}:{entry.id}"
    try:
        fields = payload.unpack(entry.payload)
        envelope = _envelope(fields)
        raw_events = list(fields["events"])
    except (ValueError, KeyError, TypeError) as error:
        lost = Unreadable(log_id, entry.payload, f"{type(error).__name__}: {error}")
        work.unreadable.append(lost)
        work.received.append(Received(lost.project_id, minute_of(lost.received_at), 1, {}))
        work.size += max(payload.count_of(entry.payload), 1)
        return
    if envelope.replay_of is None:
        dropped = {str(reason): int(count) for reason, count in (fields.get("dropped") or {}).items()}
        work.received.append(Received(envelope.project_id, minute_of(envelope.now), len(raw_events), dropped))
    for index, raw in enumerate(raw_events):
        _open_event(work, envelope, raw, f"{log_id}:{index}")


def _open_event(work: Work, envelope: Envelope, raw: Any, log_id: str) -> None:
    try:
        work.events.append(_event(work.size, envelope, raw, log_id))
    except Exception as error:  # whatever is wrong with one event stays with it
        alone = payload.pack({**envelope.fields, "events": [raw], "replay_of": log_id})
        work.unreadable.append(Unreadable(log_id, alone, f"{type(error).__name__}: {error}", envelope.project_id))
    work.size += 1


def _envelope(fields: dict[str, Any]) -> Envelope:
    now = parse_timestamp(fields["now"])
    if now is None:
        raise ValueError(f"now is not a time: {fields['now']!r}")
    project = _project(fields)
    return Envelope(
        project_id=project.id if project else UNKNOWN_PROJECT,
        token=str(fields.get("token") or ""),
        now=now,
        sent_at=fields.get("sent_at"),
        ip=fields.get("ip"),
        historical=fields.get("historical") is True,
        anonymize_ips=project.anonymize_ips if project else True,
        message_secret=project.message_secret if project else "",
        replay_of=fields.get("replay_of"),
        attempts=int(fields.get("attempts") or 0),
        fields={name: value for name, value in fields.items() if name not in ("events", "dropped")},
    )


def _project(fields: dict[str, Any]) -> CachedProject | None:
    """By token; by id where the token was replaced since the event was accepted."""
    found = project_for_token(str(fields.get("token") or ""))
    wanted = fields.get("project_id") or None
    if wanted is None or (found and found.id == wanted):
        return found
    row = Project.objects.filter(pk=wanted).values_list("id", "api_token", "anonymize_ips", "message_secret", "timezone").first()
    return CachedProject(*row) if row else None


def _event(position: int, envelope: Envelope, raw: dict[str, Any], log_id: str) -> Event:
    properties = _merged(raw)
    timestamp, unreadable = timestamps.resolve(raw, properties, now=envelope.now, sent_at=envelope.sent_at, historical=envelope.historical)
    if unreadable:
        WARNINGS.labels("unreadable_timestamp").inc()
    return Event(
        position=position,
        log_id=log_id,
        envelope=envelope,
        raw=raw,
        uuid=UUID(raw["uuid"]),
        name=str(raw.get("event") or ""),
        distinct_id=str(raw.get("distinct_id") or ""),
        timestamp=timestamp,
        properties=properties,
    )


def _merged(raw: dict[str, Any]) -> dict[str, Any]:
    """The event's properties with its top-level `$set`, `$set_once` and `$unset` in them; the top level wins."""
    given = raw.get("properties")
    properties = dict(given) if isinstance(given, dict) else {}
    for name in _PERSON_FIELDS:
        value = raw.get(name)
        inner = properties.get(name)
        if isinstance(value, dict) and isinstance(inner, dict):
            properties[name] = {**inner, **value}
        elif value:
            properties[name] = value
    return properties


def derive(event: Event) -> None:
    """`$sent_at`, `$ip` and the elements chain."""
    properties = event.properties
    if event.envelope.sent_at:
        properties["$sent_at"] = event.envelope.sent_at
    _set_address(event)
    given = properties.pop("$elements", None)
    chain = properties.pop("$elements_chain", None)
    event.elements_chain = chain if isinstance(chain, str) and chain else elements.chain_of(given)


def _set_address(event: Event) -> None:
    properties = event.properties
    if properties.get("capture_internal"):
        properties["$ip"] = "127.0.0.1"
    elif event.envelope.ip and "$ip" not in properties:
        properties["$ip"] = event.envelope.ip
    if event.envelope.anonymize_ips:
        properties.pop("$ip", None)
