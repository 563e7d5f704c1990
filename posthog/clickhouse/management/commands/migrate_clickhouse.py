"""`manage.py migrate_clickhouse [TARGET] [--plan]`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from posthog.clickhouse import client
from posthog.clickhouse.errors import ClickHouseError
from posthog.clickhouse.migrations import runner


class Command(BaseCommand):
    help = "Bring the tables in ClickHouse to the newest state, or to TARGET."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("target", nargs="?", help="name or number of a migration, or zero; newest when left out")
        parser.add_argument("--plan", action="store_true", help="print the SQL and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["plan"]:
                self._print(runner.plan(options["target"]))
            else:
                self._migrate(options["target"], options["verbosity"])
        except (ClickHouseError, runner.UnknownMigration) as error:
            raise CommandError(str(error)) from error

    def _print(self, steps: list[runner.Step]) -> None:
        for step in steps:
            self.stdout.write(f"-- {step.name} {'forwards' if step.is_forwards else 'backwards'}")
            for statement in step.statements:
                self.stdout.write(statement.strip() + ";")

    def _migrate(self, target: str | None, verbosity: int) -> None:
        client.ensure_database()
        for step in runner.steps(target):
            if verbosity:
                self.stdout.write(f"{step.name} {'applied' if step.is_forwards else 'taken back'}")
