"""`manage.py demo`: fill the demo project and wait until every event of it can be queried and has its labels."""

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from posthog.clickhouse import client as clickhouse
from posthog.common.time import utc_now
from posthog.web.demo import sender, story
from posthog.web.demo.project import ensure_project

# Labelling the demo takes about a minute on two cores that have nothing else to do.
DONE_WITHIN_SECONDS = 900.0
VISIBLE = "uniqExact(uuid)"
LABELLED = "uniqExactIf(uuid, labels.`$label_version` IS NOT NULL)"


class Command(BaseCommand):
    help = "Fill the demo project of a running product with conversations, people and outcomes of five weeks."

    def handle(self, *args: Any, **options: Any) -> None:
        project = ensure_project()
        if _count(project.pk, VISIBLE):
            self.stdout.write(f"The demo project (number {project.pk}) is filled already.")
            return
        events = list(story.events(utc_now(), story.conversations()))
        with tqdm(total=len(events), desc="Sending", unit=" events") as bar:
            for sent in sender.send(events, project.api_token, settings.OWN_ADDRESS, settings.PORT):
                bar.update(sent)
        self._watch("Reading", len(events), lambda: _count(project.pk, VISIBLE))
        if settings.LABELS_ENABLED:
            self._watch("Labelling", sum(_is_spoken(event) for event in events), lambda: _count(project.pk, LABELLED))
        self.stdout.write(f"The demo is project number {project.pk}: {settings.SITE_URL}/project/{project.pk}/conversations")

    def _watch(self, what: str, expected: int, count: Callable[[], int]) -> None:
        """The work goes on in the worker; this only shows it."""
        deadline = time.monotonic() + DONE_WITHIN_SECONDS
        with tqdm(total=expected, desc=what, unit=" events") as bar:
            while bar.n < expected:
                if time.monotonic() > deadline:
                    raise CommandError(f"{what} stopped at {bar.n} of {expected} events; `bin/manage dead_letters` and the log say why.")
                time.sleep(0.5)
                bar.update(count() - bar.n)


def _is_spoken(event: dict[str, Any]) -> bool:
    return event["event"] in ("llm-task", "$ai_generation")


def _count(project_id: int, what: str) -> int:
    query = f"SELECT {what} FROM events WHERE team_id = %(team_id)s"  # noqa: S608 – `what` is one of the constants above
    return int(clickhouse.execute(query, {"team_id": project_id})[0][0])
