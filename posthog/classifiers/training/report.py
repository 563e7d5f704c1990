"""The tables and the plot of docs/models.md, from the card: `python -m posthog.classifiers.training.report`. Needs no torch.

The page holds each table between two comments, `<!-- name -->` and `<!-- end -->`; with `--write` they are filled in.
"""

import argparse
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from posthog.classifiers.training import plot

ROOT = Path(__file__).resolve().parents[3]
CARD = ROOT / "posthog" / "classifiers" / "model" / "card.json"
PAGE = ROOT / "docs" / "models.md"
PLOT = ROOT / "docs" / "images" / "calibration.svg"
BLOCK = re.compile(r"(<!-- (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
FLOWS = ("user_flow", "agent_flow")
SUMMARY = (
    ("emotion", "macro_f1", "emotion: macro-F1 of 28 labels, thresholds from dev"),
    ("emotion", "macro_f1_crossed", "emotion: the same, each half judged with thresholds from the other half"),
    ("emotion", "macro_f1_at_0.3", "emotion: macro-F1 of 28 labels at 0.3"),
    ("emotion", "mean_auc", "emotion: mean ROC-AUC"),
    ("toxicity", "mean_auc", "toxicity: mean ROC-AUC of 6 labels"),
    ("user_flow", "macro_f1", "user flow: macro-F1 of 21 labels, all dev rows"),
    ("agent_flow", "macro_f1", "agent flow: macro-F1 of 10 labels, all dev rows"),
    ("attack", "mean_auc", "prompt attack: ROC-AUC"),
)


def tables(card: dict[str, Any]) -> dict[str, str]:
    families = {family["name"]: family for family in card["families"]}
    blocks = {
        "summary": summary(card, families),
        "calibration": calibration(families),
        "emotion": label_table(families["emotion"]),
        "toxicity": label_table(families["toxicity"]),
        "attack": label_table(families["attack"]),
        "sets": sets(families),
        "flows": flows(families),
        "user_flow": flow_table(families["user_flow"]),
        "agent_flow": flow_table(families["agent_flow"]),
        "data": data_table(card["data"]),
        "files": files(card),
    }
    return {name: "\n".join(lines) + "\n" for name, lines in blocks.items()}


def label_table(family: dict[str, Any]) -> Iterator[str]:
    yield "| label | said from | temperature | dev rows that have it | precision | recall | F1 | ROC-AUC | calibration error |"
    yield "|---|---:|---:|---:|---:|---:|---:|---:|---:|"
    for label in family["labels"]:
        row = family["metrics"]["labels"][label]
        name = f"{label} (never said)" if label in family["unsaid"] else label
        said = f"| {name} | {family['thresholds'][label]:.3f} | {family['temperatures'][label]:.2f} | {row['positives']} |"
        figures = [row[name] for name in ("precision", "recall", "f1", "auc", "calibration_error")]
        if not row["measured"]:
            figures[:3] = [None] * 3  # fewer than 30 rows: no figure worth reading
        yield said + "".join(f" {number(figure)} |" for figure in figures)


def summary(card: dict[str, Any], families: dict[str, Any]) -> Iterator[str]:
    yield "| figure on dev data | fp32 | int8 (shipped) |"
    yield "|---|---:|---:|"
    for family, key, name in SUMMARY:
        yield f"| {name} | {number(families[family]['metrics_fp32'][key])} | {number(families[family]['metrics'][key])} |"
    embedding = card["sentence_vector"]
    yield f"| embedding: cosine to the published sentence vector | {number(embedding['fp32'])} | {number(embedding['int8'])} |"
    said = families["emotion"]["metrics"]["said_label_right"]
    share = f"{said['share_said']:.0%}"
    yield f"| emotion: the one label said is right, of the texts where one is said ({share}) | | {number(said['precision'])} |"


def calibration(families: dict[str, Any]) -> Iterator[str]:
    yield "| family | mean calibration error of its labels |"
    yield "|---|---:|"
    for name, family in families.items():
        yield f"| {name} | {number(family['metrics']['mean_calibration_error'])} |"


def sets(families: dict[str, Any]) -> Iterator[str]:
    yield "| label | dev rows of | ROC-AUC, fp32 | int8 |"
    yield "|---|---|---:|---:|"
    for family in ("toxicity", "attack"):
        full = families[family]["metrics_fp32"]["auc_by_set"]
        for label, by_set in families[family]["metrics"]["auc_by_set"].items():
            for name, value in by_set.items():
                yield f"| {label} | {name} | {number(full[label][name])} | {number(value)} |"


def flows(families: dict[str, Any]) -> Iterator[str]:
    yield "| family | rows | macro-F1 | over labels | the one label (or none) is right |"
    yield "|---|---:|---:|---:|---:|"
    names = {"real": "real messages, read for this", "sets": "human-labelled sets (dev)", "written": "written sentences, held out"}
    for family in FLOWS:
        for key, name in names.items():
            row = families[family]["tiers"][key]
            figures = f"{row['rows']:,} | {number(row['macro_f1'])} | {row['labels_that_occur']} | {number(row['one_label_right'])} |"
            yield f"| {family}: {name} | {figures}"


def flow_table(family: dict[str, Any]) -> Iterator[str]:
    yield "| label | said from | on by default | real rows | precision | recall | F1 | held-out written rows | precision | recall |"
    yield "|---|---:|---|---:|---:|---:|---:|---:|---:|---:|"
    real, written = family["tiers"]["real"]["labels"], family["tiers"]["written"]["labels"]
    for label in family["labels"]:
        on = "never said" if label in family["unsaid"] else "no" if label in family["off"] else "yes"
        measured = real[label]["positives"] >= 30
        figures = [number(real[label][name] if measured else None) for name in ("precision", "recall", "f1")]
        others = [number(written[label][name]) for name in ("precision", "recall")]
        cells = [label, f"{family['thresholds'][label]:.3f}", on, real[label]["positives"], *figures, written[label]["positives"], *others]
        yield "| " + " | ".join(map(str, cells)) + " |"


def data_table(data: dict[str, Any]) -> Iterator[str]:
    yield "| family: set | licence | train | dev | test |"
    yield "|---|---|---:|---:|---:|"
    for name, row in data.items():
        yield f"| {name} | {row['licence']} | {row.get('train', 0):,} | {row.get('dev', 0):,} | {row.get('test', 0):,} |"


def files(card: dict[str, Any]) -> Iterator[str]:
    yield f"Encoder: {card['encoder']}."
    for name, stage in card["training"].items():
        epochs = ", ".join(f"{family} {count}" for family, count in stage["epochs"].items())
        yield f"Stage {name}: seed {stage['seed']}, {stage['steps']:,} steps; epochs: {epochs}."
    yield f"Quantization: {card['quantization']}."
    yield f"Made with {', '.join(f'{name} {version}' for name, version in card['made_with'].items())}."
    yield ""
    yield "| file | sha256 |"
    yield "|---|---|"
    for name, digest in card["files"].items():
        yield f"| {name} | `{digest}` |"


def number(value: float | None) -> str:
    return "not measured" if value is None else f"{value:.3f}"


def filled(page: str, card: dict[str, Any]) -> str:
    """The page with the card's figures in its tables."""
    blocks = tables(card)
    return BLOCK.sub(lambda match: match[1] + blocks[match[2]] + match[3] if match[2] in blocks else match[0], page)


def reliability_plot(card: dict[str, Any]) -> str:
    return plot.reliability({family["name"]: family["metrics"]["reliability"] for family in card["families"]})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="fill the tables of docs/models.md and draw the plot")
    card = json.loads(CARD.read_text())
    if parser.parse_args().write:
        PAGE.write_text(filled(PAGE.read_text(), card))
        PLOT.write_text(reliability_plot(card))
    else:
        print("\n".join(tables(card).values()))


if __name__ == "__main__":
    main()
