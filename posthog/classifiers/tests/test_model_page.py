import json

from posthog.classifiers.tests.conftest import MODEL
from posthog.classifiers.training import report


def test_the_figures_of_the_page_are_those_of_the_card() -> None:
    page = report.PAGE.read_text()
    assert page == report.filled(page, json.loads((MODEL / "card.json").read_text())), (
        "run: python -m posthog.classifiers.training.report --write"
    )


def test_the_page_has_a_place_for_every_table() -> None:
    card = json.loads((MODEL / "card.json").read_text())
    assert set(report.tables(card)) | {"speed"} == {match[2] for match in report.BLOCK.finditer(report.PAGE.read_text())}
