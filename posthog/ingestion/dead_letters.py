"""Events that were given up: kept whole with stage and reason, and put back into the log on request."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from posthog.common.time import utc_now
from posthog.eventlog import log, payload
from posthog.ingestion import ledger
from posthog.ingestion.events import Dead, Event, Unreadable, Work
from posthog.ingestion.models import DeadLetter


def save(work: Work) -> None:
    """Keep the batch's dead events. Those of an earlier attempt stay as they are."""
    letters = [_of_event(event, event.fate) for event in work.events if isinstance(event.fate, Dead)]
    letters += [_of_unreadable(one) for one in work.unreadable]
    if letters:
        DeadLetter.objects.bulk_create(letters, ignore_conflicts=True)


def mark_known(work: Work) -> None:
    """On a retry: what was given up in an earlier attempt stays given up."""
    if not work.is_retry:
        return
    known = DeadLetter.objects.filter(log_id__in=[event.log_id for event in work.events]).values_list("log_id", "stage", "reason")
    by_id = {log_id: Dead(stage, reason) for log_id, stage, reason in known}
    for event in work.events:
        event.fate = event.fate or by_id.get(event.log_id)


def waiting() -> QuerySet[DeadLetter]:
    """Not replayed yet, oldest first."""
    return DeadLetter.objects.filter(replayed_at=None).order_by("id")


@dataclass(frozen=True)
class Replayed:
    """put_back: events appended to the log again; unreadable: letters that hold no event and stay."""

    put_back: int
    unreadable: int


def replay(letters: Sequence[DeadLetter]) -> Replayed:
    """Append the letters' events to the log again, each as it was received. A letter that was replayed before is left out.

    An event that is stored by then is dropped as a duplicate, so that replaying can never store one twice. Raises LogFull,
    LogUnavailable and StoreUnavailable; letters before the failure are replayed.
    """
    put_back = unreadable = 0
    for letter in letters:
        fields = contents(letter)
        if fields is None:
            unreadable += letter.replayed_at is None
        else:
            put_back += _put_back(letter.pk, fields)
    return Replayed(put_back, unreadable)


def contents(letter: DeadLetter) -> dict[str, Any] | None:
    """The log entry that the letter holds, None when nothing can read it."""
    try:
        return payload.unpack(bytes(letter.payload))
    except ValueError:
        return None


@transaction.atomic
def _put_back(pk: int, fields: dict[str, Any]) -> bool:
    """Whether the letter was still waiting; nobody else replays it meanwhile."""
    letter = waiting().select_for_update().filter(pk=pk).first()
    if letter is None:
        return False
    # First, since it may be done again: were it to fail behind the append, the event would be counted twice.
    ledger.withdraw(letter.project_id, letter.received_at, letter.stage, letter.log_id)
    entry = {**fields, "replay_of": letter.log_id, "attempts": letter.attempts}
    partition = log.partition_of(str(fields.get("token") or ""), _distinct_id(fields["events"]))
    log.append([(partition, payload.pack(entry))])
    letter.replayed_at = utc_now()
    letter.save(update_fields=["replayed_at"])
    return True


def _distinct_id(events: Sequence[Any]) -> str:
    first = events[0] if events else None
    return str(first.get("distinct_id") or "") if isinstance(first, dict) else ""


def _of_event(event: Event, fate: Dead) -> DeadLetter:
    alone = payload.pack({**event.envelope.fields, "events": [event.raw]})
    return DeadLetter(
        project_id=event.project_id,
        log_id=event.log_id,
        uuid=str(event.uuid),
        event=event.name[:200],
        stage=fate.stage,
        reason=fate.reason,
        payload=alone,
        attempts=event.envelope.attempts + 1,
        received_at=event.created_at,
    )


def _of_unreadable(one: Unreadable) -> DeadLetter:
    return DeadLetter(
        project_id=one.project_id,
        log_id=one.log_id,
        stage="decode",
        reason=one.reason,
        payload=one.payload,
        received_at=one.received_at,
    )
