"""kill -9 of each part under load: what was answered with 200 is there exactly once afterwards.

Here a few kills of each part; `benchmarks/kills.py` runs the long form.
"""

import pytest

from tests.faults.harness import run_trial
from tests.product import PartName, Product, wait_until

KILLS = 3
EVENTS = 600
pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]


@pytest.mark.parametrize("part", ["web", "worker", "store", "log"])
def test_killing_it_loses_nothing_and_stores_nothing_twice(product: Product, part: PartName) -> None:
    report = run_trial(product, part, KILLS, EVENTS, seed=1)
    assert (report.lost, report.twice) == (0, 0), str(report)
    assert report.kills == KILLS


def test_every_acknowledged_event_is_accounted_for(product: Product) -> None:
    """received = visible + dropped + dead-lettered + in flight, after all the kills above."""
    assert wait_until(lambda: "balanced" in product.manage("ledger"), 60, 1), product.manage("ledger")
