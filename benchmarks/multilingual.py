"""How far labels learned from English carry: heads over a frozen multilingual-e5-small, beside this product's model.

    .venv-train/bin/python -m benchmarks.multilingual --e5 e5-small-q4.bin --tokenizer tokenizer.json --data DATA --pairs PAIRS --work WORK

The parallel lines (XDailyDialog) are non-commercial: they measure, and nothing made here is shipped. One thread; vectors are kept in WORK.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import torch

from benchmarks import multilingual_toxicity
from benchmarks.classify import sample
from benchmarks.multilingual_encoder import WIDTH, Encoder, export
from benchmarks.multilingual_heads import Floats, Row, as_often_as, dialogues_of, emotion_rows, macro_f1, show, train, tuned, with_ratio
from posthog.classifiers import service
from posthog.classifiers.training.data import digest
from posthog.classifiers.training.heads import EMOTION

Vectors = Callable[[str, Sequence[str]], Floats]
LANGUAGES = ("en", "de", "it", "zh")
LINES, ENGLISH_LINES, RETRIEVED, EMOTION_ROWS = 2_000, 5_000, 300, 15_000
ACTS = ("inform", "question", "directive", "commissive")
LAYERS = {"last layer": slice(0, WIDTH), "middle layers": slice(WIDTH, 2 * WIDTH), "both": slice(0, 2 * WIDTH)}
HIDDEN = {"logistic": 0, "MLP": 256}


def goemotions(data: Path, split: str, limit: int | None = None) -> tuple[list[str], Floats]:
    rows = sorted(pq.read_table(data / "emotion" / f"goemotions_{split}.parquet").to_pylist(), key=lambda row: digest(row["text"]))[:limit]
    marks = np.zeros((len(rows), len(EMOTION.labels)), dtype=np.float32)
    for place, row in enumerate(rows):
        marks[place, [int(label) for label in row["labels"].split(",")]] = 1
    return [row["text"] for row in rows], marks


def parallel_lines(data: Path) -> list[Row]:
    """The first LINES are judged in every language: those with an emotion, then others, in an order without meaning."""
    rows: list[Row] = pq.read_table(data / "emotion" / "xdailydialog_dev.parquet").to_pylist()
    rows.sort(key=lambda row: (row["emotion"] == "no_emotion", digest(f"{row['dialog']} {row['turn']}")))
    return rows[:ENGLISH_LINES]


def retrieval(lines: Sequence[Row], parallel: Sequence[Floats]) -> None:
    """Share of distinct English lines whose nearest line in the other language is their translation: checks the decoding."""
    rows = list({line["text_en"]: place for place, line in enumerate(lines)}.values())[-RETRIEVED:]
    unit = [values[rows, LAYERS["last layer"]] for values in parallel]
    unit = [values / np.linalg.norm(values, axis=1, keepdims=True) for values in unit]
    show(f"retrieval, {RETRIEVED} lines", *[f"{((unit[0] @ one.T).argmax(1) == np.arange(RETRIEVED)).mean():.3f}" for one in unit])


def emotion(vectors: Vectors, data: Path, lines: Sequence[Row], parallel: Sequence[Floats]) -> int:
    """Prints the rows of emotions; returns the hidden width that was best on English dev."""
    (texts, marks), (dev_texts, dev_marks) = goemotions(data, "train", EMOTION_ROWS), goemotions(data, "dev")
    x, dev = vectors("emotion-train", texts), vectors("emotion-dev", dev_texts)
    best, width = 0.0, 0
    for layers, columns in LAYERS.items():
        for kind, hidden in HIDDEN.items():
            head = train(x[:, columns], marks, hidden)
            thresholds, f1 = tuned(head(dev[:, columns]), dev_marks)
            show(f"{kind}, {layers}: GoEmotions dev, macro-F1, 28 labels", f"{f1:.3f}")
            emotion_rows(f"{kind}, {layers}", lines, [head(part[:, columns]) for part in parallel], thresholds)
            if layers == "both":
                best, width = max((best, width), (f1, hidden))
                moved = [head(part - part.mean(0) + parallel[0].mean(0)) for part in parallel]
                emotion_rows(f"{kind}, {layers}, vectors moved to the English mean", lines, moved, thresholds)
                ranked = [as_often_as(moved[0], scores) for scores in moved]
                emotion_rows(f"{kind}, {layers}, moved, and labels as frequent as in English", lines, ranked, thresholds)
    engine = service.engine()
    family = next(family for family in engine.card.families if family.name == "emotion")
    show("product: GoEmotions dev, macro-F1, 28 labels", f"{tuned(engine.scores(dev_texts)['emotion'], dev_marks)[1]:.3f}")
    forced = [engine.scores([line[f"text_{language}"] for line in lines])["emotion"] for language in LANGUAGES]
    emotion_rows("product, which judges English only", lines, forced, np.asarray(family.thresholds, dtype=np.float32))
    return width


def acts(english: Floats, lines: Sequence[Row], parallel: Sequence[Floats], hidden: int) -> None:
    """Two folds of dialogues: heads from the English lines of one judge the lines of the other in every language."""
    truth, dialogues = np.array([ACTS.index(line["act"]) for line in lines]), dialogues_of(lines)
    said = [np.zeros(LINES, dtype=np.int64) for _ in LANGUAGES]
    for fold in (0, 1):
        others, own = dialogues % 2 != fold, dialogues[:LINES] % 2 == fold
        head = train(english[others], np.eye(len(ACTS), dtype=np.float32)[truth[others]], hidden)
        for one, values in zip(said, parallel, strict=True):
            one[own] = head(values[own]).argmax(1)
    f1 = [lambda draw, one=one: macro_f1(truth[:LINES][draw], one[draw], len(ACTS)) for one in said]
    show(f"dialogue acts: macro-F1, {len(ACTS)} acts", *with_ratio(f1, dialogues[:LINES]))


def speed(ways: dict[str, Callable[[Sequence[str]], object]]) -> None:
    texts = [text.content for text in sample(200)]
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(3):
        for name, way in ways.items():
            started = time.process_time()
            way(texts)
            best[name] = min(best[name], (time.process_time() - started) / len(texts))
    for name, seconds in best.items():
        show(f"{name}: CPU milliseconds per message", f"{1000 * seconds:.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("e5", "tokenizer", "data", "pairs", "work"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    options = parser.parse_args()
    torch.set_num_threads(1)
    model = options.work / "e5.onnx"
    if not model.exists():
        export(options.e5, model)
    encoder = Encoder(model, options.tokenizer)

    def vectors(name: str, texts: Sequence[str]) -> Floats:
        file = options.work / f"{name}.npy"
        if not file.exists():
            np.save(file, encoder.vectors(texts))
        return np.load(file)

    lines = parallel_lines(options.data)
    english = vectors("lines-en", [line["text_en"] for line in lines])
    parallel = [english[:LINES], *(vectors(f"lines-{name}", [line[f"text_{name}"] for line in lines[:LINES]]) for name in LANGUAGES[1:])]
    show("figure", *LANGUAGES, "lowest ratio to en (95 % range)")
    retrieval(lines[:LINES], parallel)
    width = emotion(vectors, options.data, lines[:LINES], parallel)
    acts(english, lines, parallel, width)
    multilingual_toxicity.measure(vectors, options.data, options.pairs, width)
    speed({"e5": encoder.vectors, "product": service.engine().scores})


if __name__ == "__main__":
    main()
