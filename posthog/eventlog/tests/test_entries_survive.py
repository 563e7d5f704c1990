"""What `append` confirmed is there after the server was killed; what could not be kept is an error."""

import os
import signal
import threading
from functools import partial

import pytest
from pytest_django import Settings

from posthog.common.redis import client
from posthog.eventlog import keys, log
from posthog.eventlog.reader import PartitionReader
from posthog.eventlog.tests.conftest import OwnServer, entry
from tests.product import wait_until


def confirmed_until_stopped(confirmed: list[str], stop: threading.Event, writer: int) -> None:
    number = 0
    while not stop.is_set():
        number += 1
        try:
            confirmed += log.append([entry(f"{writer}-{number}")])
        except log.LogError:
            return


def has_at_least(confirmed: list[str], count: int) -> bool:
    return len(confirmed) >= count


def test_no_confirmed_entry_is_lost_when_the_server_is_killed(own_server: OwnServer) -> None:
    confirmed: list[str] = []
    stop = threading.Event()
    for killed_after in (200, 500, 900):
        writers = [threading.Thread(target=confirmed_until_stopped, args=(confirmed, stop, number)) for number in range(4)]
        for writer in writers:
            writer.start()
        assert wait_until(partial(has_at_least, confirmed, killed_after), 30, 0.002)
        own_server.kill()
        for writer in writers:
            writer.join(30)
        own_server.start_again()
        stored = {entry_id.decode() for entry_id, _ in client().xrange(keys.stream(0))}
        assert set(confirmed) <= stored


def test_many_refused_appends_are_forgotten_once_the_server_is_back(own_server: OwnServer) -> None:
    log.append([entry("before")])
    own_server.kill()
    for _ in range(300):
        with pytest.raises(log.LogError):
            log.append([entry("while it is away")])
    own_server.start_again()
    assert len(log.append([entry("after")])) == 1


def test_an_outstanding_batch_is_the_same_after_the_server_was_killed(own_server: OwnServer) -> None:
    log.append([entry("How do I cancel?"), entry("Never mind, found it.")])
    reader = PartitionReader(0)
    assert reader.acquire()
    before = reader.read(flush_ms=1)
    own_server.kill()
    own_server.start_again()
    log.append([entry("One more thing")])
    after = reader.read(flush_ms=1)
    assert before
    assert after
    assert after.entries == before.entries
    assert after.attempt == 2
    assert reader.ack(after)


def test_a_server_that_does_not_answer_is_an_error(own_server: OwnServer) -> None:
    own_server.kill()
    with pytest.raises(log.LogUnavailable):
        log.append([entry("Hello")])
    with pytest.raises(log.LogUnavailable):
        PartitionReader(0).acquire()
    own_server.start_again()
    assert log.append([entry("Hello again")])


def test_past_its_bound_the_log_refuses_until_there_is_room(empty_log: None, settings: Settings) -> None:
    settings.EVENT_LOG_MAX_BYTES = 400_000
    payload = (1).to_bytes(4, "big") + os.urandom(20_000)

    def refused() -> bool:
        try:
            log.append([(0, payload)])
        except log.LogFull:
            return True
        return False

    assert wait_until(refused, 10, 0.01)
    assert log.depth()["bytes"] >= 400_000
    reader = PartitionReader(0)
    assert reader.acquire()
    while batch := reader.read(flush_ms=1):
        assert reader.ack(batch)
    assert wait_until(lambda: not refused(), 10, 0.05)


def test_a_server_out_of_memory_is_a_full_log(own_server: OwnServer) -> None:
    client().config_set("maxmemory", "3mb")
    too_much = [(0, (1).to_bytes(4, "big") + os.urandom(50_000))] * 100
    with pytest.raises(log.LogFull):
        log.append(too_much)


def test_caches_that_fill_the_memory_give_way_to_events_and_leases(own_server: OwnServer) -> None:
    client().config_set("maxmemory", "6mb")
    for number in range(1_000):
        client().set(f"cache:{number}", os.urandom(10_000), ex=900)
    assert client().exists(*(f"cache:{number}" for number in range(1_000))) < 1_000
    log.append([(0, entry("kept")[1])] * 20)
    reader = PartitionReader(0)
    assert reader.acquire()
    batch = reader.read(flush_ms=1)
    assert batch is not None
    assert len(batch.entries) == 20
    assert reader.ack(batch)


def test_a_stopped_server_delays_and_loses_nothing(own_server: OwnServer) -> None:
    confirmed: list[str] = []
    writer = threading.Thread(target=lambda: confirmed.extend(log.append([entry("slow")])))
    own_server.process.send_signal(signal.SIGSTOP)
    writer.start()
    writer.join(0.2)
    assert confirmed == []
    own_server.process.send_signal(signal.SIGCONT)
    writer.join(10)
    assert len(confirmed) == 1
