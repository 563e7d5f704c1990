"""Disk for stateless chats: every request repeats the whole history, and each message must be stored once.

    .venv/bin/python -m benchmarks.disk [--chats 1000] [--turns 20]

Compares the size of events, messages and turns on disk, text indexes included, with the chats' distinct texts compressed by zlib -6,
and with the bytes that clients sent.
"""

import argparse
import json
import random
import tempfile
import uuid
import zlib
from pathlib import Path
from typing import Any

from clickhouse_driver import Client

from posthog.web.demo.story import conversations
from tests.product import Product, wait_until

BATCH = 100
VISIBLE_WITHIN_SECONDS = 1800


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--chats", type=int, default=1000)
    parser.add_argument("--turns", type=int, default=20)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Product(Path(folder), LABELS_ENABLED="false") as product:
        print(measure(product, arguments.chats, arguments.turns))


def measure(product: Product, chats: int, turns: int) -> str:
    chance = random.Random(1)
    sample = [text for chat in conversations() for turn in chat for text in (turn.user, turn.assistant)]
    texts: dict[str, None] = {}
    sent_bytes = 0
    for number in range(chats):
        events = _chat(number, turns, sample, chance, texts)
        sent_bytes += len(json.dumps(events))
        for start in range(0, len(events), BATCH):
            assert wait_until(lambda batch=events[start : start + BATCH]: product.capture(batch)[0] == 200, 120, 0.5)
    expected = chats * turns
    assert wait_until(lambda: product.sql("SELECT count() FROM events")[0][0] >= expected, VISIBLE_WITHIN_SECONDS, 1)
    return _report(product, sent_bytes, texts, chats, turns)


def _chat(number: int, turns: int, sample: list[str], chance: random.Random, texts: dict[str, None]) -> list[dict[str, Any]]:
    """A chat of distinct messages whose every event brings all that was said before."""
    history: list[dict[str, str]] = []
    events = []
    for turn in range(turns):
        said = [f"{chance.choice(sample)} [{number}.{turn}.{side}]" for side in "ua"]
        texts.update(dict.fromkeys(said))
        history.append({"role": "user", "content": said[0]})
        properties = {"$ai_input": list(history), "$ai_output_choices": [{"role": "assistant", "content": said[1]}], "$ai_model": "m"}
        events.append({"event": "$ai_generation", "distinct_id": f"person-{number}", "uuid": str(uuid.uuid4()), "properties": properties})
        history.append({"role": "assistant", "content": said[1]})
    return events


def _bytes_of(product: Product, table: str) -> int:
    """Active parts of a table, indexes included."""
    query = f"SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND table = '{table}'"
    stores = json.loads((product.data_dir / "run" / "stores.json").read_text())
    with Client.from_url(stores["CLICKHOUSE_URL"]) as client:
        client.execute(f"OPTIMIZE TABLE {table} FINAL")
        return int(client.execute(query)[0][0])


def _report(product: Product, sent_bytes: int, texts: dict[str, None], chats: int, turns: int) -> str:
    compressed = len(zlib.compress("\n".join(texts).encode(), 6))
    stored = sum(_bytes_of(product, table) for table in ("events", "messages", "turns", "conversations"))
    mb = 1024 * 1024
    return (
        "| chats | turns each | sent | distinct texts, zlib -6 | store on disk | store / distinct texts | store / sent |\n"
        "|---|---|---|---|---|---|---|\n"
        f"| {chats} | {turns} | {sent_bytes / mb:.1f} MB | {compressed / mb:.1f} MB | {stored / mb:.1f} MB "
        f"| {stored / compressed:.2f} | {stored / sent_bytes:.3f} |"
    )


if __name__ == "__main__":
    main()
