"""`manage.py demo`: fill the demo project and wait until every event of it can be queried."""

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from posthog.clickhouse import client as clickhouse
from posthog.common.time import utc_now
from posthog.web.demo import sender, story
from posthog.web.demo.project import ensure_project

# The events of the demo take about a minute to be labelled on two cores.
VISIBLE_WITHIN_SECONDS = 900.0


class Command(BaseCommand):
    help = "Fill the demo project of a running product with conversations, people and outcomes of five weeks."

    def handle(self, *args: Any, **options: Any) -> None:
        project = ensure_project()
        if _visible(project.pk):
            self.stdout.write(f"The demo project (number {project.pk}) is filled already.")
            return
        events = list(story.events(utc_now(), story.conversations()))
        with tqdm(total=len(events), desc="Sending", unit=" events") as bar:
            for sent in sender.send(events, project.api_token, settings.HOST, settings.PORT):
                bar.update(sent)
        self._wait_until_visible(project.pk, len(events))
        self.stdout.write(f"The demo is project number {project.pk}: {settings.SITE_URL}/project/{project.pk}/conversations")

    def _wait_until_visible(self, project_id: int, expected: int) -> None:
        """Reading and labelling goes on in the worker; this only watches."""
        deadline = time.monotonic() + VISIBLE_WITHIN_SECONDS
        with tqdm(total=expected, desc="Reading and labelling", unit=" events") as bar:
            while bar.n < expected:
                if time.monotonic() > deadline:
                    raise CommandError(f"Only {bar.n} of {expected} events became visible; `bin/manage dead_letters` and the log say why.")
                time.sleep(0.5)
                bar.update(_visible(project_id) - bar.n)


def _visible(project_id: int) -> int:
    return int(clickhouse.execute("SELECT uniqExact(uuid) FROM events WHERE team_id = %(team_id)s", {"team_id": project_id})[0][0])
