import pytest

from posthog.classifiers import service
from posthog.own_labels.tests.words import WordModel


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> WordModel:
    fake = WordModel()
    monkeypatch.setattr(service, "classify", fake.classify)
    monkeypatch.setattr(service, "label_version", lambda: fake.version)
    return fake
