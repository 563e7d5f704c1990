"""The figures shown are those of texts that were not trained on, and the threshold serves both precision and recall."""

import numpy as np

from posthog.own_labels import training
from posthog.own_labels.tests.words import ABOUT_OTHERS, ABOUT_PARCELS, vectors

RNG = np.random.default_rng(3)


def test_ten_examples_find_texts_that_are_like_them() -> None:
    said, others = vectors(ABOUT_PARCELS), vectors(ABOUT_OTHERS)
    head, figures = training.train(said[::3][:10], others[:90])
    assert figures.folds == 10
    found = training.scores(np.concatenate([said[1::4], others[90:]]), head.weights[None], np.array([head.bias]))[:, 0] >= head.threshold
    assert found[: len(said[1::4])].mean() >= 0.8
    assert found[len(said[1::4]) :].mean() <= 0.1
    assert figures.recall >= 0.8
    assert figures.precision is not None
    assert figures.precision >= 0.8


def test_the_counts_are_of_all_texts_once() -> None:
    _, figures = training.train(vectors(ABOUT_PARCELS), vectors(ABOUT_OTHERS))
    assert figures.folds == 5
    assert figures.true_positives + figures.false_negatives == len(ABOUT_PARCELS)
    assert figures.false_positives <= len(ABOUT_OTHERS)


def test_noise_is_not_praised() -> None:
    """Examples that have nothing in common: the figures say so instead of repeating what was learnt by heart."""
    noise = RNG.standard_normal((230, 384)).astype(np.float32)
    noise /= np.linalg.norm(noise, axis=1, keepdims=True)
    _, figures = training.train(noise[:30], noise[30:])
    assert figures.precision is None or figures.precision < 0.5


def test_the_same_examples_give_the_same_label() -> None:
    first, second = (training.train(vectors(ABOUT_PARCELS[:12]), vectors(ABOUT_OTHERS)) for _ in range(2))
    assert np.array_equal(first[0].weights, second[0].weights)
    assert (first[0].threshold, first[1]) == (second[0].threshold, second[1])


def test_texts_with_the_same_score_are_not_told_apart() -> None:
    same = np.repeat(vectors(["same"]), 40, axis=0)
    head, figures = training.train(same[:10], same[10:])
    assert figures.true_positives in (0, 10)
    assert 0 <= head.threshold <= 1
