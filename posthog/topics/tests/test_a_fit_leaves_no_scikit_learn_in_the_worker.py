"""What a fit computes is computed elsewhere: the worker keeps nothing of it, hears how far it is, and survives its death."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from posthog.clickhouse.embeddings import DIMENSIONS
from posthog.common import apart
from posthog.conftest import Person
from posthog.topics import discovery, fits
from posthog.topics.tests import ailing_discovery
from posthog.topics.tests.said import requests, store, vectors

NONE_KNOWN = np.empty((0, DIMENSIONS), dtype=np.float32)


def test_after_a_fit_and_a_training_the_worker_has_not_imported_scikit_learn(tmp_path: Path) -> None:
    fresh = {"DATABASE_URL": f"sqlite:///{tmp_path / 'worker.sqlite3'}", "DJANGO_SETTINGS_MODULE": "posthog.settings"}
    command = [sys.executable, "-m", "posthog.topics.tests.worker_like"]
    result = subprocess.run(command, env={**os.environ, **fresh}, capture_output=True, text=True, timeout=100, check=False)
    assert result.returncode == 0, result.stderr
    told = json.loads(result.stdout)
    assert (told["state"], told["topics"], told["error"]) == ("done", 12, "")
    assert not told["scikit_learn"]


@pytest.mark.django_db
@pytest.mark.usefixtures("stores")
def test_a_fit_whose_process_is_killed_fails_and_says_so(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    store(alice.project.pk, requests())
    monkeypatch.setattr(discovery, "discover", ailing_discovery.is_killed)
    fits.request(alice.project.pk)
    claimed = fits.claim()
    assert claimed is not None
    failed = fits.run(claimed)
    assert failed.state == "failed"
    assert failed.error == "the process that computes was ended by SIGKILL; the system may be short of memory"


def test_progress_is_told_while_it_computes() -> None:
    said, heard = requests(each=6), list[float]()
    found = apart.call(discovery.discover, [one.text for one in said], vectors(said), NONE_KNOWN, report=heard.append)
    assert len(found.rows) == len(found.found.members)
    assert heard == [0.2, 0.7]


def test_a_caller_that_gives_up_while_it_computes_is_not_held() -> None:
    said = requests(each=6)
    with pytest.raises(ZeroDivisionError):
        apart.call(discovery.discover, [one.text for one in said], vectors(said), NONE_KNOWN, report=lambda _: 1 / 0)
