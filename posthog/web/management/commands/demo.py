"""`manage.py demo`: fill the demo project and wait until every event of it can be queried and has its labels."""

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from posthog.clickhouse import client as clickhouse
from posthog.clickhouse.errors import StoreUnavailable
from posthog.tenancy.models import Project
from posthog.web.demo import sender, story
from posthog.web.demo.project import ensure_project

# Labelling the whole demo takes about a minute on two cores that have nothing else to do.
STUCK_AFTER_SECONDS = 900.0
VISIBLE = "uniqExact(uuid)"
LABELLED = "uniqExactIf(uuid, labels.`$label_version` IS NOT NULL)"


class Command(BaseCommand):
    help = "Fill the demo project of a running product with conversations, people and outcomes of five weeks, or complete it."

    def handle(self, *args: Any, **options: Any) -> None:
        project = ensure_project()
        # The story ends when its project was made, so that each attempt tells the same events with the same ids.
        events = list(story.events(project.created_at, story.conversations()))
        if _count(project.pk, VISIBLE) >= len(events):
            self.stdout.write(f"The demo project (number {project.pk}) is filled already.")
            return
        self._send(project, events)
        self._watch("Reading", len(events), lambda: _count(project.pk, VISIBLE))
        if settings.LABELS_ENABLED:
            self._watch("Labelling", sum(_is_spoken(event) for event in events), lambda: _count(project.pk, LABELLED))
        self.stdout.write(f"The demo is project number {project.pk}: {settings.SITE_URL}/project/{project.pk}/conversations")

    def _send(self, project: Project, events: list[dict[str, Any]]) -> None:
        """What an interrupted attempt has sent already is dropped as a duplicate when it is still on its way."""
        stored = _stored(project.pk)
        missing = [event for event in events if event["uuid"] not in stored]
        with tqdm(total=len(missing), desc="Sending", unit=" events") as bar:
            try:
                for sent in sender.send(missing, project.api_token, settings.OWN_ADDRESS, settings.PORT):
                    bar.update(sent)
            except sender.SendFailed as failure:
                raise CommandError(str(failure)) from failure

    def _watch(self, what: str, expected: int, count: Callable[[], int]) -> None:
        """The work goes on in the worker; this only shows it."""
        moved = time.monotonic()
        with tqdm(total=expected, desc=what, unit=" events") as bar:
            while bar.n < expected:
                if time.monotonic() > moved + STUCK_AFTER_SECONDS:
                    raise CommandError(f"{what} stopped at {bar.n} of {expected} events; `bin/manage dead_letters` and the log say why.")
                time.sleep(0.5)
                now_there = _patiently(count, otherwise=bar.n)
                moved = time.monotonic() if now_there > bar.n else moved
                bar.update(now_there - bar.n)


def _is_spoken(event: dict[str, Any]) -> bool:
    return event["event"] in ("llm-task", "$ai_generation")


def _stored(project_id: int) -> set[str]:
    return {str(uuid) for (uuid,) in clickhouse.execute("SELECT uuid FROM events WHERE team_id = %(team_id)s", {"team_id": project_id})}


def _patiently(count: Callable[[], int], *, otherwise: int) -> int:
    """The store may be restarted meanwhile."""
    try:
        return count()
    except StoreUnavailable:
        return otherwise


def _count(project_id: int, what: str) -> int:
    query = f"SELECT {what} FROM events WHERE team_id = %(team_id)s"  # noqa: S608 – `what` is one of the constants above
    return int(clickhouse.execute(query, {"team_id": project_id})[0][0])
