"""What the flow labels are learnt from and measured on: written sentences, read messages, and the order of the batches."""

from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from posthog.classifiers.training import calibrate, expected, folds, reading, stages, unread, written
from posthog.classifiers.training.data import Tokens
from posthog.classifiers.training.heads import AGENT_FLOW, ATTACK, EMOTION, HEADS, TOXICITY, USER_FLOW, Head

FLOWS = (USER_FLOW, AGENT_FLOW)


@pytest.mark.parametrize("head", HEADS, ids=lambda head: head.name)
def test_every_written_sentence_is_whole_and_has_labels_of_its_family(head: Head) -> None:
    frames = written.frames(head)
    assert frames
    for frame, labels in frames:
        assert set(labels) <= set(head.labels)
        sentences = list(written.variants(frame, written.PER_FRAME[head.name]))
        assert len(set(sentences)) == len(sentences) > 0
        assert not any(mark in sentence for sentence in sentences for mark in "{}\t"), frame


@pytest.mark.parametrize("head", HEADS, ids=lambda head: head.name)
def test_no_frame_stands_twice_so_that_none_is_in_train_and_dev(head: Head) -> None:
    assert [frame for frame, count in Counter(frame for frame, _ in written.frames(head)).items() if count > 1] == []


@pytest.mark.parametrize("head", FLOWS, ids=lambda head: head.name)
def test_every_flow_label_is_written_in_many_frames_and_has_near_misses(head: Head) -> None:
    counts = Counter(label for _, labels in written.frames(head) for label, holds in labels.items() if holds)
    assert min(counts[label] for label in head.labels) >= 60
    assert counts["OTHER"] >= 25 * (len(head.labels) - 1)


@pytest.mark.parametrize("head", FLOWS, ids=lambda head: head.name)
def test_messages_are_measured_on_dialogues_that_were_not_trained_on(head: Head) -> None:
    train, test = list(reading.rows(head, "train")), list(reading.rows(head, "test"))
    assert len(test) >= 400
    assert {(row["source"], row["dialog"]) for row in train}.isdisjoint({(row["source"], row["dialog"]) for row in test})
    assert all(set(labels) <= set(head.labels) for row in train + test for labels in (row["labels"], *row.get("readers", ())))


@pytest.mark.parametrize("head", FLOWS, ids=lambda head: head.name)
def test_two_readers_agree_on_nine_test_messages_of_ten(head: Head) -> None:
    agreement = reading.agreement(head)
    assert agreement["same"] > 0.9
    assert agreement["kappa"] > 0.85


def test_columns_of_labels_say_what_holds_what_does_not_and_what_is_open() -> None:
    assert written.judged(TOXICITY, "toxic,insult?") == {
        "toxic": 1, "severe_toxic": 0, "obscene": 0, "threat": 0, "identity_hate": 0,
    }  # fmt: skip
    assert written.judged(EMOTION, "neutral,-joy") == {"neutral": 1, "joy": 0}
    assert written.judged(ATTACK, "-") == {"prompt_attack": 0}
    assert {label for label, holds in written.judged(USER_FLOW, "-").items() if holds} == {"OTHER"}
    with pytest.raises(ValueError, match="toxicity has no label \\['rude'\\]"):
        written.judged(TOXICITY, "toxic,rude")


def test_labels_are_softened_by_a_model_that_has_not_seen_the_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And only those labels that somebody judged; a text that nobody scored keeps its labels."""
    monkeypatch.setattr(expected, "FOLDER", tmp_path)
    digests = np.array([10, 11, 12, 11, 13], dtype=np.int64)
    labels = np.array([[1, 0], [0, 1], [np.nan, 1], [0, 1], [1, 1]], dtype=np.float32)
    tokens = Tokens([np.array([row], dtype=np.uint16) for row in range(5)], labels, ["set"] * 5, digests)
    for fold in range(folds.FOLDS):
        seen, unseen = folds.seen(tokens, fold), folds.unseen(tokens, fold)
        assert set(seen.digests) | set(unseen.digests) == set(digests)
        assert not set(seen.digests) & set(unseen.digests)
        rows = folds.unseen(tokens.part(range(4)), fold)
        expected.keep(folds.scores_name("emotion", fold), rows.digests, np.full(rows.labels.shape, 0.2, dtype=np.float32))
    softer = folds.soften(tokens, "emotion").labels
    low = 0.2 * (1 - folds.TRUST)
    high = low + folds.TRUST
    np.testing.assert_allclose(softer, [[high, low], [low, high], [np.nan, high], [low, high], [1, 1]], rtol=1e-6)
    assert folds.soften(tokens, "toxicity").labels.tolist()[0] == [1, 0]


def test_scores_in_the_tree_are_of_the_family_and_of_the_half_that_their_fold_leaves_out() -> None:
    for file in expected.FOLDER.glob("*.npz"):
        family, part = file.stem.split("-")
        head = next(head for head in HEADS if head.name == family)
        scores = expected.load(file.stem)
        assert {row.shape for row in scores.values()} == {(len(head.labels),)}
        if part != "unread":
            assert {text % folds.FOLDS for text in scores} == {int(part)}


def test_messages_to_judge_are_neither_read_nor_of_a_dialogue_that_measures(tmp_path: Path) -> None:
    measuring = next(row["message"] for row in reading.rows(USER_FLOW, "test") if len(row["message"]) > 20)
    read = next(row["message"] for row in reading.rows(USER_FLOW, "train"))
    says = [
        ("1", "USER", "I would like a table for two, please."),
        ("1", "SYSTEM", "For which day?"),
        ("1", "USER", " i would like a table for two please "),
        ("1", "USER", read),
        ("2", "USER", measuring),
        ("2", "USER", "That is not what I asked for."),
        ("3", "USER", "OVERALL"),
    ]
    for file in unread.FILES:
        (tmp_path / file).parent.mkdir(exist_ok=True)
        rows = says if file == unread.FILES[-1] else []
        schema = pa.schema([(name, pa.string()) for name in ("dialog", "speaker", "text")])
        columns = dict(zip(schema.names, map(list, zip(*rows, strict=True)), strict=True)) if rows else {name: [] for name in schema.names}
        pq.write_table(pa.table(columns, schema=schema), tmp_path / file)
    assert unread.messages(tmp_path) == ["i would like a table for two please"]
    assert not list(unread.examples(AGENT_FLOW, tmp_path))  # nobody judged what agents say


def test_batches_are_the_same_for_a_seed_and_take_every_example_once_an_epoch() -> None:
    lengths = {head.name: [5 + row % 40 for row in range(150)] for head in HEADS}
    stage = stages.STAGES[0]
    steps = stages.schedule(stage, lengths, seed=1)
    assert steps == stages.schedule(stage, lengths, seed=1) != stages.schedule(stage, lengths, seed=2)
    seen = Counter(row for step in steps if step.head is EMOTION for row in step.rows)
    assert set(seen.values()) == {stage.epochs["emotion"]}
    assert len(seen) == 150


def test_a_part_of_an_epoch_takes_that_part_of_the_batches() -> None:
    batches = stages.epochs(1.5, [5] * (stages.BATCH * 10), np.random.default_rng(1))
    assert len(batches) == 15


def test_the_learning_rate_warms_up_and_falls_to_the_stages_last() -> None:
    stage = stages.Stage("one", {}, {}, frozenset(), first=0.5, last=0.1)
    rates = [stages.factor(stage, step, 1000) for step in range(1000)]
    assert max(rates) == rates[59] == 0.5
    assert rates[:60] == sorted(rates[:60])
    assert rates[60:] == sorted(rates[60:], reverse=True)
    assert rates[-1] == pytest.approx(0.1, abs=0.001)


def test_scores_that_are_chances_put_the_threshold_at_half_of_the_best_f1() -> None:
    """Lipton et al. 2014, "Optimal Thresholding of Classifiers to Maximize F1 Measure"."""
    scores = np.linspace(0.0, 1.0, 20_001, dtype=np.float32) ** 2
    said = scores[:, None] >= calibrate.THRESHOLDS
    best = (2 * (said * scores[:, None]).sum(0) / (said.sum(0) + scores.sum())).max()
    assert calibrate._expected(scores) == pytest.approx(best / 2, abs=0.02)


def test_a_label_of_toxicity_is_said_only_with_the_precision_it_needs() -> None:
    draw = np.random.default_rng(3)
    scores = draw.random((4_000, len(TOXICITY.labels)), dtype=np.float32)
    labels = (draw.random(scores.shape) < scores).astype(np.float32)
    for index, (label, threshold) in enumerate(zip(TOXICITY.labels, calibrate.thresholds(TOXICITY, scores, labels), strict=True)):
        said = scores[:, index] >= threshold
        assert labels[said, index].mean() >= TOXICITY.precision_of(label) - 0.01


def test_what_accuses_is_said_from_the_highest_threshold_that_is_as_good() -> None:
    places = calibrate.THRESHOLDS
    flat = np.where((places > 0.495) & (places < 0.705), 0.8, 0.5) - 0.01 * places
    assert calibrate._best(flat, careful=False) == pytest.approx(0.5)
    assert calibrate._best(flat, careful=True) == pytest.approx(0.7)
