"""Trains encoder and heads together, stage by stage. Every batch holds one family; checkpoints let an interrupted run go on."""

import json
import signal
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from posthog.classifiers.batches import pad, plan
from posthog.classifiers.training import data, folds, shipped
from posthog.classifiers.training.encoder import Classifier, autocast, load_pretrained, pretrained_folder
from posthog.classifiers.training.heads import EMBEDDING, HEADS
from posthog.classifiers.training.resumable import Resumable
from posthog.classifiers.training.stages import STAGES, Stage, Step, factor, schedule
from posthog.classifiers.training.teacher import BATCH_TOKENS, Teacher

ENCODER_RATE, HEAD_RATE = 1.2e-4, 1e-3
WEIGHT_DECAY = 0.01
EMBEDDING_WEIGHT = 1.0  # of 1 - cosine between the embedding and the published sentence vector
AVERAGE = 0.998  # the weights that ship are a moving average over about the last 500 steps
AGAIN = 0.75  # share of the new weights when a finished model is trained again: new examples are learnt, and less of the old is forgotten


def loss_of(logits: Tensor, labels: Tensor) -> Tensor:
    """Mean binary cross-entropy over the judged labels."""
    judged = ~torch.isnan(labels)
    losses = functional.binary_cross_entropy_with_logits(logits, torch.nan_to_num(labels), reduction="none")
    return (losses * judged).sum() / judged.sum().clamp(min=1)


def weights_file(work: Path, stage: Stage) -> Path:
    return work / f"weights-{stage.name}.pt"


def mix(work: Path, shares: Mapping[str, float]) -> dict[str, Tensor]:
    """Mean of the weights of stages; the head of a family only of the stages that trained it."""
    found: dict[str, Tensor] = {}
    weights = {name: torch.load(work / f"weights-{name}.pt", map_location="cpu", weights_only=True) for name in shares}
    trained = {stage.name: stage.epochs for stage in STAGES}
    for key in next(iter(weights.values())):
        family = key.split(".")[1] if key.startswith("heads.") else None
        part = {name: share for name, share in shares.items() if family is None or family in trained[name]} or shares
        found[key] = sum(share * weights[name][key] for name, share in part.items()) / sum(part.values())
    return found


@torch.inference_mode()
def probabilities(logits: Callable[[Tensor, Tensor], Tensor], tokens: data.Tokens, device: str) -> NDArray[np.float32]:
    """(rows, labels), before any calibration, of what gives logits for token ids and attention mask."""
    found = np.empty(tokens.labels.shape, dtype=np.float32)
    for rows in plan(tokens.lengths, rows=128, tokens=BATCH_TOKENS):
        ids, mask = (torch.from_numpy(array).to(device) for array in pad([tokens.ids[row] for row in rows]))
        with autocast(device):
            found[rows] = torch.sigmoid(logits(ids, mask).float()).cpu().numpy()
    return found


class Run(Resumable):
    """One stage."""

    def __init__(self, stage: Stage, work: Path, seed: int, device: str, begin: Path | None = None) -> None:
        super().__init__(work, stage.name, seed, device)
        self.stage = stage
        self.sets = {name: self._examples(name) for name in stage.epochs}
        self.teacher = Teacher(work)
        self.steps = schedule(stage, {name: tokens.lengths for name, tokens in self.sets.items()}, seed)
        for name, tokens in self.sets.items():
            self.teacher.learn(tokens.part(sorted({row for step in self.steps if step.head.name == name for row in step.rows})))
        self.model = Classifier(HEADS)
        self.before = shipped.weights(begin) if begin else None
        self._begin()
        self.model.to(device).train()
        self.average = torch.optim.swa_utils.AveragedModel(self.model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(AVERAGE))
        heads = [*self.model.heads.parameters(), *self.model.to_embedding.parameters()]
        groups = [{"params": self.model.encoder.parameters(), "lr": ENCODER_RATE}, {"params": heads, "lr": HEAD_RATE}]
        self.optimizer = torch.optim.AdamW(groups, weight_decay=WEIGHT_DECAY, fused=True)
        self.scheduler = torch.optim.lr_scheduler.LambdaLR(self.optimizer, lambda step: factor(stage, step, len(self.steps)))
        self.parts = {"model": self.model, "average": self.average, "optimizer": self.optimizer, "scheduler": self.scheduler}
        self.means: dict[str, float] = {}

    def _begin(self) -> None:
        """From the finished model, from the stages before, or from the published weights."""
        if self.before:
            self.model.load_state_dict(self.before)
        elif self.stage.begin:
            self.model.load_state_dict(mix(self.work, self.stage.begin))
        else:
            load_pretrained(self.model.encoder, pretrained_folder())

    def _examples(self, family: str) -> data.Tokens:
        tokens = data.load(self.work, family, "train", written=family in self.stage.written)
        return folds.soften(tokens, family)

    def step(self, step: Step) -> float:
        tokens = self.sets[step.head.name]
        ids, mask = (torch.from_numpy(array).to(self.device) for array in pad([tokens.ids[row] for row in step.rows]))
        labels = torch.from_numpy(tokens.labels[step.rows]).to(self.device)
        with autocast(self.device):
            logits, embeddings = self.model.family(step.head.name, ids, mask)
        loss = loss_of(logits.float(), labels)
        rows, wanted = self.teacher.vectors(tokens.digests[step.rows])
        apart = 1.0 - (embeddings[rows].float() * torch.from_numpy(wanted).to(self.device)).sum(1).mean() if rows else 0.0
        (loss * self.stage.weights.get(step.head.name, 1.0) + EMBEDDING_WEIGHT * apart).backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.scheduler.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.average.update_parameters(self.model)
        self._note(EMBEDDING, float(apart.detach()) if rows else 0.0)
        return loss.item()

    @property
    def weights(self) -> dict[str, Tensor]:
        """What the stage ends with: of the last one the moving average, and of a finished model that was trained again a mean of both."""
        if self.stage is not STAGES[-1]:
            return self.model.state_dict()
        average: dict[str, Tensor] = self.average.module.state_dict()
        if not self.before:
            return average
        return {key: AGAIN * value + (1.0 - AGAIN) * self.before[key].to(value.device) for key, value in average.items()}

    def train(self) -> None:
        for step in self.rest(self.steps):
            self._note(step.head.name, self.step(step))

    def losses(self) -> str:
        return ", ".join(f"{name} {mean:.4f}" for name, mean in self.means.items())

    def _note(self, name: str, loss: float) -> None:
        self.means[name] = 0.98 * self.means.get(name, loss) + 0.02 * loss


def train(work: Path, seed: int, device: str) -> None:
    """Train all stages, each from its last checkpoint where there is one; a finished stage is not trained again.

    The weights end in `weights-<stage>.pt`, and with them what was done in `training-<stage>.json`.
    """
    for stage in STAGES:
        _train_once(stage, work, seed, device)


def _train_once(stage: Stage, work: Path, seed: int, device: str) -> None:
    if weights_file(work, stage).exists():
        print(f"{stage.name}: finished before; delete {weights_file(work, stage)} to train it again", flush=True)
    else:
        _train(Run(stage, work, seed, device))


def train_again(work: Path, seed: int, device: str, file: Path) -> None:
    """Train the last stage alone, from the int8 file that ships: for new examples, without the hours of the stages before."""
    weights_file(work, STAGES[-1]).unlink(missing_ok=True)
    _train(Run(STAGES[-1], work, seed, device, begin=file))


def _train(run: Run) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, run.stop)
    run.resume(len(run.steps))
    run.train()
    torch.save(run.weights, weights_file(run.work, run.stage))
    done = {"seed": run.seed, "steps": len(run.steps), "epochs": dict(run.stage.epochs)}
    (run.work / f"training-{run.stage.name}.json").write_text(json.dumps(done))
