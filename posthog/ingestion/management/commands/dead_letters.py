"""Events that were given up: list them, look at one, put them back into the log."""

from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Count

from posthog.common import json
from posthog.eventlog.errors import LogError
from posthog.ingestion import dead_letters
from posthog.ingestion.models import DeadLetter

_REASON_LENGTH = 100
_LISTED = 50


def _quantity(value: str) -> int:
    if not value.isdecimal():
        raise ArgumentTypeError(f"{value!r} is not a whole number of at least 0")
    return int(value)


class Command(BaseCommand):
    help = "List, show and replay events that could not be taken through the stages."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", help="list, if none is given")
        listing = actions.add_parser("list", help="letters that wait, and how many per stage")
        listing.add_argument("--limit", type=_quantity, default=_LISTED)
        actions.add_parser("show", help="one letter with its event").add_argument("id", type=int)
        replay = actions.add_parser("replay", help="put events back into the log; a second time adds nothing")
        chosen = replay.add_mutually_exclusive_group(required=True)
        chosen.add_argument("--all", action="store_true")
        chosen.add_argument("--id", type=int)

    def handle(self, *args: Any, action: str | None = None, **options: Any) -> None:
        {"list": self._list, "show": self._show, "replay": self._replay}[action or "list"](options)

    def _list(self, options: dict[str, Any]) -> None:
        waiting = dead_letters.waiting()
        for row in waiting.order_by("stage").values("stage").annotate(quantity=Count("id")):
            self.stdout.write(f"{row['stage']:<20}{row['quantity']:>10,}")
        for letter in waiting[: options.get("limit", _LISTED)]:
            when = f"{letter.received_at:%Y-%m-%d %H:%M:%S}"
            what = f"project {letter.project_id}, {letter.event or 'unreadable'} {letter.uuid}".rstrip()
            self.stdout.write(
                f"{letter.pk:>8}  {when}  {what}  [{letter.stage}, attempt {letter.attempts}] {letter.reason[:_REASON_LENGTH]}"
            )
        if not waiting.exists():
            self.stdout.write("no dead letters")

    def _show(self, options: dict[str, Any]) -> None:
        letter = self._get(options["id"])
        for name in ("stage", "reason", "attempts", "log_id", "project_id", "received_at", "created_at", "replayed_at"):
            self.stdout.write(f"{name:<14}{getattr(letter, name)}")
        fields = dead_letters.contents(letter)
        self.stdout.write(json.dumps_text(fields) if fields else f"unreadable, {len(letter.payload)} bytes")

    def _replay(self, options: dict[str, Any]) -> None:
        letters = [self._get(options["id"])] if options["id"] is not None else list(dead_letters.waiting())
        try:
            done = dead_letters.replay(letters)
        except LogError as error:
            raise CommandError(f"the event log does not take events now: {error}") from error
        self.stdout.write(f"put back into the log: {done.put_back}; unreadable, left as they are: {done.unreadable}")

    def _get(self, pk: int) -> DeadLetter:
        found = DeadLetter.objects.filter(pk=pk).first()
        if found is None:
            raise CommandError(f"there is no dead letter {pk}")
        return found
