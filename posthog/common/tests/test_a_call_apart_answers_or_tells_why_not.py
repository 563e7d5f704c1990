"""A function in a process of its own: its result, its error or its death reaches the caller, and nothing else of it does."""

import os
import signal
import time

import pytest

from posthog.common import apart


def test_the_result_comes_back() -> None:
    assert apart.call(sorted, [3, 1, 2]) == [1, 2, 3]
    assert apart.call(os.getpid) != os.getpid()


def test_what_the_function_prints_is_not_taken_for_its_answer() -> None:
    assert apart.call(print, "hello") is None


def test_an_error_comes_back_with_its_kind_and_message() -> None:
    with pytest.raises(apart.Failed, match=r"^ValueError: invalid literal for int\(\) with base 10: 'x'$"):
        apart.call(int, "x")


def test_a_function_that_cannot_be_sent_is_the_callers_error() -> None:
    with pytest.raises(Exception, match="pickle"):
        apart.call(lambda: 1)


def test_a_killed_process_is_told_and_not_waited_for() -> None:
    began = time.monotonic()
    with pytest.raises(apart.Failed, match=r"ended by SIGKILL; the system may be short of memory"):
        apart.call(signal.raise_signal, signal.SIGKILL)
    assert time.monotonic() - began < 20


def test_a_process_that_is_stuck_is_ended() -> None:
    with pytest.raises(apart.Failed, match=r"not done after 0\.5 seconds, and was ended"):
        apart.call(signal.pause, seconds=0.5)


def test_a_process_that_leaves_without_an_answer_is_told() -> None:
    with pytest.raises(apart.Failed, match="ended with status 3 and no answer"):
        apart.call(os._exit, 3)


def test_a_process_that_dies_before_it_has_read_everything_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(apart.Failed, match="ended with status 1 and no answer"):
        apart.call(len, b"0" * 10_000_000)
