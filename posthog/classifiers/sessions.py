"""What runs the model file: one small interface, two engines. Both read the same int8 file.

The unit of parallelism is the calling thread: whatever the engine, a call takes one core until it returns.
"""

import importlib.util
import os
import platform
import sys
from collections import deque
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from posthog.classifiers.batches import WIDTHS, IntArray
from posthog.classifiers.card import ModelUnavailable

AUTO, OPENVINO, ONNXRUNTIME = "auto", "openvino", "onnxruntime"
ENGINES = (AUTO, OPENVINO, ONNXRUNTIME)

Output = NDArray[np.float32]

# More calls at once than this wait for each other in OpenVINO: each stream has buffers of its own.
MOST_STREAMS = 4
# OpenVINO keeps compiled code for each layer and shape; our batches have few shapes (`batches.WIDTHS`).
KEPT_SHAPES = 4_000


class Session(Protocol):
    """A loaded model. Safe to call from many threads at once."""

    engine: str
    outputs: tuple[str, ...]
    widths: tuple[int, ...]  # batches should have one of these widths and a power of two of rows; empty: any shape is as good
    padding: int  # tokens of padding that cost as much as one batch more

    def run(self, ids: IntArray, mask: IntArray) -> list[Output]:
        """One array (rows, values) per name in `outputs`, of token ids and attention mask, both (rows, length)."""


class OnnxRuntimeSession:
    engine = ONNXRUNTIME
    widths: tuple[int, ...] = ()
    padding = 20

    def __init__(self, model: bytes) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.enable_mem_pattern = False  # it would keep a plan for every shape ever seen
        options.log_severity_level = 3
        # The fused operation is ten times slower than the addition and the normalization that it replaces (measured).
        slow = ["SkipLayerNormFusion"]
        self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"], disabled_optimizers=slow)
        self.outputs = tuple(output.name for output in self._session.get_outputs())

    def run(self, ids: IntArray, mask: IntArray) -> list[Output]:
        result: list[Output] = self._session.run(self.outputs, {"ids": ids, "mask": mask})
        return result


class OpenVinoSession:
    engine = OPENVINO
    widths: tuple[int, ...] = WIDTHS
    padding = 64

    def __init__(self, model: bytes) -> None:
        """Raises ImportError where the package is missing."""
        core = import_openvino().Core()
        # A call runs on a stream with one thread, and no more calls run at once than there are streams.
        streams = min(MOST_STREAMS, _processors())
        settings = {
            "NUM_STREAMS": streams,
            "INFERENCE_NUM_THREADS": streams,
            "ENABLE_CPU_PINNING": False,  # other work shares the cores
            "CPU_RUNTIME_CACHE_CAPACITY": str(KEPT_SHAPES),
        }
        self._model = core.compile_model(core.read_model(model), "CPU", settings)
        self.outputs = tuple(output.any_name for output in self._model.outputs)
        self._idle: deque[Any] = deque()

    def run(self, ids: IntArray, mask: IntArray) -> list[Output]:
        try:
            request = self._idle.pop()
        except IndexError:  # as many requests as calls were ever made at once
            request = self._model.create_infer_request()
        results = request.infer({"ids": ids, "mask": mask}, share_inputs=True)
        found = [results[name] for name in self.outputs]
        self._idle.append(request)
        return found


def open_session(model: bytes, engine: str = AUTO) -> Session:
    """The engine that was asked for; with "auto" OpenVINO where it is installed and the processor suits it. Raises ModelUnavailable."""
    if engine not in ENGINES:
        raise ModelUnavailable(f"LABEL_ENGINE is {engine!r}: use one of {', '.join(ENGINES)}")
    if engine == ONNXRUNTIME or (engine == AUTO and not suits_openvino()):
        return OnnxRuntimeSession(model)
    try:
        return OpenVinoSession(model)
    except ImportError as error:
        if engine == AUTO:
            return OnnxRuntimeSession(model)
        raise ModelUnavailable(f"LABEL_ENGINE is {OPENVINO!r}, but this package cannot be imported here: {error}") from error


def suits_openvino() -> bool:
    """Whether OpenVINO is there and the processor has the instructions that make it the faster one."""
    return importlib.util.find_spec(OPENVINO) is not None and platform.machine() == "x86_64" and "avx512_vnni" in _instructions()


def import_openvino() -> Any:
    """The package, without its habit to report each import to its makers: it does so only where this helper package is."""
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]  # None makes its import fail
    import openvino

    return openvino


def _instructions() -> frozenset[str]:
    """Names of the processor's instruction sets; none where the system does not tell."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return frozenset()
    return frozenset(next((line.partition(":")[2].split() for line in lines if line.startswith("flags")), ()))


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
