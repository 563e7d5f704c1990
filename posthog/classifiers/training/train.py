"""Trains encoder and heads together. Every batch holds one family; checkpoints let an interrupted run go on."""

import json
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from posthog.classifiers.batches import pad
from posthog.classifiers.training import data
from posthog.classifiers.training.encoder import Classifier, load_pretrained, pretrained_folder
from posthog.classifiers.training.heads import HEADS, Head

BATCH = 64
POOL = 50  # batches that are sorted by length together
ENCODER_RATE, HEAD_RATE = 1.2e-4, 1e-3
WARM_UP = 0.06  # share of the steps
WEIGHT_DECAY = 0.01
CHECKPOINT_SECONDS = 240.0
PROGRESS_STEPS = 25


@dataclass(frozen=True)
class Step:
    head: Head
    rows: list[int]


def schedule(lengths: dict[str, list[int]], seed: int) -> list[Step]:
    """All batches of all epochs: similar lengths together, families mixed evenly. The same for the same seed."""
    placed: list[tuple[float, Step]] = []
    for order, head in enumerate(HEADS):
        draw = np.random.default_rng([seed, order])
        steps = [Step(head, rows) for _ in range(head.epochs) for rows in _epoch(lengths[head.name], draw)]
        placed += [((position + 0.5) / len(steps), step) for position, step in enumerate(steps)]
    return [step for _, step in sorted(placed, key=lambda item: item[0])]


def _epoch(lengths: list[int], draw: np.random.Generator) -> list[list[int]]:
    order = draw.permutation(len(lengths)).tolist()
    batches: list[list[int]] = []
    for start in range(0, len(order), BATCH * POOL):
        pool = sorted(order[start : start + BATCH * POOL], key=lengths.__getitem__)
        batches += [pool[first : first + BATCH] for first in range(0, len(pool), BATCH)]
    return [batches[index] for index in draw.permutation(len(batches))]


def loss_of(logits: Tensor, labels: Tensor) -> Tensor:
    """Mean binary cross-entropy over the judged labels."""
    judged = ~torch.isnan(labels)
    losses = functional.binary_cross_entropy_with_logits(logits, torch.nan_to_num(labels), reduction="none")
    return (losses * judged).sum() / judged.sum().clamp(min=1)


def factor(step: int, steps: int) -> float:
    """Learning rate as a share of the highest: up in the warm-up, then down to zero."""
    warm = max(1, int(steps * WARM_UP))
    return (step + 1) / warm if step < warm else max(0.0, (steps - step) / max(1, steps - warm))


class Run:
    def __init__(self, work: Path, seed: int, device: str, last: int | None) -> None:
        self.work, self.seed, self.device = work, seed, device
        torch.manual_seed(seed)
        self.sets = {head.name: data.load(work, head.name, "train") for head in HEADS}
        self.steps = schedule({name: [len(ids) for ids in tokens.ids] for name, tokens in self.sets.items()}, seed)[:last]
        self.model = Classifier(HEADS)
        load_pretrained(self.model.encoder, pretrained_folder())
        self.model.to(device).train()
        groups = [
            {"params": self.model.encoder.parameters(), "lr": ENCODER_RATE},
            {"params": self.model.heads.parameters(), "lr": HEAD_RATE},
        ]
        self.optimizer = torch.optim.AdamW(groups, weight_decay=WEIGHT_DECAY, fused=True)
        self.scheduler = torch.optim.lr_scheduler.LambdaLR(self.optimizer, lambda step: factor(step, len(self.steps)))
        self.done = 0
        self.stopped = False

    def stop(self, *_: object) -> None:
        self.stopped = True

    @property
    def checkpoint(self) -> Path:
        return self.work / "checkpoint.pt"

    def resume(self) -> None:
        if not self.checkpoint.exists():
            return
        state = torch.load(self.checkpoint, map_location=self.device, weights_only=True)
        if state["seed"] != self.seed or state["done"] > len(self.steps):
            print("checkpoint belongs to another run: starting anew", flush=True)
            return
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.scheduler.load_state_dict(state["scheduler"])
        torch.set_rng_state(state["random"].cpu())
        self.done = state["done"]
        print(f"resumed at step {self.done}", flush=True)

    def epochs(self) -> dict[str, float]:
        """How often each family's examples were seen."""
        seen = {head.name: sum(len(step.rows) for step in self.steps if step.head is head) for head in HEADS}
        return {name: round(seen[name] / len(tokens.ids), 2) for name, tokens in self.sets.items()}

    def save(self) -> None:
        state = {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "scheduler": self.scheduler.state_dict(),
            "random": torch.get_rng_state(),
            "done": self.done,
            "seed": self.seed,
        }
        partial = self.checkpoint.with_suffix(".partial")
        torch.save(state, partial)
        partial.replace(self.checkpoint)

    def step(self, step: Step) -> float:
        tokens = self.sets[step.head.name]
        ids, mask = (torch.from_numpy(array).to(self.device) for array in pad([tokens.ids[row] for row in step.rows]))
        labels = torch.from_numpy(tokens.labels[step.rows]).to(self.device)
        with torch.autocast(self.device, dtype=torch.bfloat16):
            logits = self.model.family(step.head.name, ids, mask)
        loss = loss_of(logits.float(), labels)
        (loss * step.head.loss_weight).backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.scheduler.step()
        self.optimizer.zero_grad(set_to_none=True)
        return loss.item()

    def train(self) -> None:
        started, saved, first = time.monotonic(), time.monotonic(), self.done
        means: dict[str, float] = {}
        for step in self.steps[first:]:
            loss = self.step(step)
            means[step.head.name] = 0.98 * means.get(step.head.name, loss) + 0.02 * loss
            self.done += 1
            if self.stopped or time.monotonic() - saved > CHECKPOINT_SECONDS:
                self.save()
                saved = time.monotonic()
            if self.stopped:
                raise SystemExit(f"stopped at step {self.done}; the same command goes on from there")
            if self.done % PROGRESS_STEPS == 0:
                self._report(time.monotonic() - started, self.done - first, means)
        self.save()

    def _report(self, seconds: float, steps: int, means: dict[str, float]) -> None:
        left = seconds / steps * (len(self.steps) - self.done) / 60
        losses = ", ".join(f"{name} {mean:.4f}" for name, mean in means.items())
        print(f"step {self.done}/{len(self.steps)}, {left:.0f} min left, loss {losses}", flush=True)


def train(work: Path, seed: int, device: str, last: int | None) -> None:
    """Train to the end or to step `last`, from the last checkpoint where there is one; the weights end in `weights.pt`.

    The learning rate falls to zero at that step, whatever earlier part of the run was made with another one in mind.
    """
    run = Run(work, seed, device, last)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, run.stop)
    run.resume()
    run.train()
    torch.save(run.model.state_dict(), work / "weights.pt")
    (work / "training.json").write_text(json.dumps({"seed": seed, "steps": len(run.steps), "epochs": run.epochs()}))
