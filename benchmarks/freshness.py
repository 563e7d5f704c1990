"""From the 200 answer to a visible, labelled event, at a steady rate.

    .venv/bin/python -m benchmarks.freshness [--rate 200] [--seconds 60] [--repeat]

Starts the product on a scratch DATA_DIR, sends conversations of the demo sample at the given rate, and asks every 200 ms which of
the events can be queried with their labels. Prints p50, p95 and the maximum of the delay, and how many texts were new.
"""

import argparse
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from posthog.web.demo.story import conversations
from tests.product import Product, llm_event, wait_until

POLL_SECONDS = 0.2
BATCH = 10


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=int, default=200, help="events per second")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--repeat", action="store_true", help="say the sample's texts again instead of new ones")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Product(Path(folder)) as product:
        print(measure(product, arguments.rate, arguments.seconds, repeat=arguments.repeat))


def measure(product: Product, rate: int, seconds: int, *, repeat: bool) -> str:
    turns = [(f"chat-{number}", turn) for number, chat in enumerate(conversations()) for turn in chat]
    answered: dict[str, float] = {}
    seen: dict[str, float] = {}
    done = threading.Event()
    watcher = threading.Thread(target=_watch, args=(product, answered, seen, done))
    watcher.start()
    _send(product, turns, rate, seconds, answered, repeat=repeat)
    wait_until(lambda: len(seen) >= len(answered), 120, POLL_SECONDS)
    done.set()
    watcher.join()
    delays = sorted(seen[key] - answered[key] for key in seen)
    return _report(delays, len(answered), rate)


def _send(product: Product, turns: list[tuple[str, Any]], rate: int, seconds: int, answered: dict[str, float], *, repeat: bool) -> None:
    start = time.monotonic()
    for number in range(0, rate * seconds, BATCH):
        batch = [_event(turns, number + offset, repeat=repeat) for offset in range(BATCH)]
        time.sleep(max(0.0, start + number / rate - time.monotonic()))
        status, answer = product.capture(batch)
        assert status == 200, answer
        now = time.monotonic()
        answered.update((event["uuid"], now) for event in batch)


def _event(turns: list[tuple[str, Any]], number: int, *, repeat: bool) -> dict[str, Any]:
    """The sample over and over; unless they repeat, texts carry their round from the second one on."""
    round_, index = divmod(number, len(turns))
    chat, turn = turns[index]
    mark = f" ({round_})" if round_ and not repeat else ""
    return llm_event(turn.user + mark, turn.assistant + mark, person=f"person-{index % 97}", session=f"{chat}-{round_}", number=number)


def _watch(product: Product, answered: dict[str, float], seen: dict[str, float], done: threading.Event) -> None:
    oldest = 0  # number of the first event that is not yet seen: uuids are in the order they were answered
    while not done.wait(POLL_SECONDS):
        rows = product.sql(
            "SELECT toString(uuid) FROM events WHERE event = 'llm-task' AND properties.user_language IS NOT NULL "
            f"AND toInt(properties.number) >= {oldest} LIMIT 50000"
        )
        now = time.monotonic()
        for (key,) in rows:
            if key in answered:
                seen.setdefault(key, now)
        oldest = next((number for number, key in enumerate(list(answered)) if key not in seen), len(answered))


def _report(delays: list[float], sent: int, rate: int) -> str:
    if not delays:
        return f"{sent} events were answered and none became visible"
    at = lambda share: delays[min(len(delays) - 1, int(share * len(delays)))]  # noqa: E731
    return (
        f"| events/s | events | visible with labels | p50 | p95 | max |\n|---|---|---|---|---|---|\n"
        f"| {rate} | {sent} | {len(delays)} | {at(0.5):.2f} s | {at(0.95):.2f} s | {delays[-1]:.2f} s |"
    )


if __name__ == "__main__":
    main()
