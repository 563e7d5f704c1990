"""Makes a label from files of example messages, or shows how good it would be."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from posthog.classifiers.service import ModelUnavailable
from posthog.clickhouse.errors import ClickHouseError
from posthog.common import apart, json
from posthog.own_labels import selectors, services, texts
from posthog.own_labels.models import OwnLabel
from posthog.own_labels.services import Wish
from posthog.rest.errors import InvalidInput
from posthog.tenancy.commands import require_project


class Command(BaseCommand):
    help = (
        "Train a label from example messages, one a line: plain text, or JSON lines with a text (or content) field in files named .jsonl."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--project", type=int, required=True, help="id of the project")
        parser.add_argument("--name", required=True)
        parser.add_argument("--speaker", choices=OwnLabel.Speaker.values, default="user", help="whose messages can have it")
        parser.add_argument("--examples", type=Path, required=True, help="file of messages that have the label")
        parser.add_argument("--counter-examples", type=Path, help="file of messages that might seem to and have not")
        parser.add_argument("--preview", action="store_true", help="show the figures and the best stored matches, and save nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        project: int = options["project"]
        require_project(project)
        counter = options["counter_examples"]
        wish = Wish(options["speaker"], read(options["examples"]), read(counter) if counter else ())
        try:
            if options["preview"]:
                self._preview(project, wish)
            else:
                self._create(project, options["name"], wish)
        except (InvalidInput, ModelUnavailable, apart.Failed, ClickHouseError) as error:
            raise CommandError(str(error)) from error

    def _preview(self, team_id: int, wish: Wish) -> None:
        trained = services.train(team_id, wish)
        found = selectors.preview(team_id, wish, trained)
        self._figures(found["figures"])
        self.stdout.write(f"trained in {trained.seconds:.1f} s; best stored matches (* has the label):")
        for match in found["matches"]:
            self.stdout.write(f"{'*' if match['has_label'] else ' '} {match['score']:.3f}  {match['text'][:110]}")

    def _create(self, team_id: int, name: str, wish: Wish) -> None:
        label = services.create(team_id, name, wish, None)
        self._figures(selectors.shown(label)["figures"])
        self.stdout.write(f"new messages get {', '.join(label.properties)}; the worker goes through stored ones")

    def _figures(self, figures: dict[str, Any]) -> None:
        precision = figures["precision"]
        said, right = figures["true_positives"] + figures["false_positives"], figures["true_positives"]
        self.stdout.write(
            f"{figures['examples']} examples, {figures['counter_examples']} counter-examples, {figures['background']} other messages; "
            f"cross-validated in {figures['folds']} parts"
        )
        self.stdout.write(f"precision {'-' if precision is None else f'{precision:.2f}'} ({right} of {said} that were given the label)")
        self.stdout.write(f"recall    {figures['recall']:.2f} ({right} of {right + figures['false_negatives']} examples)")
        if figures["note"]:
            self.stdout.write(figures["note"])


def read(path: Path) -> list[str]:
    """Messages of a file, each once. Raises CommandError."""
    try:
        lines = [line for line in path.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
        found = [_text(json.loads(line.encode())) for line in lines] if path.suffix == ".jsonl" else lines
    except (OSError, ValueError) as error:
        raise CommandError(f"{path}: {error}") from error
    return list(dict.fromkeys(map(texts.as_example, found)))


def _text(value: object) -> str:
    text = (value.get("text") or value.get("content")) if isinstance(value, dict) else value
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f"a line has neither text nor content: {str(value)[:80]}")
    return text
