"""A larger encoder judges the texts of a family that it has not seen, for `folds.soften`.

    .venv-train/bin/python -m posthog.classifiers.training.larger --fold 0 --model FOLDER

all-mpnet-base-v2 (110 M weights, five times those of ours) learns from one half of the rows and judges the other half; the scores are kept
in the tree (`expected/`), since making them takes half an hour on two cores with bf16 and hours without. FOLDER holds its config.json and
model.safetensors; docs/models.md says where they come from. `bin/train data` comes first.
"""

import argparse
import signal
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from transformers import MPNetModel

from posthog.classifiers.batches import CLS, SEP, pad
from posthog.classifiers.training import data, folds
from posthog.classifiers.training.encoder import DROPOUT, autocast
from posthog.classifiers.training.resumable import Resumable
from posthog.classifiers.training.stages import BATCH, Stage, epochs, factor
from posthog.classifiers.training.train import WEIGHT_DECAY, loss_of, probabilities

FAMILY = "emotion"
EPOCHS = 2
ROWS = BATCH // 2
FROZEN_LAYERS = 3  # of twelve, and the embeddings: a quarter less to compute
ENCODER_RATE, HEAD_RATE = 6e-5, 3e-3
SCALE = 3.0  # its mean vectors have values a third as large as those of the small encoder
# Its vocabulary is BERT's with four words before it, which its frame and padding are.
SHIFT, FIRST, PADDING, LAST = 4, 0, 1, 2


class LargerClassifier(nn.Module):
    def __init__(self, folder: Path, labels: int) -> None:
        super().__init__()
        self.encoder = MPNetModel.from_pretrained(folder, add_pooling_layer=False)
        self.dropout = nn.Dropout(DROPOUT)
        self.head = nn.Linear(self.encoder.config.hidden_size, labels)
        for part in (self.encoder.embeddings, *self.encoder.encoder.layer[:FROZEN_LAYERS]):
            part.requires_grad_(False)

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Logits (rows, labels) of BERT's token ids and attention mask, both (rows, length)."""
        hidden = self.encoder(input_ids=_own_ids(ids, mask), attention_mask=mask).last_hidden_state
        weights = mask[:, :, None].to(hidden.dtype)
        return self.head(self.dropout(SCALE * (hidden * weights).sum(1) / weights.sum(1)))


def _own_ids(ids: Tensor, mask: Tensor) -> Tensor:
    own = torch.where(mask == 0, PADDING, ids + SHIFT)
    return torch.where(ids == CLS, FIRST, torch.where(ids == SEP, LAST, own))


class LargerRun(Resumable):
    """The training of one fold's model."""

    def __init__(self, work: Path, fold: int, folder: Path) -> None:
        super().__init__(work, f"larger-{fold}", seed=fold)
        self.tokens = folds.seen(data.load(work, FAMILY, "train", written=False), fold)
        self.stage = Stage(self.name, {FAMILY: EPOCHS}, {}, frozenset(), first=1.0, last=0.0, fold=fold)
        self.batches = epochs(EPOCHS, self.tokens.lengths, np.random.default_rng(fold), ROWS)
        self.model = LargerClassifier(folder, self.tokens.labels.shape[1])
        encoder = [weights for weights in self.model.encoder.parameters() if weights.requires_grad]
        groups = [{"params": encoder, "lr": ENCODER_RATE}, {"params": self.model.head.parameters(), "lr": HEAD_RATE}]
        self.optimizer = torch.optim.AdamW(groups, weight_decay=WEIGHT_DECAY, fused=True)
        self.scheduler = torch.optim.lr_scheduler.LambdaLR(self.optimizer, lambda step: factor(self.stage, step, len(self.batches)))
        self.parts = {"model": self.model, "optimizer": self.optimizer, "scheduler": self.scheduler}
        self.loss = 0.0

    def train(self) -> None:
        self.resume(len(self.batches))
        self.model.train()
        for rows in self.rest(self.batches):
            self.loss = self._step(rows)

    def losses(self) -> str:
        return f"{self.loss:.4f}"

    def _step(self, rows: list[int]) -> float:
        ids, mask = (torch.from_numpy(array) for array in pad([self.tokens.ids[row] for row in rows]))
        with autocast(self.device):
            logits = self.model(ids, mask)
        loss = loss_of(logits.float(), torch.from_numpy(self.tokens.labels[rows]))
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.scheduler.step()
        self.optimizer.zero_grad(set_to_none=True)
        return loss.item()

    def judge(self, tokens: data.Tokens) -> NDArray[np.float32]:
        """Probabilities (rows, labels), before any calibration."""
        self.model.eval()
        return probabilities(self.model, tokens, self.device)


def main() -> None:
    parser = argparse.ArgumentParser(description="Scores of the rows that the fold leaves out, into the tree.")
    parser.add_argument("--fold", type=int, required=True, choices=range(folds.FOLDS))
    parser.add_argument("--model", type=Path, required=True, help="folder of all-mpnet-base-v2")
    parser.add_argument("--work", type=Path, default=Path("data/train"))
    options = parser.parse_args()
    torch.set_num_threads(2)
    run = LargerRun(options.work, options.fold, options.model)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, run.stop)
    run.train()
    tokens = folds.unseen(data.load(options.work, FAMILY, "train", written=False), options.fold)
    folds.keep_in_tree(FAMILY, options.fold, tokens, run.judge(tokens))


if __name__ == "__main__":
    main()
