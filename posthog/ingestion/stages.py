"""The story of a batch: what happens to events between the log and the store, from top to bottom.

Each stage leaves every event live or gives it a fate: dropped with a reason, dead (kept as a dead letter), or stored already. An event
that makes a stage fail is dead alone; a part of the system that is away makes the whole batch wait.
"""

import time
from collections.abc import Callable

from posthog.eventlog.reader import Batch
from posthog.ingestion import dead_letters, decode, duplicates, geoip, labels, ledger, names, persons, rows, talks, writer
from posthog.ingestion.events import UNKNOWN_PROJECT, Dropped, Event, Watch, Work
from posthog.ingestion.failpoints import fail_point
from posthog.ingestion.isolation import each, together
from posthog.ingestion.metrics import STAGE_SECONDS

Progress = Callable[[], object]
_DROPPED_EVENTS = {"$performance_event": "performance_event"}
_DROPPED_PREFIXES = {"$snapshot": "session_recording"}


def process(batch: Batch, watch: Watch, progress: Progress) -> Work:
    """Take the batch through all stages and write it. It may then be acknowledged.

    progress is called between steps, so that the caller can see that work goes on. Raises isolation.TRANSIENT errors: then the batch
    stays pending, and doing it again later adds nothing to what is written already.
    """
    work = decode.open_batch(batch)
    work.watch = watch
    for stage in STAGES:
        progress()
        started = time.monotonic()
        stage(work, progress)
        STAGE_SECONDS.labels(stage.__name__).inc(time.monotonic() - started)
        fail_point(f"after {stage.__name__}")
    return work


def derive(work: Work, progress: Progress) -> None:
    """`$sent_at`, `$ip`, the elements chain."""
    each("decode", work, decode.derive)


def drop(work: Work, progress: Progress) -> None:
    """What is not stored on purpose."""
    each("drop", work, _drop)


def skip_known(work: Work, progress: Progress) -> None:
    """Duplicates, and what an earlier attempt at this batch has stored or given up."""
    dead_letters.mark_known(work)
    duplicates.mark(work)


def locate(work: Work, progress: Progress) -> None:
    """The country of the address."""
    each("geoip", work, lambda event: geoip.locate(event.properties))


def identify(work: Work, progress: Progress, *, repair: bool = False) -> None:
    """Persons, merges, groups."""
    together("people", work, lambda events: persons.identify(work, events, repair=repair))


def converse(work: Work, progress: Progress) -> None:
    """Messages, conversations, turns."""
    each("conversations", work, talks.read)
    together("conversations", work, talks.assign)


def label(work: Work, progress: Progress) -> None:
    """What the messages say."""
    labels.label(work, progress)


def write(work: Work, progress: Progress) -> None:
    """Everything into the store, then what could not go there into the dead letters."""
    each("write", work, lambda event: rows.prepare(work, event))
    writer.write(work, progress)
    dead_letters.save(work)
    duplicates.release(work)


def account(work: Work, progress: Progress) -> None:
    """The ledger of outcomes."""
    ledger.record(work)


def define(work: Work, progress: Progress) -> None:
    """Names of events and properties, for pickers; that the project has events."""
    names.note_first_events(work)
    names.define(work)


STAGES = (derive, drop, skip_known, locate, identify, converse, label, write, account, define)


def _drop(event: Event) -> None:
    reason = _reason(event)
    if reason:
        event.fate = Dropped(reason)


def _reason(event: Event) -> str | None:
    if event.project_id == UNKNOWN_PROJECT:
        return "unknown_token"
    if not event.name or not event.distinct_id:
        return "empty"
    prefix = next((reason for start, reason in _DROPPED_PREFIXES.items() if event.name.startswith(start)), None)
    return _DROPPED_EVENTS.get(event.name) or prefix
