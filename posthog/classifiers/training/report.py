"""The tables of docs/models.md, from the card: `python -m posthog.classifiers.training.report`. Needs no torch.

The page holds each table between two comments, `<!-- name -->` and `<!-- end -->`; with `--write` they are filled in.
"""

import argparse
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
CARD = ROOT / "posthog" / "classifiers" / "model" / "card.json"
PAGE = ROOT / "docs" / "models.md"
BLOCK = re.compile(r"(<!-- (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def tables(card: dict[str, Any]) -> dict[str, str]:
    families = {family["name"]: family for family in card["families"]}
    blocks = {
        "emotion": label_table(families["emotion"]),
        "toxicity": label_table(families["toxicity"]),
        "summary": summary(families),
        "sets": sets(families["toxicity"]),
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


def summary(families: dict[str, Any]) -> Iterator[str]:
    yield "| figure on dev data | fp32 | int8 (shipped) |"
    yield "|---|---:|---:|"
    for family, key, name in (
        ("emotion", "macro_f1", "emotion: macro-F1 of 28 labels, thresholds from dev"),
        ("emotion", "macro_f1_crossed", "emotion: the same, each half judged with thresholds from the other half"),
        ("emotion", "macro_f1_at_0.3", "emotion: macro-F1 of 28 labels at 0.3"),
        ("emotion", "mean_auc", "emotion: mean ROC-AUC"),
        ("emotion", "mean_calibration_error", "emotion: mean calibration error"),
        ("toxicity", "mean_auc", "toxicity: mean ROC-AUC of 6 labels"),
        ("toxicity", "mean_calibration_error", "toxicity: mean calibration error"),
    ):
        yield f"| {name} | {number(families[family]['metrics_fp32'][key])} | {number(families[family]['metrics'][key])} |"
    said = families["emotion"]["metrics"]["said_label_right"]
    share = f"{said['share_said']:.0%}"
    yield f"| emotion: the one label said is right, of the texts where one is said ({share}) | | {number(said['precision'])} |"


def sets(family: dict[str, Any]) -> Iterator[str]:
    yield "| dev rows of | ROC-AUC of `toxic`, fp32 | int8 |"
    yield "|---|---:|---:|"
    full = family["metrics_fp32"]["auc_by_set"]["toxic"]
    for name, value in family["metrics"]["auc_by_set"]["toxic"].items():
        yield f"| {name} | {number(full[name])} | {number(value)} |"


def data_table(data: dict[str, Any]) -> Iterator[str]:
    yield "| family: set | licence | train | dev |"
    yield "|---|---|---:|---:|"
    for name, row in data.items():
        yield f"| {name} | {row['licence']} | {row.get('train', 0):,} | {row.get('dev', 0):,} |"


def files(card: dict[str, Any]) -> Iterator[str]:
    training = card["training"]
    epochs = ", ".join(f"{name} {count}" for name, count in training["epochs"].items())
    yield f"Encoder: {card['encoder']}."
    yield f"Seed {training['seed']}, {training['steps']:,} steps; epochs: {epochs}. Quantization: {card['quantization']}."
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="fill the tables of docs/models.md")
    card = json.loads(CARD.read_text())
    if parser.parse_args().write:
        PAGE.write_text(filled(PAGE.read_text(), card))
    else:
        print("\n".join(tables(card).values()))


if __name__ == "__main__":
    main()
