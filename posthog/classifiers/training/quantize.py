"""The fp32 ONNX file to the int8 one that ONNX Runtime and OpenVINO both run: static ranges, written as QuantizeLinear and
DequantizeLinear around the matrix products (QDQ).

Static, because a range taken from each batch makes a text's scores depend on the texts beside it, and because OpenVINO runs
files with such ranges three times slower. Only the encoder's matrix products and the word embeddings are int8: they are
95 % of the file and of the time. Heads and embedding work on one vector per text and stay float.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from posthog.classifiers.batches import pad, plan

QUANTIZATION = "static, int8 in QDQ form: activations 8 bits per tensor by their least and greatest value, weights 7 bits per column"

ACTIVATION_LEVELS = 255
# 7 bits for the weights: processors without VNNI add two products in 16 bits and would overflow with 8.
WEIGHT_LEVEL = 63
EMBEDDING_LEVEL = 127
WORDS = 10_000  # a table with more rows is the word embeddings

Range = tuple[float, float]
Floats = NDArray[np.float32]


def quantize(full: Path, target: Path, calibration: Sequence[Sequence[int]]) -> None:
    """Write `target`; activations get the ranges that they have in `full` on the calibration rows (framed token ids).

    The same rows give the same file. A few hundred rows of all kinds are enough; the longest and oddest matter most, since
    what is greater than anything seen is cut off, and the encoder carries meaning in its outliers.
    """
    model = onnx.load(full)
    products = _products(model)
    ranges = _ranges(model, list(dict.fromkeys(node.input[0] for node in products)), calibration)
    before: dict[str, list[NodeProto]] = {}  # by the name of the node that they come before
    done: set[str] = set()
    for node in products:
        activation, weight = node.input
        before[node.name] = [_weight(model, weight)]
        if activation not in done:
            before[node.name] += _activation(model, activation, ranges[activation])
            done.add(activation)
        node.input[0], node.input[1] = f"{activation}_dequantized", f"{weight}_dequantized"
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


def _ranges(model: ModelProto, names: Sequence[str], rows: Sequence[Sequence[int]]) -> dict[str, Range]:
    """Least and greatest value of each activation over the tokens of the rows; padding does not count."""
    probe = ModelProto()
    probe.CopyFrom(model)
    probe.graph.output.extend(helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in names)
    session = onnxruntime.InferenceSession(probe.SerializeToString(), providers=["CPUExecutionProvider"])
    found = dict.fromkeys(names, (0.0, 0.0))  # with 0, so that it is exact in int8 too
    for positions in plan([len(row) for row in rows]):
        ids, mask = pad([rows[position] for position in positions])
        for name, values in zip(names, session.run(list(names), {"ids": ids, "mask": mask}), strict=True):
            real = values[mask.astype(bool)]
            found[name] = (min(found[name][0], float(real.min())), max(found[name][1], float(real.max())))
    return found


def _activation(model: ModelProto, name: str, reach: Range) -> list[NodeProto]:
    """To 8 bits and back, by one scale and zero point."""
    least, greatest = reach
    scale = max(greatest - least, 1e-6) / ACTIVATION_LEVELS
    parts = _constants(model, name, np.float32(scale), np.uint8(round(-least / scale)))
    return [
        helper.make_node("QuantizeLinear", [name, *parts], [f"{name}_quantized"], name=f"{name}_quantize"),
        helper.make_node("DequantizeLinear", [f"{name}_quantized", *parts], [f"{name}_dequantized"], name=f"{name}_dequantize"),
    ]


def _weight(model: ModelProto, name: str) -> NodeProto:
    """The int8 matrix back to floats, with a scale for each column."""
    values = _values(model, name)
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
