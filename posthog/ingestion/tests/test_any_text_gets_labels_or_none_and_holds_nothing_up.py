"""Whatever an application sends as a message: the event becomes visible, and the model reads no more than a page of it."""

import random
import threading
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from posthog.classifiers import batches, service
from posthog.conversations.roles import ASSISTANT, USER
from posthog.ingestion import backlog, labels
from posthog.ingestion.tests.conftest import Pipeline, task

MEGABYTE = 1_000_000
HOSTILE = {
    "whitespace": " \t\n\u00a0\u3000 ",
    "emoji only": "😀😡🎉🤖",
    "lone surrogates": "\ud83d and \udc00",
    "null bytes": "\x00\x01\x02" * 200,
    "binary": random.Random(1).randbytes(5_000).decode("latin-1"),
    "one word of a megabyte": "a" * MEGABYTE,
    "a megabyte of emoji": "😡" * (MEGABYTE // 4),
    "right to left": "\u202e" + "שלום עולם " * 50,
    "Chinese": "我非常生气" * 50,
    "flood of combining marks": "a" + "\u0301" * 50_000,
}
# Characters of all planes, surrogates and controls included, and floods of one of them.
TEXTS = st.one_of(
    st.text(alphabet=st.characters(), max_size=200),
    st.builds(lambda character, times: character * times, st.characters(), st.integers(1, 20_000)),
    st.sampled_from(sorted(HOSTILE.values())),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(TEXTS, max_size=4))
def test_no_text_makes_the_stage_fail_and_none_costs_more_than_a_page(contents: list[str]) -> None:
    said = [(USER, content) for content in contents] + [(ASSISTANT, content) for content in contents]
    found = labels.classify({(1, UUID(int=number)): one for number, one in enumerate(said)})
    assert found is not None, "the breaker was tripped"
    assert len(found) == len(said)
    assert all(one.label_version and one.language for one in found.values())
    assert all(len(row) <= batches.MAX_TOKENS for row in service.engine().tokens(contents))


@pytest.mark.django_db
def test_events_with_any_text_go_in_with_labels_at_once(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("posthog.common.limits.LABEL_SECONDS_PER_BATCH", 600.0)  # speed is measured elsewhere
    pipeline.accept(*(task(content, content) for content in HOSTILE.values()))
    pipeline.run()
    assert len(pipeline.events()) == len(HOSTILE)
    judged = [version for version in pipeline.events("labels.`$label_version`") if version]
    assert len(judged) == len(HOSTILE) - 1  # whitespace is no message
    assert backlog.catch_up(threading.Event()) == 0
    assert not labels.breaker.is_open
