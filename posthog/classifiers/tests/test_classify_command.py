import codecs
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from posthog.classifiers.tests.known_texts import EMOTIONS

COMMAND = [sys.executable, "-m", "posthog.classifiers.command"]


def run(text: bytes, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(COMMAND, input=text, capture_output=True, timeout=60, env={**os.environ, **environment}, check=False)


def lines(*messages: object) -> bytes:
    return b"".join(json.dumps(message).encode() + b"\n" for message in messages)


def answers(result: subprocess.CompletedProcess[bytes]) -> list[dict]:
    assert result.returncode == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_one_line_each_in_order() -> None:
    texts = [text for text in EMOTIONS for _ in range(12)]  # more than one batch
    said = answers(run(lines(*({"role": "user", "content": text} for text in texts))))
    assert len(said) == len(texts)
    best = [next((label for label in answer["emotion"]["labels"] if label != "neutral"), None) for answer in said]
    right = sum(label == EMOTIONS[text] for text, label in zip(texts, best, strict=True))
    assert right >= 0.9 * len(texts)


def test_an_answer_holds_labels_and_scores_of_each_family_and_the_language() -> None:
    (answer,) = answers(run(lines({"role": "assistant", "content": "I'm so sorry, that was my mistake."})))
    assert answer["emotion"]["labels"][0] == "remorse"
    assert len(answer["emotion"]["scores"]) == 28
    assert answer["toxicity"]["labels"] == []
    assert set(answer["toxicity"]["scores"]) == {"toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate"}
    assert answer["language"] == "en"


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (b'{"role": "bot", "content": "hi"}', "role"),
        (b'{"content": "hi"}', "role"),
        (b'{"role": ["user"], "content": "hi"}', "role"),
        (b'{"role": "user", "content": 5}', "content"),
        (b'{"role": "user"}', "content"),
        (b"[1]", None),
        (b"not json", None),
        (b"\xff\xfe", None),
        (b"[" * 5_000, None),
    ],
)
def test_a_bad_line_is_named_and_the_rest_goes_on(line: bytes, field: str | None) -> None:
    good = lines({"role": "user", "content": "Thank you so much, that solved it!"})
    first, bad, last = answers(run(good + line + b"\n" + good))
    assert bad["field"] == field
    assert bad["error"]
    assert first["emotion"]["labels"][0] == last["emotion"]["labels"][0] == "gratitude"


def test_a_line_of_many_megabytes_is_refused_and_the_rest_goes_on() -> None:
    good = lines({"role": "user", "content": "ok"})
    bad, last = answers(run(lines({"role": "user", "content": "x" * 20_000_000}) + good))
    assert "bytes" in bad["error"]
    assert last["language"] == "unknown"


def test_a_line_without_a_newline_at_the_end_is_read() -> None:
    assert len(answers(run(lines({"role": "user", "content": "Hello"}).rstrip()))) == 1


@pytest.mark.parametrize("between", [b"", codecs.BOM_UTF8])
def test_a_byte_order_mark_before_a_line_is_no_part_of_it(between: bytes) -> None:
    line = lines({"role": "user", "content": "Thank you so much, that solved it!"})
    first, second = answers(run(codecs.BOM_UTF8 + line + between + line))
    assert first == second
    assert first["emotion"]["labels"][0] == "gratitude"


def test_a_byte_order_mark_alone_is_an_empty_line() -> None:
    assert answers(run(codecs.BOM_UTF8 + b"\n")) == []


def test_surrogates_in_the_input_are_answered() -> None:
    assert "emotion" in answers(run(b'{"role": "user", "content": "so happy \\ud83d today"}\n'))[0]


@pytest.fixture
def process() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        stop = threading.Timer(60, process.kill)
        stop.start()
        yield process
        stop.cancel()
        process.kill()


def test_a_line_that_comes_alone_is_answered_before_the_next(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin
    assert process.stdout
    for _ in range(3):
        process.stdin.write(lines({"role": "user", "content": "Thank you so much!"}))
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["emotion"]["labels"][0] == "gratitude"


def test_without_a_model_the_command_says_so(tmp_path: Path) -> None:
    result = run(b"", MODEL_DIR=str(tmp_path))
    assert result.returncode == 3
    assert b"card.json" in result.stderr
