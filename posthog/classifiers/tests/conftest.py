"""The model of this checkout, or none: every test that labels a text needs the real one."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from posthog.classifiers import service
from posthog.classifiers.service import Labels, Text

MODEL = Path(__file__).parent.parent / "model"


@pytest.fixture(autouse=True)
def _own_model() -> Iterator[None]:
    service.use_folder(MODEL)
    yield
    service.use_folder(MODEL)
    service.use_engine("auto")
    service.turn_on(())


@pytest.fixture
def label() -> Callable[..., Labels]:
    def label(content: str, role: str = "user") -> Labels:
        return service.classify([Text(role, content)])[0]  # type: ignore[arg-type]

    return label
