"""Events that were stored before. The first one wins, whatever a later one with its uuid says."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from uuid import UUID

from posthog.clickhouse import client
from posthog.ingestion.events import Dropped, Event, Stored, Work

_STORED = """
SELECT uuid, log_id FROM events
WHERE team_id = %(team)s AND toDate(timestamp) IN %(days)s AND uuid IN %(uuids)s
"""
_NEAR = (timedelta(days=-1), timedelta(), timedelta(days=1))
# uuids in one statement: its text stays far below the engine's bound.
_CHUNK = 2_000
Key = tuple[int, UUID]


def mark(work: Work) -> None:
    """Give stored events their fate: `Stored` when the row came from this very log entry, else dropped as `duplicate`."""
    _mark_repeated(work.live)
    stored = log_ids(work.live)
    for event in work.live:
        log_id = stored.get((event.project_id, event.uuid))
        if log_id is not None:
            event.fate = Stored() if log_id == event.log_id else Dropped("duplicate")


def log_ids(events: Sequence[Event]) -> dict[Key, str]:
    """Log ids of those of the events whose uuid is stored on a day not more than one from the event's."""
    found: dict[Key, str] = {}
    by_project: dict[int, list[Event]] = defaultdict(list)
    for event in events:
        by_project[event.project_id].append(event)
    for project_id, mine in by_project.items():
        for chunk in _chunks(mine):
            params = {"team": project_id, "days": _days(chunk), "uuids": [str(event.uuid) for event in chunk]}
            rows = client.execute(_STORED, params, tag="ingestion_duplicates")
            found.update({(project_id, uuid): log_id for uuid, log_id in rows})
    return found


def _mark_repeated(events: Sequence[Event]) -> None:
    seen: set[Key] = set()
    for event in events:
        key = (event.project_id, event.uuid)
        if key in seen:
            event.fate = Dropped("duplicate")
        seen.add(key)


def _days(events: Sequence[Event]) -> list[date]:
    return sorted({event.timestamp.date() + shift for event in events for shift in _NEAR})


def _chunks(events: Sequence[Event]) -> Iterator[Sequence[Event]]:
    return (events[start : start + _CHUNK] for start in range(0, len(events), _CHUNK))
