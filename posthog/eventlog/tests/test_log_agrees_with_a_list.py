"""The log against the simplest possible model: a list, a position, and at most one outstanding slice of it."""

import subprocess
from collections.abc import Iterator

import pytest
from hypothesis import settings, strategies
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from posthog.common.redis import client
from posthog.eventlog import keys, log
from posthog.eventlog.payload import unpack
from posthog.eventlog.reader import Batch, PartitionReader
from posthog.eventlog.tests.conftest import entry


class Log(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        for key in client().scan_iter("eventlog:*"):
            client().delete(key)
        self.written: list[str] = []
        self.done = 0
        self.outstanding: Batch | None = None
        self.deliveries = 0
        self.readers = [self._reader()]

    def _reader(self) -> PartitionReader:
        reader = PartitionReader(0)
        assert reader.acquire()
        return reader

    @rule(sizes=strategies.lists(strategies.integers(1, 3), min_size=1, max_size=4))
    def append(self, sizes: list[int]) -> None:
        first = len(self.written)
        self.written += [str(first + number) for number in range(sum(sizes))]
        entries, position = [], first
        for size in sizes:
            entries.append(entry(*self.written[position : position + size]))
            position += size
        log.append(entries)

    @rule(max_events=strategies.integers(1, 5))
    def read(self, max_events: int) -> None:
        batch = self.readers[-1].read(max_events, flush_ms=1)
        if self.outstanding is None:
            self.deliveries = 0
            assert (batch is None) == (self.done == len(self.written))
        else:
            assert batch
            assert batch.entries == self.outstanding.entries
        if batch:
            self.deliveries += 1
            assert batch.attempt == self.deliveries
            events = [event["uuid"] for found in batch.entries for event in unpack(found.payload)["events"]]
            assert events == self.written[self.done : self.done + len(events)]
        self.outstanding = batch

    @precondition(lambda self: self.outstanding)
    @rule()
    def acknowledge(self) -> None:
        assert self.outstanding
        assert self.readers[-1].ack(self.outstanding)
        self.done += sum(len(unpack(found.payload)["events"]) for found in self.outstanding.entries)
        self.outstanding = None

    @rule()
    def the_reader_dies(self) -> None:
        client().delete(keys.lease(0))  # what the passing of time does
        self.readers.append(self._reader())

    @precondition(lambda self: len(self.readers) > 1)
    @rule()
    def a_dead_reader_comes_back(self) -> None:
        assert self.readers[-2].read(flush_ms=1) is None
        if self.outstanding:
            assert not self.readers[-2].ack(self.outstanding)

    @invariant()
    def pending_is_what_is_outstanding(self) -> None:
        expected = len(self.outstanding.entries) if self.outstanding else 0
        assert log.depth()["pending"] == expected


@pytest.fixture
def unsynced(valkey: subprocess.Popen[bytes]) -> Iterator[None]:
    """Syncing takes most of the time and does not matter here: nobody kills the server."""
    client().config_set("appendfsync", "no")
    yield
    client().config_set("appendfsync", "always")


@pytest.mark.usefixtures("unsynced")
def test_the_log_agrees_with_a_list() -> None:
    run_state_machine_as_test(Log, settings=settings(max_examples=25, stateful_step_count=20, deadline=None))
