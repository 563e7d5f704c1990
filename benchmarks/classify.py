"""Speed of labelling on mixed lengths, against (a) the bare session on the same batches, (b) a session per family, one text at a time.

    .venv/bin/python -m benchmarks.classify [--texts 600] [--rounds 3]

Texts are the distinct messages of the demo conversations. All run on one thread; the best round of each counts, in CPU seconds.
"""

import argparse
import gzip
import json
import random
import time
from collections.abc import Callable
from pathlib import Path

import onnxruntime

from posthog.classifiers import batches, service
from posthog.classifiers.card import MODEL
from posthog.classifiers.engine import Engine, session_options
from posthog.classifiers.service import Text

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "demo" / "conversations.jsonl.gz"
FOLDER = ROOT / "posthog" / "classifiers" / "model"
ORIGINAL_TOKENS = 256  # where the original servers cut a text


def sample(count: int) -> list[Text]:
    with gzip.open(SAMPLE, "rt", encoding="utf-8") as lines:
        turns = [turn for line in lines for turn in json.loads(line)["turns"]]
    distinct = list({turn["content"]: Text(turn["role"], turn["content"]) for turn in turns}.values())
    return random.Random(3).sample(distinct, min(count, len(distinct)))


def whole_service(texts: list[Text]) -> Callable[[], object]:
    return lambda: service.classify(texts, every_language=True)


def bare_session(texts: list[Text]) -> Callable[[], object]:
    """Only the session's work: tokens and batches are made before."""
    engine = Engine(FOLDER)
    rows = engine.tokens([text.content for text in texts])
    plan = [[rows[position] for position in positions] for positions in batches.plan([len(row) for row in rows])]
    padded = [batches.pad(group) for group in plan]
    session = onnxruntime.InferenceSession(str(FOLDER / MODEL), session_options(), providers=["CPUExecutionProvider"])
    return lambda: [session.run(None, {"ids": ids, "mask": mask}) for ids, mask in padded]


def one_by_one(texts: list[Text], tokens: int) -> Callable[[], object]:
    """A session per family, each called with one text after the other, tokenized each time as separate servers do."""
    engine = Engine(FOLDER)
    sessions = {
        family.name: onnxruntime.InferenceSession(str(FOLDER / MODEL), session_options(), providers=["CPUExecutionProvider"])
        for family in engine.card.families
    }

    def label(family: str, text: Text) -> None:
        encoded = engine._tokenizer.encode(batches.clean(text.content), add_special_tokens=False)
        ids, mask = batches.pad([batches.frame(encoded.ids[: tokens - 2], head=tokens, tail=0)])
        sessions[family].run([family], {"ids": ids, "mask": mask})

    return lambda: [label(family, text) for text in texts for family in sessions]


def measure(ways: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """CPU seconds of the best round of each; the ways take turns, so that a busy machine slows all of them."""
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(rounds):
        for name, way in ways.items():
            started = time.process_time()
            way()
            best[name] = min(best[name], time.process_time() - started)
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    texts = sample(options.texts)
    service.use_folder(FOLDER)
    service.classify(texts[:20], every_language=True)
    lengths = [len(row) for row in Engine(FOLDER).tokens([text.content for text in texts])]
    print(f"{len(texts)} texts, {sum(lengths) / len(lengths):.0f} tokens on average, {max(lengths)} at most; one thread\n")
    names = ["the service", "(a) bare session, same batches", "(b) session per family, one text at a time"]
    ways = dict(zip(names, (whole_service(texts), bare_session(texts), one_by_one(texts, ORIGINAL_TOKENS)), strict=True))
    ways["(b) cut at 128 tokens as ours"] = one_by_one(texts, batches.MAX_TOKENS)
    seconds = measure(ways, options.rounds)
    print("| way | texts per CPU second | the service is … times as fast |\n|---|---:|---:|")
    for name, value in seconds.items():
        print(f"| {name} | {len(texts) / value:.0f} | {value / seconds[names[0]]:.2f} |")


if __name__ == "__main__":
    main()
