"""Long work of which one worker at a time does a part: who loses the lock neither goes on nor frees it."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from posthog.common import redis
from posthog.ingestion.exclusive import Stopped, exclusively

pytestmark = pytest.mark.usefixtures("valkey")
NAME = "tests:long work"


@pytest.fixture(autouse=True)
def _free(valkey: object) -> Iterator[None]:
    yield
    redis.client().delete(NAME)


def test_another_worker_is_told_that_it_is_taken() -> None:
    with exclusively(NAME, threading.Event()) as mine, exclusively(NAME, threading.Event()) as theirs:
        assert mine
        assert theirs is None
    assert not redis.client().exists(NAME)


def test_a_worker_that_took_too_long_stops_and_leaves_the_lock_to_the_other() -> None:
    first, second = ExitStack(), ExitStack()
    mine = first.enter_context(exclusively(NAME, threading.Event()))
    redis.client().delete(NAME)  # its time has passed
    theirs = second.enter_context(exclusively(NAME, threading.Event()))
    assert mine
    assert theirs
    with pytest.raises(Stopped):
        mine()
    first.close()
    theirs()
    second.close()
    assert not redis.client().exists(NAME)


def test_a_worker_that_stops_ends_between_two_steps() -> None:
    stopping = threading.Event()
    with exclusively(NAME, stopping) as step:
        assert step
        step()
        stopping.set()
        with pytest.raises(Stopped):
            step()
