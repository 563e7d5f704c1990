"""kill -9 of each part under load: what was answered with 200 is there exactly once afterwards.

Here a few kills of each part; `benchmarks/kills.py` runs the long form.
"""

from pathlib import Path

import pytest

from tests.faults.harness import run_trial
from tests.product import PartName, Product

KILLS = 3
EVENTS = 600
pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]


@pytest.mark.parametrize("part", ["web", "worker", "store", "log"])
def test_killing_it_loses_nothing_and_stores_nothing_twice(tmp_path: Path, part: PartName) -> None:
    with Product(tmp_path) as product:
        report = run_trial(product, part, KILLS, EVENTS, seed=len(part))
        assert (report.lost, report.twice) == (0, 0), str(report)
        assert report.kills == KILLS
