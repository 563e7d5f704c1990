"""How good labels of one's own are, by the number of examples, on sets of user messages with known intents.

    .venv/bin/python -m benchmarks.own_labels --data ../shared/data

Of each set 20 intents become labels. The 500 other messages hold the intent as often as the set does, unnoticed; held out is all that is
left.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from posthog.classifiers import service
from posthog.clickhouse.embeddings import Vectors
from posthog.common import limits
from posthog.own_labels import training

SETS = {"CLINC150": "userflow/clinc150_train.parquet", "Banking77": "userflow/banking77_train.parquet"}
EXAMPLES = (10, 20, 50)
INTENTS = 20
NO_INTENT = ("oos", "None")
CHUNK = 512


def read(path: Path) -> tuple[Vectors, NDArray[np.str_]]:
    """Unit vectors (n, 384) and intents (n,) of the messages that have one."""
    table = pq.read_table(path)
    rows = [row for row in zip(table["text"].to_pylist(), map(str, table["intent"].to_pylist()), strict=True) if row[1] not in NO_INTENT]
    vectors: list[Vectors | None] = []
    for start in range(0, len(rows), CHUNK):
        vectors += [one.embedding for one in service.classify([service.Text("user", text) for text, _ in rows[start : start + CHUNK]])]
    known = [number for number, vector in enumerate(vectors) if vector is not None]
    return np.stack([vectors[number] for number in known]), np.array([rows[number][1] for number in known])


def trial(vectors: Vectors, has: NDArray[np.bool_], examples: int, rng: np.random.Generator) -> list[float]:
    """Precision and recall shown, the same held out, and seconds."""
    chosen = rng.permutation(np.flatnonzero(has))[:examples]
    others = np.setdiff1d(rng.permutation(len(has))[: limits.OWN_LABEL_BACKGROUND + examples], chosen)[: limits.OWN_LABEL_BACKGROUND]
    began = time.process_time()
    head, figures = training.train(vectors[chosen], vectors[others])
    seconds = time.process_time() - began
    rest = np.setdiff1d(np.arange(len(has)), np.concatenate([chosen, others]))
    said = training.scores(vectors[rest], head.weights[None], np.array([head.bias]))[:, 0] >= head.threshold
    right = (said & has[rest]).sum()
    return [figures.precision or 0.0, figures.recall, right / max(1, said.sum()), right / has[rest].sum(), seconds]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    data = parser.parse_args().data
    print("| set | examples | precision shown | recall shown | precision held out | recall held out | seconds |")
    for name, path in SETS.items():
        vectors, intents = read(data / path)
        rng = np.random.default_rng(0)
        labels = rng.permutation(sorted(set(intents)))[:INTENTS]
        for examples in EXAMPLES:
            found = np.array([trial(vectors, intents == label, examples, rng) for label in labels])
            print(f"| {name} | {examples} | " + " | ".join(f"{value:.2f}" for value in found.mean(axis=0)) + " |", flush=True)


if __name__ == "__main__":
    main()
