"""False positives of the rule detectors on ordinary conversations, and their speed.

    .venv/bin/python -m benchmarks.detectors --data ../shared/data [--rows 5000] [--show PiiMarker]

Prints a Markdown table: hits per 10,000 texts of each set. `--show` prints what a detector said, and where, to judge whether it was right.
AlpacaEval and XDailyDialog are only measured on. HH-RLHF holds requests for harm, which are no attack on a model: they count as ordinary.
"""

import argparse
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq

from posthog.classifiers import detectors

# Name -> file, column, and the column and value that select rows.
SETS: dict[str, tuple[str, str, tuple[str, str] | None]] = {
    "people to assistants (HH-RLHF)": ("conversations/hh_rlhf_harmless_base_turns", "text", ("speaker", "human")),
    "people to assistants (SGD)": ("agentflow/sgd_dev", "text", ("speaker", "USER")),
    "requests (CLINC150)": ("userflow/clinc150_train", "text", None),
    "prompts (Arena-Hard)": ("topics/arena_hard_prompts", "text", None),
    "prompts (AlpacaEval)": ("conversations/alpaca_eval_outputs", "instruction", None),
    "comments (GoEmotions dev)": ("emotion/goemotions_dev", "text", None),
    "German (XDailyDialog)": ("emotion/xdailydialog_dev", "text_de", None),
    "Italian (XDailyDialog)": ("emotion/xdailydialog_dev", "text_it", None),
    "Chinese (XDailyDialog)": ("emotion/xdailydialog_dev", "text_zh", None),
    "answers (HH-RLHF)": ("conversations/hh_rlhf_harmless_base_turns", "text", ("speaker", "assistant")),
    "answers (SGD)": ("agentflow/sgd_dev", "text", ("speaker", "SYSTEM")),
    "answers (Arena-Hard)": ("conversations/arena_hard_answers", "output", None),
    "answers (WildBench)": ("conversations/wildbench_outputs", "output", None),
    "answers (AlpacaEval)": ("conversations/alpaca_eval_outputs", "output", None),
}


def texts(folder: Path, name: str, rows: int) -> list[str]:
    file, column, wanted = SETS[name]
    table = pq.read_table(folder / f"{file}.parquet", columns=[column, *([wanted[0]] if wanted else [])])
    found = table[column].to_pylist()
    if wanted:
        found = [text for text, value in zip(found, table[wanted[0]].to_pylist(), strict=True) if value == wanted[1]]
    return list(dict.fromkeys(text for text in found if text))[:rows]


def shown(found: list[str], detector: str) -> Iterator[str]:
    for text in found:
        if sentence := detectors.find(text).get(detector):
            yield f"{sentence}\n    {text[:400]!r}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--show", choices=detectors.DETECTORS)
    arguments = parser.parse_args()
    names = list(detectors.DETECTORS)
    print(f"| set | texts | {' | '.join(names)} | µs per text |\n|---|---:|{'---:|' * (len(names) + 1)}")
    for name in SETS:
        found = texts(arguments.data, name, arguments.rows)
        if arguments.show:
            print(name, *shown(found, arguments.show), sep="\n  ")
            continue
        start = time.process_time()
        hits = Counter(detector for text in found for detector in detectors.find(text))
        took = (time.process_time() - start) / len(found) * 1e6
        print(f"| {name} | {len(found):,} | {' | '.join(f'{1e4 * hits[one] / len(found):.1f}' for one in names)} | {took:.0f} |")


if __name__ == "__main__":
    main()
