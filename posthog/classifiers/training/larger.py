"""A larger encoder judges texts that it has not seen, for the smaller one to learn from.

    .venv-train/bin/python -m posthog.classifiers.training.larger emotion-0 emotion-1 user_flow-unread --model FOLDER

all-mpnet-base-v2 (110 M weights, five times those of ours) learns from one half of the emotion rows and judges the other half (`folds.py`),
or learns from all rows of the user's flow and judges messages that nobody read (`unread.py`). Its scores stay in the tree (`expected.py`).
FOLDER holds its config.json and model.safetensors; docs/models.md says where they come from. `bin/train data` comes first.
"""

import argparse
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from transformers import MPNetModel

from posthog.classifiers.batches import CLS, SEP, pad
from posthog.classifiers.training import data, expected, folds, unread
from posthog.classifiers.training.encoder import DROPOUT, autocast, plain_tokenizer
from posthog.classifiers.training.heads import EMOTION, USER_FLOW
from posthog.classifiers.training.resumable import Resumable
from posthog.classifiers.training.stages import BATCH, Stage, epochs, factor
from posthog.classifiers.training.train import WEIGHT_DECAY, loss_of, probabilities

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


@dataclass(frozen=True)
class Task:
    """learnt: the rows of the family's train split that it learns from. judged: the texts that it judges, of that split or of the sets."""

    family: str
    seed: int
    epochs: float
    learnt: Callable[[data.Tokens], data.Tokens]
    judged: Callable[[data.Tokens, Path], data.Tokens]


def _fold(number: int) -> Task:
    return Task(
        EMOTION.name, number, 2, lambda rows: folds.seen(_of_sets(rows), number), lambda rows, _: folds.unseen(_of_sets(rows), number)
    )


def _of_sets(rows: data.Tokens) -> data.Tokens:
    return rows.apart_from(data.WRITTEN, data.READ, data.UNREAD)


TASKS = {
    **{folds.scores_name(EMOTION.name, number): _fold(number) for number in range(folds.FOLDS)},
    unread.scores_name(USER_FLOW): Task(
        USER_FLOW.name,
        5,
        1.6,
        lambda rows: rows.apart_from(data.UNREAD),
        lambda _, sets: data.unlabelled(unread.messages(sets), USER_FLOW, plain_tokenizer()),
    ),
}


class LargerRun(Resumable):
    """The training for one task."""

    def __init__(self, work: Path, name: str, folder: Path) -> None:
        task = TASKS[name]
        super().__init__(work, f"larger-{name}", task.seed)
        self.tokens = task.learnt(data.load(work, task.family, "train"))
        self.stage = Stage(self.name, {task.family: task.epochs}, {}, frozenset(), first=1.0, last=0.0)
        self.batches = epochs(task.epochs, self.tokens.lengths, np.random.default_rng(task.seed), ROWS)
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
    parser = argparse.ArgumentParser(description="Scores of texts that it has not seen, into the tree.")
    parser.add_argument("tasks", nargs="+", choices=TASKS)
    parser.add_argument("--model", type=Path, required=True, help="folder of all-mpnet-base-v2")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the data sets")
    parser.add_argument("--work", type=Path, default=Path("data/train"))
    options = parser.parse_args()
    torch.set_num_threads(2)
    for name in options.tasks:
        run = LargerRun(options.work, name, options.model)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, run.stop)
        run.train()
        texts = TASKS[name].judged(data.load(options.work, TASKS[name].family, "train"), options.data)
        expected.keep(name, texts.digests, run.judge(texts))


if __name__ == "__main__":
    main()
