"""The people stage: whom each event belongs to."""

import logging
from collections.abc import Sequence

from posthog.ingestion.events import Dead, Dropped, Event, Work
from posthog.ingestion.metrics import WARNINGS
from posthog.people import services
from posthog.people.schema import PersonEvent, PersonResult

logger = logging.getLogger(__name__)


def identify(work: Work, events: Sequence[Event], *, repair: bool = False) -> None:
    """Apply the events to their projects' people and give each its person.

    The batch's token makes a second attempt get the first one's results, in part too. A repair takes other events together, so it has no
    token, and must not replace what is remembered of a batch that waits; it sends the rows of everyone concerned.
    """
    token = "" if repair else work.batch.token_for("people")
    for project_id in sorted({event.project_id for event in events}):
        mine = [event for event in events if event.project_id == project_id]
        told = [_as_person_event(event) for event in mine]
        applied = services.apply(project_id, told, lane=str(work.batch.partition), token=token, resend=repair)
        work.people.append((project_id, applied))
        for event, result in zip(mine, applied.results, strict=True):
            _take(event, result)


def _as_person_event(event: Event) -> PersonEvent:
    return PersonEvent(event.uuid, event.name, event.distinct_id, event.timestamp, event.properties)


def _take(event: Event, result: PersonResult) -> None:
    event.person = result
    event.properties = dict(result.event_properties)
    for warning in result.warnings:
        WARNINGS.labels(warning.type).inc()
        logger.info("project %d: %s %s", event.project_id, warning.type, warning.details)
    if result.error:
        event.fate = Dead("people", result.error)
    elif result.drop_reason:
        event.fate = Dropped(result.drop_reason)
