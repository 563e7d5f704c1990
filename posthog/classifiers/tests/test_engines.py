"""One model file, two engines, and what happens where one of them is missing."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from posthog.classifiers import batches, card, service, sessions
from posthog.classifiers.engine import EMBEDDING, Engine
from posthog.classifiers.service import ModelUnavailable, Text
from posthog.classifiers.tests.conftest import MODEL
from posthog.classifiers.tests.known_texts import EMOTIONS, TOXICITY
from posthog.settings import environment

CONTENTS = [*EMOTIONS, *TOXICITY, "Here is a longer answer. " * 40, "ok"]
needs_openvino = pytest.mark.skipif(importlib.util.find_spec("openvino") is None, reason="no wheel for this machine")
ENGINES = [sessions.ONNXRUNTIME, pytest.param(sessions.OPENVINO, marks=needs_openvino)]
# OpenVINO adds and rounds in another order, on some processors in 16 bits; where that moves an activation to the next of its 256
# steps, the layers behind carry it on.
MEAN_DIFFERENCE, GREATEST_DIFFERENCE = 0.005, 0.15


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    return Engine(MODEL, request.param)


@pytest.fixture
def without_openvino(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)


@pytest.fixture
def fast_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions.platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(sessions, "_instructions", lambda: frozenset({"avx512_vnni"}))


def model() -> bytes:
    return (MODEL / card.MODEL).read_bytes()


@needs_openvino
def test_both_engines_say_the_same() -> None:
    one, other = (Engine(MODEL, name).scores(CONTENTS) for name in (sessions.ONNXRUNTIME, sessions.OPENVINO))
    for family in one:
        difference = np.abs(one[family] - other[family])
        assert difference.mean() < MEAN_DIFFERENCE
        assert difference.max() < GREATEST_DIFFERENCE


@pytest.mark.parametrize("engine_name", ENGINES)
def test_the_engine_that_is_asked_for_is_taken(engine_name: str) -> None:
    assert sessions.open_session(model(), engine_name).engine == engine_name


def test_a_text_scores_alone_as_it_does_in_company(engine: Engine) -> None:
    together = engine.scores(CONTENTS)
    for position, content in enumerate(CONTENTS):
        alone = engine.scores([content])
        assert all(np.abs(alone[family][0] - together[family][position]).max() < 0.001 for family in alone)


def test_padding_changes_nothing(engine: Engine) -> None:
    ids, mask = batches.pad(engine.tokens(["Thank you so much!"]))
    wider = [np.pad(array, ((0, 3), (0, 40))) for array in (ids, mask)]
    wider[1][1:, 0] = 1  # rows of nothing but a mask
    for narrow, wide in zip(engine.session.run(ids, mask), engine.session.run(*wider), strict=True):
        assert np.abs(narrow[0] - wide[0]).max() < 0.01


@pytest.mark.usefixtures("without_openvino", "fast_processor")
def test_without_the_wheel_the_plain_engine_is_taken() -> None:
    assert sessions.open_session(model()).engine == sessions.ONNXRUNTIME


@needs_openvino
@pytest.mark.usefixtures("fast_processor")
def test_a_wheel_that_cannot_be_imported_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ImportError("libopenvino.so: cannot open shared object file")

    monkeypatch.setattr(sessions, "import_openvino", broken)
    assert sessions.open_session(model()).engine == sessions.ONNXRUNTIME
    with pytest.raises(ModelUnavailable, match=r"LABEL_ENGINE is 'openvino', but .*cannot open shared object"):
        sessions.open_session(model(), sessions.OPENVINO)


def test_on_a_processor_without_its_instructions_openvino_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "_instructions", lambda: frozenset({"sse4_2", "avx2"}))
    assert sessions.open_session(model()).engine == sessions.ONNXRUNTIME


@pytest.mark.usefixtures("without_openvino")
def test_asking_for_a_missing_engine_says_so() -> None:
    service.use_engine(sessions.OPENVINO)
    with pytest.raises(ModelUnavailable, match="LABEL_ENGINE is 'openvino', but this package cannot be imported here"):
        service.classify([Text("user", "Hello there")])


def test_an_unknown_engine_is_named_with_the_known_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    sentence = "LABEL_ENGINE is 'tensorflow': use one of auto, openvino, onnxruntime"
    service.use_engine("tensorflow")
    with pytest.raises(ModelUnavailable, match=sentence):
        service.classify([Text("user", "Hello there")])
    monkeypatch.setenv("LABEL_ENGINE", "tensorflow")
    with pytest.raises(environment.BadSetting, match=sentence):
        environment.choice("LABEL_ENGINE", "auto", sessions.ENGINES)


@needs_openvino
def test_nothing_is_reported_to_the_makers_of_an_engine(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from posthog.classifiers import sessions;"
        f"sessions.OpenVinoSession(Path({str(MODEL / card.MODEL)!r}).read_bytes());"
        "print([name for name in sys.modules if name.startswith('openvino_telemetry.')], list(Path.home().iterdir()))"
    )
    command = [sys.executable, "-c", code]
    result = subprocess.run(command, env={"HOME": str(tmp_path)}, capture_output=True, text=True, check=True, timeout=60)
    assert result.stdout.strip() == "[] []"


class Reversed:
    """Gives the outputs in another order, and one more."""

    engine, widths, padding = "reversed", (), 20

    def __init__(self, real: sessions.Session, *, without: str = "") -> None:
        self._real = real
        self.outputs = (EMBEDDING, *(name for name in reversed(real.outputs) if name not in (EMBEDDING, without)))

    def run(self, ids: batches.IntArray, mask: batches.IntArray) -> list[sessions.Output]:
        found = dict(zip(self._real.outputs, self._real.run(ids, mask), strict=True))
        return [found[name] if name != EMBEDDING else np.full((len(ids), 384), 0.5, dtype=np.float32) for name in self.outputs]


def test_outputs_are_told_apart_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = Engine(MODEL, sessions.ONNXRUNTIME)
    expected = plain.scores(CONTENTS)
    monkeypatch.setattr(sessions, "open_session", lambda *_: Reversed(plain.session))
    other = Engine(MODEL)
    assert all(np.array_equal(values, expected[family]) for family, values in other.scores(CONTENTS).items())
    assert other.outputs(CONTENTS)[EMBEDDING].shape == (len(CONTENTS), 384)


def test_a_model_without_the_output_of_a_family_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = Engine(MODEL, sessions.ONNXRUNTIME)
    monkeypatch.setattr(sessions, "open_session", lambda *_: Reversed(plain.session, without="emotion"))
    with pytest.raises(ModelUnavailable, match="no output emotion"):
        Engine(MODEL)
