"""What users of a project write about: list the topics, look for them again."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from posthog.tenancy.commands import require_project
from posthog.topics import fits, selectors, tasks


class Command(BaseCommand):
    help = "List the topics of a project; with --fit, ask the worker to look for them again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--project", type=int, required=True, help="id of the project")
        parser.add_argument("--fit", action="store_true", help="look for topics again, in the background")

    def handle(self, *args: Any, project: int, fit: bool, **options: Any) -> None:
        require_project(project)
        if fit:
            try:
                fits.request(project, by_hand=True)
            except fits.FitRefused as error:
                raise CommandError(str(error)) from error
            tasks.remind()
        for topic in selectors.topics(project, hidden=True):
            marks = " ".join(mark for mark in ("pinned", "hidden") if topic[mark])
            self.stdout.write(f"{topic['id']:>8}{topic['size']:>10,}  {topic['name']}  {marks}".rstrip())
        status = selectors.fit_status(project)
        self.stdout.write(f"search: {status['state']} {status['progress']:.0%} {status['error']}".rstrip())
        self.stdout.write(f"stored messages with the topics as they are now: {status['labelled']:.0%}")
