"""What became of every accepted event: received = visible + dropped + dead-lettered + in flight.

`received` is counted from the log's entries before anything is done with them, the others from the fate of each event, and `stored`
by the store itself; that they agree says that no stage lost one. Rows carry the batch and the minute of receipt, so a batch
that is written again replaces its rows.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from posthog.clickhouse import client
from posthog.eventlog import log, payload
from posthog.ingestion.events import Dead, Dropped, Event, Work, minute_of
from posthog.ingestion.metrics import EVENTS
from posthog.ingestion.rows import COLUMNS

RECEIVED, VISIBLE, DROPPED, DEAD_LETTER = "received", "visible", "dropped", "dead_letter"

_TOTALS = """
SELECT outcome, reason, sum(quantity) FROM outcomes FINAL
WHERE %(team)s = 0 OR team_id = %(team)s GROUP BY outcome, reason
"""
_STORED = "SELECT uniqExact(team_id, uuid) FROM events WHERE %(team)s = 0 OR team_id = %(team)s"


@dataclass(frozen=True)
class Ledger:
    """Numbers of events. dropped: by reason. stored: distinct events in the store."""

    received: int
    visible: int
    dropped: dict[str, int]
    dead_letters: int
    in_flight: int
    stored: int

    @property
    def missing(self) -> int:
        """Received and not accounted for; 0 whenever no batch is half written."""
        return self.received - self.visible - sum(self.dropped.values()) - self.dead_letters - self.in_flight

    @property
    def balances(self) -> bool:
        return self.missing == 0 and self.visible == self.stored


def record(work: Work) -> None:
    """Write what became of the batch's events."""
    batch = work.batch.token_for("outcomes")
    rows = [(*key, batch, quantity) for key, quantity in sorted(_counts(work).items())]
    rows += [
        (event.project_id, minute_of(event.created_at), DEAD_LETTER, event.fate.stage, event.log_id, 1)
        for event in work.events
        if isinstance(event.fate, Dead)
    ]
    rows += [(one.project_id, minute_of(one.received_at), DEAD_LETTER, "decode", one.log_id, 1) for one in work.unreadable]
    # Without a token: rows of an earlier attempt are replaced, also where this attempt ended differently.
    client.insert("outcomes", COLUMNS["outcomes"], rows)


def count_metrics(work: Work) -> None:
    """Once per batch, after it was acknowledged."""
    for event in work.events:
        outcome, reason = _outcome(event)
        EVENTS.labels(outcome, reason).inc()
    EVENTS.labels(DEAD_LETTER, "decode").inc(len(work.unreadable))


def withdraw(project_id: int, received_at: datetime, stage: str, log_id: str) -> None:
    """A dead letter went back into the log: it is counted there again."""
    client.insert("outcomes", COLUMNS["outcomes"], [(project_id, minute_of(received_at), DEAD_LETTER, stage, log_id, 0)])


def read(project_id: int | None = None) -> Ledger:
    """The whole ledger, or one project's. Consistent while nothing is being written. Raises StoreUnavailable and LogUnavailable."""
    params = {"team": project_id or 0}
    totals: Counter[str] = Counter()
    dropped: dict[str, int] = {}
    for outcome, reason, quantity in client.execute(_TOTALS, params, tag="ledger"):
        totals[outcome] += quantity
        if outcome == DROPPED:
            dropped[reason] = quantity
    waiting = _in_flight(project_id)
    return Ledger(
        received=totals[RECEIVED] + waiting.received,
        visible=totals[VISIBLE],
        dropped=dropped,
        dead_letters=totals[DEAD_LETTER],
        in_flight=waiting.events,
        stored=client.execute(_STORED, params, tag="ledger")[0][0],
    )


@dataclass
class _Waiting:
    """events: in the log and not acknowledged. received: those of them that are counted as received then, which replays are not."""

    events: int = 0
    received: int = 0


def _counts(work: Work) -> Counter[tuple[int, datetime, str, str]]:
    """Quantities by project, minute, outcome and reason; dead letters stand in rows of their own."""
    counts: Counter[tuple[int, datetime, str, str]] = Counter()
    for one in work.received:
        counts[one.project_id, one.minute, RECEIVED, ""] += one.events + sum(one.dropped.values())
        for reason, quantity in one.dropped.items():
            counts[one.project_id, one.minute, DROPPED, reason] += quantity
    for event in work.events:
        outcome, reason = _outcome(event)
        if outcome != DEAD_LETTER:
            counts[event.project_id, minute_of(event.created_at), outcome, reason] += 1
    return counts


def _outcome(event: Event) -> tuple[str, str]:
    if isinstance(event.fate, Dropped):
        return DROPPED, event.fate.reason
    return (DEAD_LETTER, event.fate.stage) if isinstance(event.fate, Dead) else (VISIBLE, "")


def _in_flight(project_id: int | None) -> _Waiting:
    waiting = _Waiting()
    for packed in log.unacknowledged():
        fields = _unpacked(packed)
        if project_id is None or fields.get("project_id") == project_id:
            quantity = len(fields["events"]) + sum((fields.get("dropped") or {}).values())
            waiting.events += quantity
            waiting.received += 0 if fields.get("replay_of") else quantity
    return waiting


def _unpacked(packed: bytes) -> dict[str, Any]:
    """What stands in a log entry; an unreadable one counts as one event of no project."""
    try:
        return payload.unpack(packed)
    except ValueError:
        return {"events": [None]}
