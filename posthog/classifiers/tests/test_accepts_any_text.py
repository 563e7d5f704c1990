import base64
import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from posthog.classifiers import batches, service
from posthog.classifiers.service import Text

MEGABYTE = 1_000_000
HOSTILE = {
    "empty": "",
    "spaces": "   \n\t \u00a0 ",
    "one letter": "a",
    "emoji only": "😀😡🎉🤖👩‍👩‍👧‍👦",
    "lone high surrogate": "\ud83d",
    "lone low surrogate in a sentence": "I am happy \udc00 today",
    "null bytes": "\x00\x01\x02\xff" * 500,
    "binary": bytes(random.Random(1).randbytes(20_000)).decode("latin-1"),
    "one long word": "a" * MEGABYTE,
    "long sentence": "I am so very angry with this answer. " * (MEGABYTE // 37),
    "long spaces": " " * MEGABYTE,
    "long emoji": "😡" * MEGABYTE,
    "long Chinese": "我非常生气" * (MEGABYTE // 5),
    "combining marks": "a" + "\u0301" * 50_000,
    "right to left": "\u202e" + "שלום עולם " * 100,
    "zero width": "\u200b" * 5_000,
    "special tokens": "[CLS] [SEP] [PAD] [MASK] [UNK]",
    "private use": "\ue000\uf8ff\U0010ffff",
    "token with a deep head": base64.urlsafe_b64encode(b'{"alg":' + b"[" * 1502).decode() + ".eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJlLW9mLXRva2Vu",
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_labels_hostile_text(content: str) -> None:
    labels = service.classify([Text("user", content)], every_language=True)[0]
    assert len(labels.scores) == 28 + 6 + 21 + 1  # emotion, toxicity, user flow, attack
    assert all(0 <= score <= 1 for score in labels.scores.values())


def test_a_megabyte_costs_as_much_as_a_page() -> None:
    service.available()
    started = time.process_time()
    service.classify([Text("user", content) for content in HOSTILE.values()], every_language=True)
    assert time.process_time() - started < 5


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(alphabet=st.characters(), max_size=300), max_size=5))
def test_labels_generated_text(contents: list[str]) -> None:
    assert len(service.classify([Text("assistant", content) for content in contents])) == len(contents)


def test_nothing_in_nothing_out() -> None:
    assert service.classify([]) == []


@pytest.mark.parametrize("content", ["", "  \n ", "\u3000"])
def test_nothing_is_said_of_a_text_without_content(content: str) -> None:
    labels = service.classify([Text("user", content)])[0]
    assert (labels.judged, dict(labels.values), labels.language) == (False, {}, "unknown")


def test_joined_surrogates_read_as_the_character_they_mean() -> None:
    assert batches.clean("so \ud83d\ude00 happy") == "so 😀 happy"
    assert batches.clean("so \ud83d happy") == "so \ufffd happy"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("😂😂😂", "laughing, so funny"),
        ("❤️ !!", "love"),
        ("👍🏽👍", "good"),
        ("🦀 😡", "crab, very angry"),
        ("⭐⭐⭐⭐⭐", "great, five stars"),
        ("🆗", "okay"),
        ("‼️", "attention!"),
        ("🅰️", "A"),
        ("⬆️", "up"),
        ("⏰", "alarm clock"),
        ("⌛", "waiting"),
        ("▶️ ⏩", "go on"),
        ("→", "rightwards arrow"),
        ("🃏", "joker"),
        ("㊗️", "congratulations"),
        ("🇩🇪🇫🇷", "flag DE, flag FR"),
        ("so 😂😂 funny", "so 😂😂 funny"),
        ("a → b ⭐", "a → b ⭐"),
        ("naïve ’quotes’ ⠿ 中文 ❤", "naïve ’quotes’ ⠿ 中文 ❤"),
        ("⠿ ’", "⠿ ’"),
    ],
)
def test_emoji_alone_are_read_as_words(text: str, read: str) -> None:
    assert batches.clean(text) == read


def test_five_stars_are_praise() -> None:
    assert service.classify([Text("user", "⭐⭐⭐⭐⭐")])[0].values["emotion"].value == "admiration"


@pytest.mark.parametrize("space", ["\n", " ", "\u3000\t"])
@pytest.mark.parametrize("content", ["I hate you, you stupid idiot", "Kannst du mir bitte den zweiten Schritt erklären?", "danke", "😡"])
def test_spaces_around_a_text_change_nothing(space: str, content: str) -> None:
    plain, padded = service.classify([Text("user", content), Text("user", space * 2_500 + content + space * 2_500)])
    assert padded == plain


def test_both_ends_of_a_long_text_are_read() -> None:
    filler = "The table lists the values of the third column. " * 2_000
    plain, rude = service.classify([Text("user", filler), Text("user", f"{filler} You are a stupid worthless idiot, shut up.")])
    assert rude.scores["toxic"] > plain.scores["toxic"] + 0.3
