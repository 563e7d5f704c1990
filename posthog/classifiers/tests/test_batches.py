import random
import threading

import numpy as np
import pytest

from posthog.classifiers import batches, service
from posthog.classifiers.service import Labels, Text
from posthog.classifiers.tests.known_texts import EMOTIONS, TOXICITY

CONTENTS = [*EMOTIONS, *TOXICITY, "Here is a longer answer. " * 40, "ok"]
TOLERANCE = 0.001  # the ranges of the int8 values are fixed, so the company of a text moves its scores by rounding alone


def scores(labels: Labels) -> np.ndarray:
    return np.array(list(labels.scores.values()))


def test_results_stand_in_the_order_of_the_texts() -> None:
    shuffled = CONTENTS.copy()
    random.Random(5).shuffle(shuffled)
    alone = {content: scores(service.classify([Text("user", content)])[0]) for content in shuffled}
    for content, labels in zip(shuffled, service.classify([Text("user", content) for content in shuffled]), strict=True):
        distances = {other: np.abs(scores(labels) - alone[other]).sum() for other in alone}
        assert min(distances, key=distances.__getitem__) == content


def test_a_batch_scores_as_its_texts_do_alone() -> None:
    together = service.classify([Text("user", content) for content in CONTENTS])
    for content, labels in zip(CONTENTS, together, strict=True):
        assert np.abs(scores(labels) - scores(service.classify([Text("user", content)])[0])).max() < TOLERANCE


def test_the_same_batch_scores_the_same_twice() -> None:
    texts = [Text("user", content) for content in CONTENTS]
    assert service.classify(texts) == service.classify(texts)


def test_many_threads_get_the_results_of_one() -> None:
    texts = [Text("user", content) for content in CONTENTS]
    expected = service.classify(texts)
    service.use_folder(service._folder)  # so that the threads also load the model together
    results: list[list[Labels]] = []
    threads = [threading.Thread(target=lambda: results.append(service.classify(texts))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert results == [expected] * 6


@pytest.mark.parametrize("seed", range(5))
def test_every_text_is_in_one_batch_and_no_batch_is_too_large(seed: int) -> None:
    lengths = random.Random(seed).choices(range(2, 129), k=300)
    plan = list(batches.plan(lengths))
    assert sorted(position for rows in plan for position in rows) == list(range(300))
    assert all(len(rows) * max(lengths[row] for row in rows) <= batches.BATCH_TOKENS for rows in plan)
    assert all(len(rows) <= batches.BATCH_ROWS for rows in plan)


@pytest.mark.parametrize("seed", range(5))
def test_with_widths_given_batches_have_few_shapes(seed: int) -> None:
    lengths = random.Random(seed).choices(range(2, 129), k=300)
    plan = list(batches.plan(lengths, widths=batches.WIDTHS))
    assert sorted(position for rows in plan for position in rows) == list(range(300))
    shapes = [batches.pad([[7] * lengths[row] for row in rows], batches.WIDTHS)[0].shape for rows in plan]
    assert all(width in batches.WIDTHS and rows in (1, 2, 4, 8, 16, 32) for rows, width in shapes)
    assert all(rows * width <= batches.BATCH_TOKENS for rows, width in shapes)


@pytest.mark.parametrize("seed", range(5))
def test_short_texts_are_not_padded_to_the_length_of_long_ones(seed: int) -> None:
    lengths = random.Random(seed).choices(range(2, 129), k=16)
    plan = list(batches.plan(lengths, padding=20))
    assert sorted(position for rows in plan for position in rows) == list(range(16))
    assert all(sum(lengths[rows[0]] - lengths[row] for row in rows) <= 20 for rows in plan)


def test_a_row_longer_than_a_batch_goes_alone() -> None:
    assert list(batches.plan([9, 50, 9], rows=8, tokens=20)) == [[1], [0, 2]]


def test_the_middle_of_a_long_text_is_left_out() -> None:
    framed = batches.frame(range(1_000, 1_500))
    assert len(framed) == batches.MAX_TOKENS == 128
    assert framed[1:81] == list(range(1_000, 1_080))
    assert framed[81:-1] == list(range(1_454, 1_500))


def test_padding_is_masked() -> None:
    ids, mask = batches.pad([[101, 7, 102], [101, 7, 8, 9, 102]])
    assert ids.tolist() == [[101, 7, 102, 0, 0], [101, 7, 8, 9, 102]]
    assert mask.tolist() == [[1, 1, 1, 0, 0], [1, 1, 1, 1, 1]]
