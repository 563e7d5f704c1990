"""The toxicity head of the frozen multilingual encoder: English dev rows, and pairs of sentences written in four languages."""

import csv
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from sklearn.metrics import roc_auc_score

from benchmarks.multilingual_heads import Floats, show, train, tuned, with_ratio
from posthog.classifiers import service
from posthog.classifiers.training.data import DEV_SHARE, digest

Rows = list[tuple[str, int]]
LANGUAGES = ("en", "de", "fr", "es")
ROWS, DEV_ROWS = 4_000, 500  # of all sets together, and of each set
SETS = ("jigsaw2018_sub_train", "jigsaw2018_binary_train", "detox_civil_dev")


def examples(data: Path) -> tuple[Rows, dict[str, Rows]]:
    """Rows to train on, and dev rows per set: the same that the product's model has not seen."""
    learned: Rows = []
    dev: dict[str, Rows] = {}
    for name in SETS:
        rows = [(row["text"], int(row["toxic"])) for row in pq.read_table(data / "toxicity" / f"{name}.parquet").to_pylist()]
        learned += [row for row in rows if digest(row[0]) % DEV_SHARE]
        kept = [row for row in rows if not digest(row[0]) % DEV_SHARE]
        dev[name] = sorted(kept, key=lambda row: digest("limit" + row[0]))[:DEV_ROWS]
    for row in pq.read_table(data / "toxicity" / "paradetox_train.parquet").to_pylist():
        learned += [(row["toxic"], 1), (row["neutral1"], 0)]
    distinct = {digest(text): (text, toxic) for text, toxic in learned if text and digest(text) % DEV_SHARE}
    return sorted(distinct.values(), key=lambda row: digest("limit" + row[0]))[:ROWS], dev


def product(texts: Sequence[str]) -> Floats:
    return service.engine().scores(texts)["toxicity"][:, 0]


def measure(vectors: Callable[[str, Sequence[str]], Floats], data: Path, pairs: Path, hidden: int) -> None:
    learned, dev = examples(data)
    marks = np.array([[toxic] for _, toxic in learned], dtype=np.float32)
    head = train(vectors("toxic-train", [text for text, _ in learned]), marks, hidden)
    judged: list[Floats] = []
    for name, rows in dev.items():
        truth, texts = [toxic for _, toxic in rows], [text for text, _ in rows]
        judged.append(head(vectors(f"toxic-{name}", texts)))
        for model, scores in (("e5", judged[-1][:, 0]), ("product", product(texts))):
            show(f"toxicity, {model}: {name} dev, {len(rows):,} rows, AUC", f"{roc_auc_score(truth, scores):.3f}")
    marks = np.array([[toxic] for rows in dev.values() for _, toxic in rows], dtype=np.float32)
    threshold = float(tuned(np.concatenate(judged), marks)[0][0])
    with pairs.open(encoding="utf-8", newline="") as file:
        written = list(csv.DictReader(file, delimiter="\t"))
    truth, numbers = (np.array([int(row[column]) for row in written]) for column in ("toxic", "pair"))
    texts_of = {language: [row[language] for row in written] for language in LANGUAGES}
    ours = [head(vectors(f"pairs-{language}", texts_of[language]))[:, 0] for language in LANGUAGES]
    forced = [product(texts_of[language]) for language in LANGUAGES]
    limit = next(float(family.thresholds[0]) for family in service.engine().card.families if family.name == "toxicity")
    show("written pairs", *LANGUAGES, "lowest ratio")
    for model, every, at in (("e5", ours, threshold), ("product", forced, limit)):
        auc = [lambda draw, one=one: float(roc_auc_score(truth[draw], one[draw])) for one in every]
        show(f"{model}: AUC", *with_ratio(auc, numbers))
        show(f"{model}: judged right at {at:.2f}", *[f"{((one >= at) == truth).mean():.3f}" for one in every])
        show(f"{model}: of the toxic found", *[f"{(one >= at)[truth == 1].mean():.3f}" for one in every])
        show(f"{model}: of the others called toxic", *[f"{(one >= at)[truth == 0].mean():.3f}" for one in every])
