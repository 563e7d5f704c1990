"""Fault harness: numbered events go in over several connections while parts are killed; then everything is counted.

Driver, nemesis and checker of one trial; the trial prints one line with its figures and its seed.
"""

import random
import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from tests.product import PartName, Product, wait_until

CONNECTIONS = 4
BATCH_SIZE = 20
# 400 events/s together: a load under which the parts are busy and the backlog stays short.
PAUSE_SECONDS = 0.2
PEOPLE = 40
QUIET_WITHIN_SECONDS = 240.0
SAID = [
    ("How do I export my invoices as CSV?", "Open Billing, choose Invoices, then Export."),
    (
        "That is wrong, I do not have a Billing page. This is so frustrating!",
        "I'm sorry about that. Ask your administrator for access.",
    ),
    ("Thank you so much, that worked!", "Glad to hear it. Is there anything else I can help with?"),
]


@dataclass
class Report:
    """acknowledged: uuids that capture answered with 200 for. lost: acknowledged and not visible. twice: visible more than once."""

    seed: int
    part: str
    kills: int = 0
    acknowledged: set[str] = field(default_factory=set)
    refused: int = 0
    lost: int = 0
    twice: int = 0
    quiet_after_seconds: float = 0.0

    @property
    def event(self) -> str:
        """Name of the trial's events, so that trials can share a product."""
        return f"llm-task {self.part} {self.seed}"

    def __str__(self) -> str:
        return (
            f"seed={self.seed} part={self.part} kills={self.kills} acknowledged={len(self.acknowledged)} unanswered={self.refused} "
            f"lost={self.lost} twice={self.twice} quiet_after={self.quiet_after_seconds:.1f}s"
        )


class Driver:
    """Sends batches over CONNECTIONS threads until stopped. A batch without a 200 is sent again with the same uuids, as SDKs do."""

    def __init__(self, product: Product, report: Report, target: int) -> None:
        self.product, self.report, self.target = product, report, target
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._send, args=(number,), daemon=True) for number in range(CONNECTIONS)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def has_enough(self) -> bool:
        return len(self.report.acknowledged) >= self.target

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(60)

    def _send(self, connection: int) -> None:
        number = 0
        while not self._stop.is_set():
            batch = [_event(self.report.event, connection, number + offset) for offset in range(BATCH_SIZE)]
            number += BATCH_SIZE
            while self.product.capture(batch)[0] != 200:
                with self._lock:
                    self.report.refused += 1
                if self._stop.wait(0.1):
                    return
            with self._lock:
                self.report.acknowledged.update(event["uuid"] for event in batch)
            self._stop.wait(PAUSE_SECONDS)


def run_trial(product: Product, part: PartName, kills: int, target: int, seed: int) -> Report:
    """`kills` kills of `part` at random moments, at least `target` acknowledged events, then the count."""
    report, chance = Report(seed, part), random.Random(seed)
    driver = Driver(product, report, target)
    driver.start()
    for _ in range(kills):
        time.sleep(chance.uniform(0.3, 2.0))
        victim = product.pid(part)
        product.kill(part)
        report.kills += 1
        assert wait_until(lambda before=victim: product.pid(part) != before, 60), f"{part} was not restarted"
    assert wait_until(driver.has_enough, 300), f"only {len(report.acknowledged)} events were acknowledged"
    driver.stop()
    _count(product, report)
    return report


def _count(product: Product, report: Report) -> None:
    """Wait until everything acknowledged is visible (or time is up), then compare sets by uuid."""
    started = time.monotonic()
    wait_until(lambda: _visible(product, report.event) >= len(report.acknowledged), QUIET_WITHIN_SECONDS, 0.5)
    report.quiet_after_seconds = time.monotonic() - started
    rows = _uuids(product, report.event)
    report.lost = len(report.acknowledged - set(rows))
    report.twice = len(rows) - len(set(rows))


def _visible(product: Product, event: str) -> int:
    query = _hogql(f"SELECT count(DISTINCT uuid) FROM events WHERE event = '{event}'")
    status, answer = product.request("POST", "/api/projects/@current/query/", query)
    return int(answer["results"][0][0]) if status == 200 else 0


def _uuids(product: Product, event: str) -> list[str]:
    """Every row's uuid, duplicates included, in pages below the row limit."""
    page = "SELECT toString(uuid) FROM events WHERE event = '{event}' AND startsWith(toString(uuid), '{digit}') LIMIT 50000"
    return [row[0] for digit in "0123456789abcdef" for row in product.sql(page.format(event=event, digit=digit))]


def _hogql(text: str) -> dict[str, Any]:
    return {"query": {"kind": "HogQLQuery", "query": text}, "refresh": "force_blocking"}


def _event(name: str, connection: int, number: int) -> dict[str, Any]:
    user, assistant = SAID[number % len(SAID)]
    return {
        "event": name,
        "uuid": str(uuid.uuid4()),
        "distinct_id": f"person-{(connection * 7 + number) % PEOPLE}",
        "properties": {
            "$llm_input": user,
            "$llm_output": assistant,
            "$session_id": f"session-{connection}-{number // 6}",
            "number": number,
        },
    }
