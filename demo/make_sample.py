"""Makes `conversations.jsonl.gz`: conversations with an assistant, for the demo project. See LICENCE.md for where the texts come from.

python demo/make_sample.py --data ../shared/data
"""

import argparse
import gzip
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from follow_ups import AGENT, ARCS, USER

TARGET = Path(__file__).with_name("conversations.jsonl.gz")
SEED = 11
DIALOGUES, VICUNA, ARENA = 110, 150, 110
MAX_ANSWER, MAX_REQUEST = 2_200, 900  # characters
MAX_TURNS = 18
WORDS = (
    "sex nsfw porn suicide weapon kill drug exploit malware hack obfuscat synthesize synthesise trump biden rape nazi hitler gaza israel"
)
UNFIT = re.compile(rf"\b({'|'.join(WORDS.split())})", re.IGNORECASE)

Row = dict[str, Any]
Turn = dict[str, str]


def turn(role: str, content: str) -> Turn:
    return {"role": role, "content": content.strip()}


def dialogues(data: Path, draw: random.Random) -> Iterator[Row]:
    """Service conversations as they are: booking, searching, paying."""
    turns: dict[str, list[Row]] = defaultdict(list)
    for row in pq.read_table(data / "agentflow/sgd_dev.parquet").to_pylist():
        turns[row["dialog"]].append(row)
    complete = [rows for rows in turns.values() if len(rows) <= MAX_TURNS and rows[0]["speaker"] == "USER"]
    for rows in draw.sample(complete, DIALOGUES):
        ordered = sorted(rows, key=lambda row: row["turn"])
        yield {"source": "sgd", "turns": [turn("user" if row["speaker"] == "USER" else "assistant", row["text"]) for row in ordered]}


def answered(rows: list[Row]) -> dict[str, list[str]]:
    """Usable answers by request, in the order of the data."""
    answers: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        request, answer = (row["prompt"] or "").strip(), (row["output"] or "").strip()
        usable = 40 < len(answer) <= MAX_ANSWER and 0 < len(request) <= MAX_REQUEST and not UNFIT.search(request + answer)
        if usable and answer not in answers[request]:
            answers[request].append(answer)
    return {request: several for request, several in answers.items() if len(several) > 1}


def chats(source: str, rows: list[Row], count: int, draw: random.Random) -> Iterator[Row]:
    """A request, an answer, and a written continuation that uses another model's answer where it tries again."""
    answers = answered(rows)
    requests = draw.sample(sorted(answers), min(count, len(answers)))
    requests += draw.sample(sorted(answers), count - len(requests))
    weights = [weight for weight, _ in ARCS]
    for request in requests:
        first, other = draw.sample(answers[request], 2)
        arc = draw.choices(ARCS, weights)[0][1]
        turns = [turn("user", request), turn("assistant", first)]
        for position, step in enumerate(arc):
            said = draw.choice((AGENT if position % 2 else USER)[step])
            turns.append(turn("assistant" if position % 2 else "user", fill(said, other)))
        yield {"source": source, "turns": turns}


def fill(said: str, other: str) -> str:
    paragraphs = [part for part in other.split("\n\n") if part.strip()]
    sentences = re.split(r"(?<=[.!?])\s+", " ".join(other.split()))
    parts = {
        "{other}": other,
        "{short}": paragraphs[0][:500],
        "{simple}": " ".join(sentences[:2])[:400],
        "{rest}": "\n\n".join(paragraphs[len(paragraphs) // 2 :]),
    }
    for name, text in parts.items():
        said = said.replace(name, text)
    return said


def sample(data: Path) -> list[Row]:
    draw = random.Random(SEED)
    vicuna = pq.read_table(data / "conversations/vicuna_blog_answers.parquet").to_pylist()
    arena = pq.read_table(data / "conversations/arena_hard_answers.parquet").to_pylist()
    rows = [*dialogues(data, draw), *chats("vicuna", vicuna, VICUNA, draw), *chats("arena-hard", arena, ARENA, draw)]
    draw.shuffle(rows)
    return [{"id": f"demo-{number:03d}", **row} for number, row in enumerate(rows, 1)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the data sets")
    rows = sample(parser.parse_args().data)
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    TARGET.write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))
    turns = sum(len(row["turns"]) for row in rows)
    print(f"{len(rows)} conversations {dict(Counter(row['source'] for row in rows))}, {turns} turns, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
