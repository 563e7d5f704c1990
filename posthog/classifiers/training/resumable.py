"""A training that is interrupted goes on from its last checkpoint."""

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

import torch

CHECKPOINT_SECONDS = 240.0
PROGRESS_STEPS = 25
T = TypeVar("T")


class Part(Protocol):
    """A model, its average, an optimizer, a schedule."""

    def state_dict(self) -> dict[str, object]: ...

    def load_state_dict(self, state: dict[str, object]) -> object: ...


class Resumable:
    def __init__(self, work: Path, name: str, seed: int, device: str = "cpu") -> None:
        torch.manual_seed(seed)
        self.work, self.name, self.seed, self.device = work, name, seed, device
        self.checkpoint = work / f"checkpoint-{name}.pt"
        self.parts: Mapping[str, Part] = {}
        self.done = 0
        self.stopped = False

    def stop(self, *_: object) -> None:
        self.stopped = True

    def resume(self, steps: int) -> None:
        if not self.checkpoint.exists():
            return
        state = torch.load(self.checkpoint, map_location=self.device, weights_only=True)
        if (state["seed"], state["steps"]) != (self.seed, steps):
            print("the checkpoint belongs to another run: starting anew", flush=True)
            return
        for name, part in self.parts.items():
            part.load_state_dict(state[name])
        torch.set_rng_state(state["random"].cpu())
        self.done = state["done"]
        print(f"resumed at step {self.done}", flush=True)

    def rest(self, steps: Sequence[T]) -> Iterator[T]:
        """The steps that are not done yet. Saves now and then and at the end; raises SystemExit between two after stop()."""
        started, saved, first = time.monotonic(), time.monotonic(), self.done
        for step in steps[first:]:
            yield step
            self.done += 1
            if self.stopped or time.monotonic() - saved > CHECKPOINT_SECONDS:
                self._save(len(steps))
                saved = time.monotonic()
            if self.stopped:
                raise SystemExit(f"stopped at step {self.done}; the same command goes on from there")
            if self.done % PROGRESS_STEPS == 0:
                left = (time.monotonic() - started) / (self.done - first) * (len(steps) - self.done) / 60
                print(f"{self.name}: step {self.done}/{len(steps)}, {left:.0f} min left, loss {self.losses()}", flush=True)
        self._save(len(steps))

    def losses(self) -> str:
        """What progress shows beside the time."""
        raise NotImplementedError

    def _save(self, steps: int) -> None:
        state: dict[str, object] = {name: part.state_dict() for name, part in self.parts.items()}
        state |= {"random": torch.get_rng_state(), "done": self.done, "seed": self.seed, "steps": steps}
        partial = self.checkpoint.with_suffix(".partial")
        torch.save(state, partial)
        partial.replace(self.checkpoint)
