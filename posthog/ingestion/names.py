"""The definitions stage: names and types of what became visible, for pickers and queries."""

import logging
from collections import defaultdict

from posthog.definitions.services import SeenEvent, record
from posthog.ingestion.events import Event, Work
from posthog.tenancy.models import Project

_begun: set[int] = set()
logger = logging.getLogger(__name__)


def define(work: Work) -> None:
    """Never raises: the events are stored, and a name that is missed now is recorded with the next event that uses it."""
    by_project: dict[int, list[SeenEvent]] = defaultdict(list)
    for event in work.live:
        by_project[event.project_id].append(_seen(event))
    for project_id, events in by_project.items():
        try:
            record(project_id, events)
        except Exception as error:  # whatever a name may cause, the batch is done
            logger.warning("names of project %s are not recorded: %s: %s", project_id, type(error).__name__, error)


def note_first_events(work: Work) -> None:
    """Mark the projects that have events now; once per project and process."""
    fresh = {event.project_id for event in work.live} - _begun
    if fresh:
        Project.objects.filter(pk__in=fresh, ingested_event=False).update(ingested_event=True)
        _begun.update(fresh)


def _seen(event: Event) -> SeenEvent:
    return SeenEvent(event.name, event.timestamp, event.stored_properties | event.labels, event.known_person.properties)
