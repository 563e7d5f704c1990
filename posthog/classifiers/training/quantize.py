"""The fp32 ONNX file to the int8 one that ONNX Runtime and OpenVINO both run: static ranges, written as QuantizeLinear and
DequantizeLinear around the matrix products (QDQ).

Static, because a range taken from each batch makes a text's scores depend on the texts beside it, and because OpenVINO runs
files with such ranges three times slower. Only the products of every token and the word embeddings are int8: nearly all of the file
and most of the time. Heads and embedding work on one vector per text and stay float (OpenVINO fails on int8 heads of few columns).
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from posthog.classifiers.batches import pad, plan

QUANTIZATION = (
    "static, int8 in QDQ form: activations 8 bits per tensor by their least and greatest value, weights 7 bits per column, "
    "outliers of the activations moved into the weights (0.85)"
)

ACTIVATION_LEVELS = 255
# 7 bits for the weights: processors without VNNI add two products in 16 bits and would overflow with 8.
WEIGHT_LEVEL = 63
EMBEDDING_LEVEL = 127
WORDS = 10_000  # a table with more rows is the word embeddings
# How much of what a channel of an activation is greater than the others goes over into the weights (SmoothQuant). The encoder carries
# meaning in few channels that are 40 times as great: with one range for all of them the others had few steps left. Logits were off by
# 0.17 on average without this and by 0.10 with it; 0.7 and 1.0 were worse.
MOVED = 0.85

Floats = NDArray[np.float32]
Reach = tuple[Floats, Floats]  # least and greatest value per channel


def quantize(full: Path, target: Path, calibration: Sequence[Sequence[int]]) -> None:
    """Write `target`; activations get the ranges that they have in `full` on the calibration rows (framed token ids).

    The same rows give the same file. A few hundred rows of all kinds are enough; the longest and oddest matter most, since
    what is greater than anything seen is cut off (percentiles instead of the greatest value made scores four times worse).
    """
    model = onnx.load(full)
    products = _products(model)
    reaches = _reaches(model, list(dict.fromkeys(node.input[0] for node in products)), calibration)
    before = {node.name: _product(model, node, reaches[node.input[0]]) for node in products}
    after = {node.name: _table(model, node) for node in model.graph.node if _reads_words(model, node)}
    nodes = [part for node in model.graph.node for part in (*before.get(node.name, ()), node, *after.get(node.name, ()))]
    _replace(model, nodes)
    onnx.checker.check_model(model)
    onnx.save(model, target)


def _products(model: ModelProto) -> list[NodeProto]:
    """Products of every token with a weight matrix: those whose left side is (rows, length, width)."""
    weights = {tensor.name for tensor in model.graph.initializer}
    shapes = onnx.shape_inference.infer_shapes(model).graph.value_info
    ranks = {value.name: len(value.type.tensor_type.shape.dim) for value in shapes}
    return [node for node in model.graph.node if node.op_type == "MatMul" and node.input[1] in weights and ranks.get(node.input[0]) == 3]


def _reaches(model: ModelProto, names: Sequence[str], rows: Sequence[Sequence[int]]) -> dict[str, Reach]:
    """Least and greatest value of each activation over the tokens of the rows, two arrays (width,); padding does not count."""
    probe = ModelProto()
    probe.CopyFrom(model)
    probe.graph.output.extend(helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in names)
    session = onnxruntime.InferenceSession(probe.SerializeToString(), providers=["CPUExecutionProvider"])
    # From 0 on, so that 0 is within and exact in int8 too.
    found: dict[str, Reach] = dict.fromkeys(names, (np.float32(0), np.float32(0)))  # type: ignore[arg-type]
    for positions in plan([len(row) for row in rows]):
        ids, mask = pad([rows[position] for position in positions])
        for name, values in zip(names, session.run(list(names), {"ids": ids, "mask": mask}), strict=True):
            real = values[mask.astype(bool)]
            found[name] = (np.minimum(found[name][0], real.min(0)), np.maximum(found[name][1], real.max(0)))
    return found


def _product(model: ModelProto, node: NodeProto, reach: Reach) -> list[NodeProto]:
    """What comes before a product: its left side is divided by a factor per channel, its weights are multiplied by it, both are int8."""
    activation, weight = node.input
    values = _values(model, weight)
    factors = _moved(reach, values)
    even = f"{weight}_left"
    node.input[0], node.input[1] = f"{even}_dequantized", f"{weight}_dequantized"
    divided = helper.make_node("Mul", [activation, _constant(model, f"{even}_factors", 1 / factors)], [even], name=f"{even}_divide")
    least, greatest = float((reach[0] / factors).min()), float((reach[1] / factors).max())
    return [divided, *_left(model, even, least, greatest), _right(model, weight, values * factors[:, None])]


def _moved(reach: Reach, values: Floats) -> Floats:
    """Factor per channel, (width,), 1 on geometric average."""
    activations = np.maximum(np.maximum(-reach[0], reach[1]), 1e-3)
    weights = np.maximum(np.abs(values).max(1), 1e-3)
    logarithms = MOVED * np.log(activations) - (1 - MOVED) * np.log(weights)
    factors: Floats = np.exp(logarithms - logarithms.mean()).astype(np.float32)
    return factors


def _left(model: ModelProto, name: str, least: float, greatest: float) -> list[NodeProto]:
    """An activation to 8 bits and back, by one scale and zero point."""
    scale = max(greatest - least, 1e-6) / ACTIVATION_LEVELS
    parts = _constants(model, name, np.float32(scale), np.uint8(round(-least / scale)))
    return [
        helper.make_node("QuantizeLinear", [name, *parts], [f"{name}_quantized"], name=f"{name}_quantize"),
        helper.make_node("DequantizeLinear", [f"{name}_quantized", *parts], [f"{name}_dequantized"], name=f"{name}_dequantize"),
    ]


def _right(model: ModelProto, name: str, values: Floats) -> NodeProto:
    """The int8 matrix back to floats, with a scale for each column."""
    scale = np.maximum(np.abs(values).max(0), 1e-8) / WEIGHT_LEVEL
    parts = _constants(model, name, scale.astype(np.float32), np.zeros(len(scale), dtype=np.int8))
    stored = _constant(model, f"{name}_quantized", np.round(values / scale).astype(np.int8))
    return helper.make_node("DequantizeLinear", [stored, *parts], [f"{name}_dequantized"], name=f"{name}_dequantize", axis=1)


def _table(model: ModelProto, node: NodeProto) -> list[NodeProto]:
    """Rows of the word embeddings are read as int8, then become floats by a scale of their own."""
    table, ids, words = node.input[0], node.input[1], node.output[0]
    values = _values(model, table)
    scale = np.maximum(np.abs(values).max(1, keepdims=True), 1e-8) / EMBEDDING_LEVEL
    node.input[0] = _constant(model, f"{table}_quantized", np.round(values / scale).astype(np.int8))
    node.output[0] = f"{words}_quantized"
    scales = _constant(model, f"{table}_scale", scale.astype(np.float32))
    return [
        helper.make_node("Cast", [node.output[0]], [f"{words}_unscaled"], name=f"{words}_cast", to=TensorProto.FLOAT),
        helper.make_node("Gather", [scales, ids], [f"{words}_scale"], name=f"{words}_scales", axis=0),
        helper.make_node("Mul", [f"{words}_unscaled", f"{words}_scale"], [words], name=f"{words}_dequantize"),
    ]


def _reads_words(model: ModelProto, node: NodeProto) -> bool:
    large = {tensor.name for tensor in model.graph.initializer if len(tensor.dims) == 2 and tensor.dims[0] > WORDS}
    return node.op_type == "Gather" and node.input[0] in large


def _values(model: ModelProto, name: str) -> Floats:
    return numpy_helper.to_array(next(tensor for tensor in model.graph.initializer if tensor.name == name))


def _constants(model: ModelProto, name: str, scale: NDArray[np.generic] | np.generic, zero: NDArray[np.generic] | np.generic) -> list[str]:
    return [_constant(model, f"{name}_scale", np.asarray(scale)), _constant(model, f"{name}_zero", np.asarray(zero))]


def _constant(model: ModelProto, name: str, values: NDArray[np.generic]) -> str:
    model.graph.initializer.append(numpy_helper.from_array(values, name))
    return name


def _replace(model: ModelProto, nodes: Sequence[NodeProto]) -> None:
    """Put the nodes in, and leave out the floats that nothing reads any more."""
    kept_nodes = [NodeProto.FromString(node.SerializeToString()) for node in nodes]
    read = {name for node in kept_nodes for name in node.input}
    kept = [TensorProto.FromString(tensor.SerializeToString()) for tensor in model.graph.initializer if tensor.name in read]
    del model.graph.node[:], model.graph.initializer[:]
    model.graph.node.extend(kept_nodes)
    model.graph.initializer.extend(kept)
