"""Which differences between two texts do not matter for recognizing a conversation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posthog.conversations import store
from posthog.conversations.wording import normalize


@pytest.mark.parametrize(
    "text",
    [
        "Take the 7 o'clock ferry, it is cheaper.",
        "take the 7 o'clock ferry, it is cheaper",
        "Take  the\n7 o'clock ferry,\tit is cheaper. ",
        "**Take** the _7 o'clock_ ferry, it is `cheaper`.",
        "> Take the 7 o'clock [ferry](https://ferries.example/7), it is cheaper.",
        "<p>Take the 7 o&#39;clock <b>ferry</b>, it is cheaper.</p>",
        "# Take the 7 o'clock ferry, it is cheaper!",
    ],
)
def test_marks_case_and_white_space_do_not_count(text: str) -> None:
    assert normalize(text) == "take the 7 o clock ferry it is cheaper"


def test_other_words_other_scripts_and_signs_count() -> None:
    texts = ["The 8 o'clock ferry", "九時に開きます", "九時に閉まります", "Привет", "👍", "?", "👎", ""]
    assert len({normalize(text) for text in texts}) == len(texts)
    assert normalize("**👍** ") == "👍"


@given(st.text(max_size=300))
def test_normalizing_never_fails_and_a_text_is_never_lost(text: str) -> None:
    assert bool(normalize(text)) == bool(text.strip())


def test_hostile_texts_are_normalized_in_linear_time() -> None:
    for piece in ("[", "![", "](", "<a", "&#", "</", "**"):
        assert len(normalize(piece * 100_000)) <= 400_000


def test_a_statement_that_names_a_table_without_its_guard_is_refused() -> None:
    for sql in (
        "SELECT 1 FROM turns",
        "SELECT 1 FROM {turns} AND message_id IN (SELECT message_id FROM messages)",
        "SELECT 1 FROM {turns} t JOIN events e",
    ):
        with pytest.raises(store.UnguardedTable):
            store.rows(1, sql)
