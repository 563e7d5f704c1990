"""Batches of two workers that meet the same new texts at the same moment: the model reads each once, and both have its labels."""

import threading
import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest

from posthog.classifiers import service
from posthog.classifiers.service import Labels, Text
from posthog.common import redis
from posthog.conversations.roles import USER
from posthog.eventlog.reader import Batch
from posthog.ingestion import labels, shared_labels
from posthog.ingestion.events import NewMessage, Work
from posthog.ingestion.metrics import UNLABELLED
from posthog.ingestion.tests.conftest import NOON, FakeModel

TEXTS = [f"Thank you, order {number} is here." for number in range(40)]
PROJECT = 7


@pytest.fixture(autouse=True)
def _empty(valkey: object) -> None:
    redis.client().flushdb()
    labels.breaker.reset()


def batch(texts: Sequence[str]) -> Work:
    work = Work(Batch(0, [], "1-0", "1-0", 1))
    for position, text in enumerate(texts):
        message_id = UUID(int=1 + TEXTS.index(text))
        work.messages[PROJECT, message_id] = NewMessage(position, message_id, USER, text, text, NOON, False)
    return work


def read(work: Work, seconds: float = 60.0) -> None:
    labels._classify_new(work, list(work.messages), time.monotonic() + seconds, lambda: None)


def test_both_have_the_labels_and_each_text_was_read_once(model: FakeModel, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(texts: Sequence[Text], **_: Any) -> list[Labels]:
        time.sleep(0.05)
        return model.classify(texts)

    monkeypatch.setattr(service, "classify", slow)
    works = [batch(TEXTS), batch(TEXTS[::-1]), batch(TEXTS[10:30])]
    threads = [threading.Thread(target=read, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(text.content for text in model.read) == sorted(TEXTS)
    for work in works:
        assert work.message_labels.keys() == work.messages.keys()
        assert all(one.labels["user_emotion"] == "joy" for one in work.message_labels.values())


def test_a_batch_that_is_done_again_has_its_labels_already(model: FakeModel) -> None:
    read(batch(TEXTS))
    again = batch(TEXTS)
    read(again)
    assert len(model.read) == len(TEXTS)
    assert again.message_labels.keys() == again.messages.keys()


def test_a_worker_that_died_over_its_texts_is_not_waited_for_beyond_the_budget(model: FakeModel) -> None:
    dead, alive = batch(TEXTS[:3]), batch(TEXTS[:5])
    shared_labels.claim(list(dead.messages), model.version)
    before = UNLABELLED.labels("budget")._value.get()
    began = time.monotonic()
    read(alive, seconds=0.5)
    assert time.monotonic() - began < 30
    assert len(alive.message_labels) == 2
    assert UNLABELLED.labels("budget")._value.get() == before + 3


def test_texts_that_could_not_be_read_are_free_at_once(model: FakeModel, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as ailing:
        ailing.setattr(service, "classify", lambda texts, **_: 1 / 0)
        read(batch(TEXTS))
    labels.breaker.reset()
    again = batch(TEXTS)
    read(again)
    assert again.message_labels.keys() == again.messages.keys()
