"""The weights of the int8 file that ships, as floats again: where training goes on when only examples were added."""

from pathlib import Path

import onnx
import torch
from onnx import ModelProto, numpy_helper
from torch import Tensor

from posthog.classifiers.training.encoder import LAYERS

PRODUCTS = ("qkv", "mixed", "up", "down")  # of a layer, in the order in which they are computed
WORDS = "encoder.words.weight"


def weights(file: Path) -> dict[str, Tensor]:
    """State of `Classifier`, up to the rounding to int8. Raises ValueError for a file of another shape of encoder."""
    model = onnx.load(file)
    values = {tensor.name: torch.tensor(numpy_helper.to_array(tensor)) for tensor in model.graph.initializer}
    found = {name: value for name, value in values.items() if name.startswith(("encoder.", "heads.", "to_embedding."))}
    found[WORDS] = found.pop(f"{WORDS}_quantized").float() * found.pop(f"{WORDS}_scale")
    names = [f"encoder.layers.{layer}.{product}.weight" for layer in range(LAYERS) for product in PRODUCTS]
    products = _products(model)
    if len(products) != len(names):
        raise ValueError(f"{file} has {len(products)} int8 products, the encoder has {len(names)}")
    return found | {name: _matrix(values, product) for name, product in zip(names, products, strict=True)}


def _products(model: ModelProto) -> list[str]:
    """Names of the int8 matrices, without their ending, in the order of the graph."""
    stored = {tensor.name for tensor in model.graph.initializer}
    dequantized = [node.input[0] for node in model.graph.node if node.op_type == "DequantizeLinear" and node.input[0] in stored]
    return [name.removesuffix("_quantized") for name in dequantized]


def _matrix(values: dict[str, Tensor], name: str) -> Tensor:
    """Weight of a linear layer (out, in), without the factors that moved outliers of the activations into it."""
    matrix = values[f"{name}_quantized"].float() * values[f"{name}_scale"]
    if (inverse := values.get(f"{name}_left_factors")) is not None:
        matrix = matrix * inverse[:, None]
    return matrix.T.contiguous()
