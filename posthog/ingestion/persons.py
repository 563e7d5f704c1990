"""The people stage: whom each event belongs to."""

import logging
from collections.abc import Sequence

from posthog.ingestion.events import Dead, Dropped, Event, Work
from posthog.ingestion.metrics import WARNINGS
from posthog.people import services
from posthog.people.schema import PersonEvent, PersonResult

logger = logging.getLogger(__name__)


def identify(work: Work, events: Sequence[Event]) -> None:
    """Apply the events to their projects' people and give each its person.

    The batch's token makes a second attempt get the first one's results, in part too.
    """
    token = work.batch.token_for("people")
    for project_id in sorted({event.project_id for event in events}):
        mine = [event for event in events if event.project_id == project_id]
        applied = services.apply(project_id, [_as_person_event(event) for event in mine], lane=str(work.batch.partition), token=token)
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
