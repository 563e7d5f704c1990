"""The training command: `python -m posthog.classifiers.training [data train export measure]`, behind `bin/train`."""

import argparse
from pathlib import Path

import torch

from posthog.classifiers.card import MODEL
from posthog.classifiers.training import data
from posthog.classifiers.training.encoder import plain_tokenizer
from posthog.classifiers.training.heads import HEADS
from posthog.classifiers.training.train import train, train_again

STEPS = ("data", "train", "export", "measure")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/train", description=__doc__)
    parser.add_argument("steps", nargs="*", default=STEPS, help="which of: data, train, export, measure (default: all)")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the data sets")
    parser.add_argument("--work", type=Path, default=Path("data/train"), help="folder for the token cache and checkpoints")
    parser.add_argument("--model", type=Path, default=Path("posthog/classifiers/model"), help="folder of the finished model")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--families", nargs="*", default=[head.name for head in HEADS], help="whose data to read again (default: all)")
    parser.add_argument("--again", action="store_true", help="train the last stage alone, from the finished model: for new examples")
    parser.add_argument("--threads", type=int, default=2)
    parsed = parser.parse_args()
    if unknown := set(parsed.steps) - set(STEPS):
        parser.error(f"unknown step {sorted(unknown)}, the steps are {', '.join(STEPS)}")
    return parsed


def main() -> None:
    options = arguments()
    torch.set_num_threads(options.threads)
    options.work.mkdir(parents=True, exist_ok=True)
    tokenizer = plain_tokenizer()
    if "data" in options.steps:
        data.build(options.data, options.work, tokenizer, options.families)
    if "train" in options.steps:
        device = "cuda" if torch.cuda.is_available() else "cpu"
        if options.again:
            train_again(options.work, options.seed, device, options.model / MODEL)
        else:
            train(options.work, options.seed, device)
    if "export" in options.steps:
        from posthog.classifiers.training.export import export

        export(options.work, options.model, tokenizer)
    if "measure" in options.steps:
        from posthog.classifiers.training.export import measure

        measure(options.work, options.model)


main()
