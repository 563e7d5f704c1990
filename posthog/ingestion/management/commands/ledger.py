"""Prints what became of every accepted event, and whether the numbers agree. Exit status 1 when they do not."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from posthog.ingestion import ledger
from posthog.tenancy.commands import require_project


class Command(BaseCommand):
    help = "What became of every accepted event: received = visible + dropped + dead-lettered + in flight."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--project", type=int, help="id of one project; default: all")

    def handle(self, *args: Any, project: int | None, **options: Any) -> None:
        if project is not None:
            require_project(project)
        found = ledger.read(project)
        lines = [("received", found.received), ("visible", found.visible), ("dropped", sum(found.dropped.values()))]
        lines += [(f"  {reason}", quantity) for reason, quantity in sorted(found.dropped.items())]
        lines += [("dead letters", found.dead_letters), ("in flight", found.in_flight), ("stored rows", found.stored)]
        for name, quantity in lines:
            self.stdout.write(f"{name:<40}{quantity:>14,}")
        if not found.balances:
            self.stdout.write(f"unaccounted for: {found.missing:,}; visible and stored differ by {found.visible - found.stored:,}")
            self.stdout.write("While events are being written the numbers differ for a moment.")
            sys.exit(1)
        self.stdout.write("balanced")
