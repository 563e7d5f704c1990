"""Speed of labelling on mixed lengths with each engine, against (a) the bare session of the same engine on the same batches,
(b) the original design: a session per family, called with one text at a time.

    .venv/bin/python -m benchmarks.classify [--texts 600] [--rounds 3] [--engines openvino,onnxruntime]

Texts are the distinct messages of the demo conversations. One text after the other or one batch after the other, so at most one core is
busy; the best round of each counts, in CPU seconds of the process.
"""

import argparse
import gzip
import json
import random
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from posthog.classifiers import batches, service, sessions
from posthog.classifiers.card import MODEL
from posthog.classifiers.engine import Engine
from posthog.classifiers.service import Text

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "demo" / "conversations.jsonl.gz"
FOLDER = ROOT / "posthog" / "classifiers" / "model"
ORIGINAL_TOKENS = 256  # where the original servers cut a text

Way = Callable[[], object]


def sample(count: int) -> list[Text]:
    with gzip.open(SAMPLE, "rt", encoding="utf-8") as lines:
        turns = [turn for line in lines for turn in json.loads(line)["turns"]]
    distinct = list({turn["content"]: Text(turn["role"], turn["content"]) for turn in turns}.values())
    return random.Random(3).sample(distinct, min(count, len(distinct)))


def whole_service(texts: list[Text], engine: Engine) -> Way:
    def label() -> None:
        service._engine = engine
        service.classify(texts, every_language=True)

    return label


def bare_session(texts: list[Text], engine: Engine) -> Way:
    """Only the session's work: tokens and batches are made before."""
    rows = engine.tokens([text.content for text in texts])
    padded = [batches.pad([rows[position] for position in positions], engine.session.widths) for positions in engine.plan(rows)]
    return lambda: [engine.session.run(ids, mask) for ids, mask in padded]


def one_by_one(texts: list[Text], engine: Engine, tokens: int, *, every_family: bool = True) -> Way:
    """A session per family, tokenized each time as separate servers do. Else than `every_family` only those that speak of the role."""
    model = (FOLDER / MODEL).read_bytes()
    separate = {family.name: sessions.open_session(model, engine.session.engine) for family in engine.card.families}

    def families(text: Text) -> Iterable[str]:
        return (family.name for family in engine.card.families if every_family or service._speaks_of(family, text.role))

    def label(family: str, text: Text) -> None:
        encoded = engine._tokenizer.encode(batches.clean(text.content), add_special_tokens=False)
        separate[family].run(*batches.pad([batches.frame(encoded.ids[: tokens - 2], head=tokens, tail=0)]))

    return lambda: [label(family, text) for text in texts for family in families(text)]


def ways_of(texts: list[Text], engine: Engine) -> dict[str, Way]:
    return {
        "the service": whole_service(texts, engine),
        "(a) bare session, same batches": bare_session(texts, engine),
        "(b) session per family, one text at a time": one_by_one(texts, engine, ORIGINAL_TOKENS),
        "(b) only the families of its role, cut at 128 tokens as ours": one_by_one(texts, engine, batches.MAX_TOKENS, every_family=False),
    }


def measure(ways: dict[tuple[str, str], Way], rounds: int) -> dict[tuple[str, str], float]:
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
    parser.add_argument("--engines", default=f"{sessions.OPENVINO},{sessions.ONNXRUNTIME}")
    options = parser.parse_args()
    texts = sample(options.texts)
    engines = {name: Engine(FOLDER, name) for name in options.engines.split(",")}
    lengths = [len(row) for row in next(iter(engines.values())).tokens([text.content for text in texts])]
    ways = {(name, way): run for name, engine in engines.items() for way, run in ways_of(texts, engine).items()}
    print(f"{len(texts)} texts, {sum(lengths) / len(lengths):.0f} tokens on average, {max(lengths)} at most; one core\n")
    seconds = measure(ways, options.rounds)
    print("| engine | way | texts per CPU second | the service is … times as fast |\n|---|---|---:|---:|")
    for (name, way), value in seconds.items():
        print(f"| {name} | {way} | {len(texts) / value:.0f} | {value / seconds[name, 'the service']:.2f} |")


if __name__ == "__main__":
    main()
