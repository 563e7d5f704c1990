import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps

from posthog.classifiers import card, service
from posthog.classifiers.service import ModelUnavailable, Text
from posthog.classifiers.tests.conftest import MODEL
from posthog.settings.environment import BadSetting

MEGABYTE = 1_000_000


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    shutil.copytree(MODEL, folder)
    service.use_folder(folder)
    return folder


@pytest.mark.parametrize("name", [card.CARD, card.MODEL, card.TOKENIZER])
def test_a_missing_file_makes_the_model_unavailable(copy: Path, name: str) -> None:
    (copy / name).unlink()
    assert not service.available()
    assert service.label_version() == ""
    with pytest.raises(ModelUnavailable, match=name):
        service.classify([Text("user", "Hello there")])


@pytest.mark.parametrize("name", [card.CARD, card.MODEL, card.TOKENIZER])
def test_a_damaged_file_makes_the_model_unavailable(copy: Path, name: str) -> None:
    content = bytearray((copy / name).read_bytes())
    content[len(content) // 2 : len(content) // 2 + 40] = b"\x00" * 40
    (copy / name).write_bytes(content)
    assert not service.available()
    with pytest.raises(ModelUnavailable):
        service.classify([Text("user", "Hello there")])


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"families": [], "files": 5}', '{"families": [{"name": 1}], "files": {}}'])
def test_a_card_that_is_no_card_makes_the_model_unavailable(copy: Path, content: str) -> None:
    (copy / card.CARD).write_text(content)
    with pytest.raises(ModelUnavailable):
        service.classify([Text("user", "Hello there")])


def test_a_model_that_comes_back_is_used_without_a_restart(copy: Path) -> None:
    hidden = copy / card.MODEL
    hidden.rename(copy / "away")
    assert not service.available()
    (copy / "away").rename(hidden)
    assert service.available()
    assert service.label_version() != ""


def test_the_version_changes_with_a_threshold_and_not_with_a_measurement(copy: Path) -> None:
    before = service.label_version()
    content = json.loads((copy / card.CARD).read_text())
    content["families"][0]["metrics"] = {}
    (copy / card.CARD).write_text(json.dumps(content))
    service.use_folder(copy)
    assert service.label_version() == before
    content["families"][0]["thresholds"]["joy"] = 0.99
    (copy / card.CARD).write_text(json.dumps(content))
    service.use_folder(copy)
    assert service.label_version() not in ("", before)


def test_the_version_changes_with_what_is_turned_on_and_only_with_that(copy: Path) -> None:
    content = json.loads((copy / card.CARD).read_text())
    content["families"][0]["off"] = ["grief", "relief"]
    (copy / card.CARD).write_text(json.dumps(content))
    service.use_folder(copy)
    version = service.label_version()
    seen = {}
    for names in (["grief"], ["relief", "grief"], ["grief", "relief"], ["joy"], []):
        service.turn_on(names)
        seen[tuple(names)] = service.label_version()
    assert seen[()] == seen["joy",] == version == card.read(copy).version  # joy is on in any case
    assert seen["relief", "grief"] == seen["grief", "relief"]
    assert len({version, seen["grief",], seen["grief", "relief"]}) == 3


def test_a_name_that_no_label_has_stops_the_start_and_is_named(settings: Any) -> None:
    settings.LABELS_ON = ["agent_refuses_answer", "no_such_label"]
    sentence = r"^LABELS_ON names 'no_such_label': use names of labels, which are .*agent_refuses_answer, .*joy, "
    with pytest.raises(BadSetting, match=sentence):
        apps.get_app_config("classifiers").ready()


@pytest.mark.parametrize("why", ["labels are off", "no model"])
def test_where_nothing_is_labelled_the_names_stop_no_start(settings: Any, tmp_path: Path, why: str) -> None:
    settings.LABELS_ON = ["no_such_label"]
    if why == "no model":
        settings.MODEL_DIR = tmp_path
    else:
        settings.LABELS_ENABLED = False
    apps.get_app_config("classifiers").ready()


def test_the_card_records_what_was_measured_and_that_int8_lost_little() -> None:
    families = {family["name"]: family for family in json.loads((MODEL / card.CARD).read_text())["families"]}
    assert families["emotion"]["metrics"]["macro_f1"] >= families["emotion"]["metrics_fp32"]["macro_f1"] - 0.005
    assert families["toxicity"]["metrics"]["mean_auc"] >= families["toxicity"]["metrics_fp32"]["mean_auc"] - 0.005
    assert families["emotion"]["metrics"]["macro_f1"] > 0.48
    assert all(set(family["thresholds"]) == set(family["labels"]) for family in families.values())


def test_the_model_is_small_enough_to_ship() -> None:
    assert sum(path.stat().st_size for path in MODEL.iterdir()) < 40 * MEGABYTE


def test_labelling_needs_neither_django_nor_torch() -> None:
    code = (
        "import sys; from posthog.classifiers.service import Text, classify; classify([Text('user', 'Hello there')]);"
        "print(sorted({'django', 'torch', 'transformers', 'sklearn'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert result.stdout.strip() == "[]"
