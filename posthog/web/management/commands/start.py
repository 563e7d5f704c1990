"""`manage.py start`: becomes the supervisor, which does without Django and so stays small."""

import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser


class Command(BaseCommand):
    help = "Run the whole product on this machine."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--demo", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        command = [sys.executable, "-m", "posthog.web.supervisor", *(["--demo"] if options["demo"] else [])]
        os.execv(sys.executable, command)  # noqa: S606 – our own interpreter with fixed arguments
