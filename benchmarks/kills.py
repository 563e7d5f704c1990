"""The long form of the fault trials: kill -9 of each part under load, then a comparison of sets by uuid.

    .venv/bin/python -m benchmarks.kills [--kills 20] [--events 10000] [--parts web worker store log]

One line per part. Zero failures in N kills bound the failure rate at 3/N (95 %): 20 kills bound it at 15 %, 300 at 1 %.
"""

import argparse
import tempfile
from pathlib import Path

from tests.faults.harness import run_trial
from tests.product import Product


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--parts", nargs="+", default=["web", "worker", "store", "log"])
    arguments = parser.parse_args()
    for part in arguments.parts:
        with tempfile.TemporaryDirectory() as folder, Product(Path(folder)) as product:
            print(run_trial(product, part, arguments.kills, arguments.events, arguments.seed), flush=True)


if __name__ == "__main__":
    main()
