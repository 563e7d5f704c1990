"""Events that were stored before. The first one wins, whatever a later one with its uuid says.

Two of them under different distinct ids stand in different partitions and may be on their way at the same moment. So a batch claims its
uuids in Valkey before it looks into the store, and gives them back once its rows are there: who comes later meets the claim or the row.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from uuid import UUID

from posthog.clickhouse import client
from posthog.common import limits, redis
from posthog.ingestion.events import Dropped, Event, Stored, Work

_STORED = """
SELECT uuid, log_id FROM events
WHERE team_id = %(team)s AND toDate(timestamp) IN %(days)s AND uuid IN %(uuids)s
"""
# KEYS claims; ARGV seconds, a log id for each claim. Returns who holds each.
_CLAIM = """
local holders = {}
for i, key in ipairs(KEYS) do
  holders[i] = redis.call('SET', key, ARGV[i + 1], 'NX', 'GET', 'EX', ARGV[1]) or ARGV[i + 1]
end
return holders
"""
# KEYS claims; ARGV a log id for each, which gives back what it holds.
_RELEASE = """
for i, key in ipairs(KEYS) do
  if redis.call('GET', key) == ARGV[i] then redis.call('DEL', key) end
end
"""
_NEAR = (timedelta(days=-1), timedelta(), timedelta(days=1))
# uuids in one statement: its text stays far below the engine's bound.
_CHUNK = 2_000
Key = tuple[int, UUID]


def mark(work: Work) -> None:
    """Give stored events their fate: `Stored` when the row came from this very log entry, else dropped as `duplicate`.

    So is an event that another batch is about to store. The others are claimed until release().
    """
    _mark_repeated(work.live)
    claimed = _claim(work.live)
    stored = log_ids(work.live)
    for event in work.live:
        key = (event.project_id, event.uuid)
        if stored.get(key, claimed[key]) != event.log_id:
            event.fate = Dropped("duplicate")
        elif key in stored:
            event.fate = Stored()


def release(work: Work) -> None:
    """Give back the batch's claims, those of an earlier attempt too: each of its events is stored or given up."""
    redis.client().register_script(_RELEASE)(keys=_claims(work.events), args=[event.log_id for event in work.events])


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


def _claim(events: Sequence[Event]) -> dict[Key, str]:
    """Log ids of the events that hold the claims on the uuids now: these ones, or others that came first."""
    arguments: list[str | int] = [limits.UUID_CLAIM_SECONDS, *(event.log_id for event in events)]
    holders: list[bytes] = redis.client().register_script(_CLAIM)(keys=_claims(events), args=arguments)
    return {(event.project_id, event.uuid): holder.decode() for event, holder in zip(events, holders, strict=True)}


def _claims(events: Sequence[Event]) -> list[str]:
    # The braces keep all of them on one node of a cluster, as the scripts need.
    return [f"ingestion:{{uuids}}:{event.project_id}:{event.uuid.hex}" for event in events]


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
