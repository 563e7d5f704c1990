"""Keeping one event's failure with that event, and telling it from a part of the system that is away."""

from collections.abc import Callable, Sequence

from django.db import InterfaceError, OperationalError
from redis.exceptions import RedisError

from posthog.clickhouse.errors import QueryLimitExceeded, StoreUnavailable
from posthog.eventlog.errors import LogError
from posthog.ingestion.events import Dead, Event, Work

# Nobody's fault: the batch stays pending and is taken up again. A read over its limit is one too: it says nothing of an event.
TRANSIENT = (StoreUnavailable, QueryLimitExceeded, LogError, RedisError, OperationalError, InterfaceError)
Step = Callable[[Sequence[Event]], object]


def each(stage: str, work: Work, step: Callable[[Event], object]) -> None:
    """Run step on every live event; one that raises is given up alone. Raises only what is transient."""
    for event in work.live:
        work.watch.touch(stage, event)
        if event.fate is None:
            _succeeds(stage, lambda event=event: step(event), [event])  # type: ignore[misc]


def together(stage: str, work: Work, step: Step) -> None:
    """Run step on all live events at once; if it raises, on halves of them, until the event that makes it raise is alone.

    step must be able to run again on events that it has seen. Raises only what is transient.
    """
    if work.watch.careful:
        each(stage, work, lambda event: step([event]))
    else:
        _halving(stage, step, work.live)


def _halving(stage: str, step: Step, events: Sequence[Event]) -> None:
    if not events or _succeeds(stage, lambda: step(events), events):
        return
    if len(events) > 1:
        middle = len(events) // 2
        _halving(stage, step, events[:middle])
        _halving(stage, step, events[middle:])


def _succeeds(stage: str, run: Callable[[], object], events: Sequence[Event]) -> bool:
    """Whether run succeeded. A single event is given up if not."""
    try:
        run()
    except TRANSIENT:
        raise
    except Exception as error:
        if len(events) == 1:
            events[0].fate = Dead(stage, f"{type(error).__name__}: {error}")
        return False
    return True
