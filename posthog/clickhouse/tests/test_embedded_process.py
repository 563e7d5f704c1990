"""The engine as a process: how it starts, who may reach it, how it stops, and what survives when it is killed."""

import os
import random
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from clickhouse_driver.errors import Error, NetworkError

from posthog.clickhouse.embedded import limits, process, tokens
from posthog.clickhouse.tests.engines import PASSWORD, OwnEngine, own_engine
from posthog.common.ports import free_port


@pytest.fixture
def own(tmp_path: Path) -> Iterator[OwnEngine]:
    with own_engine(tmp_path / "store") as engine:
        yield engine


def start_and_wait(*arguments: str, password: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "posthog.clickhouse.embedded", *arguments]
    environment = os.environ | {"ENGINE_PASSWORD": password}
    return subprocess.run(command, cwd=process.ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_it_does_not_load_django() -> None:
    code = "import sys, posthog.clickhouse.embedded.__main__; print(*(name for name, module in sys.modules.items() if module))"
    answer = subprocess.run([sys.executable, "-c", code], cwd=process.ROOT, capture_output=True, text=True, check=True)
    assert {"django", "celery", "pandas", "pyarrow"}.isdisjoint(answer.stdout.split())


def test_without_a_password_it_does_not_start(tmp_path: Path) -> None:
    answer = start_and_wait("--path", str(tmp_path), "--port", str(free_port()), password="")
    assert answer.returncode == 2
    assert "ENGINE_PASSWORD" in answer.stderr


def test_a_second_process_on_the_same_directory_says_why_it_does_not_start(own: OwnEngine) -> None:
    answer = start_and_wait("--path", str(own.path), "--port", str(free_port()), password=PASSWORD)
    assert answer.returncode == 1
    assert str(own.path) in answer.stderr
    assert own.client().execute("SELECT 1") == [(1,)]


def test_a_taken_port_says_so(own: OwnEngine, tmp_path: Path) -> None:
    answer = start_and_wait("--path", str(tmp_path / "other"), "--port", str(own.port), password=PASSWORD)
    assert answer.returncode == 1
    assert "in use" in answer.stderr


def test_start_reports_a_process_that_ends_before_it_is_ready(own: OwnEngine) -> None:
    with pytest.raises(process.StartError):
        process.start(own.path, free_port(), PASSWORD)


def test_it_listens_on_loopback_only(own: OwnEngine) -> None:
    inode_lines = Path(f"/proc/{own.running.pid}/net/tcp").read_text().splitlines()[1:]
    listening = [line.split()[1] for line in inode_lines if line.split()[3] == "0A" and int(line.split()[1].split(":")[1], 16) == own.port]
    assert [address.split(":")[0] for address in listening] == ["0100007F"]


def test_the_password_is_not_seen_in_the_process_list(own: OwnEngine) -> None:
    assert PASSWORD.encode() not in Path(f"/proc/{own.running.pid}/cmdline").read_bytes()


def test_its_time_zone_is_utc_wherever_it_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    with own_engine(tmp_path / "store") as engine:
        assert engine.client().execute("SELECT timezone(), toString(toDateTime(0))") == [("UTC", "1970-01-01 00:00:00")]


def test_sigterm_ends_running_queries_and_the_process_in_order(own: OwnEngine) -> None:
    client = own.client()
    failed: list[BaseException] = []

    def long_query() -> None:
        try:
            client.execute("SELECT count() FROM numbers(1000000000000) WHERE cityHash64(number) = 3")
        except (Error, EOFError, OSError) as error:
            failed.append(error)

    asking = threading.Thread(target=long_query)
    asking.start()
    watcher = own.client()
    deadline = time.monotonic() + 10
    while not watcher.execute("SELECT count() FROM system.processes WHERE query LIKE '%= 3%' AND query NOT LIKE '%system%'")[0][0]:
        assert time.monotonic() < deadline
    own.running.terminate()
    assert own.running.wait(limits.SHUTDOWN_SECONDS) == 0
    asking.join()
    assert len(failed) == 1


def test_what_was_stored_is_there_after_a_restart(own: OwnEngine) -> None:
    client = own.client()
    client.execute("CREATE TABLE kept (text String) ENGINE = MergeTree ORDER BY text")
    client.execute("INSERT INTO kept VALUES", [("Where is my refund?",)])
    own.running.terminate()
    own.running.wait(10)
    own.restart()
    assert client.execute("SELECT text FROM kept") == [("Where is my refund?",)]


def test_threads_live_only_while_clients_are_connected(own: OwnEngine) -> None:
    clients = [own.client() for _ in range(10)]
    for client in clients:
        client.execute("SELECT 1")
    busy = int(own.status("Threads"))
    for client in clients:
        client.disconnect()
    deadline = time.monotonic() + 10
    while int(own.status("Threads")) > busy - 10:
        assert time.monotonic() < deadline


def test_garbage_and_strangers_do_not_disturb_others(own: OwnEngine) -> None:
    client = own.client()
    assert client.execute("SELECT 1") == [(1,)]
    for garbage in (
        b"GET / HTTP/1.1\r\n\r\n",
        b"",
        b"\x00",
        b"\xff" * 100,
        random.Random(1).randbytes(10_000),
        b"\x00" + b"\xff\xff\xff\xff\x7f",
    ):
        with socket.create_connection(("127.0.0.1", own.port)) as stranger:
            stranger.sendall(garbage)
            stranger.shutdown(socket.SHUT_WR)
            while _received(stranger):
                pass
    assert client.execute("SELECT 2") == [(2,)]
    assert own.running.poll() is None


def _received(stranger: socket.socket) -> bytes:
    try:
        return stranger.recv(1000)
    except ConnectionResetError:
        return b""


def test_too_many_connections_are_refused_with_a_code_and_leave_again(own: OwnEngine) -> None:
    taken = [socket.create_connection(("127.0.0.1", own.port)) for _ in range(limits.CONNECTIONS)]
    with pytest.raises(Error) as refused:
        own.client().execute("SELECT 1")
    assert refused.value.code in (202, NetworkError.code)
    for sock in taken:
        sock.close()
    deadline = time.monotonic() + 10
    while True:
        try:
            assert own.client().execute("SELECT 1") == [(1,)]
            return
        except (Error, EOFError, OSError):
            assert time.monotonic() < deadline


TABLE = (
    "CREATE TABLE acknowledged (number UInt64) ENGINE = MergeTree ORDER BY number "
    "SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1"
)


@pytest.mark.faults
@pytest.mark.timeout(180)
def test_kill_9_loses_no_acknowledged_insert_and_stores_none_twice(own: OwnEngine) -> None:
    own.client().execute(TABLE)
    rng = random.Random(20260314)
    acknowledged = 0
    for _ in range(6):
        killer = threading.Timer(rng.uniform(0.02, 0.4), own.running.kill)
        killer.start()
        acknowledged = insert_until_killed(own, acknowledged)
        own.running.wait(10)
        own.restart()
    client = own.client()
    insert_batch(client, acknowledged)  # the outcome of the last one was unknown: repeat it
    expected = (acknowledged + 1) * 50
    assert acknowledged > 0
    assert client.execute("SELECT count(), uniqExact(number), max(number) FROM acknowledged") == [(expected, expected, expected - 1)]


def test_an_insert_whose_rows_were_lost_is_stored_when_it_is_repeated_and_others_are_not(own: OwnEngine) -> None:
    """As after a kill between the engine's note of the token and the rows."""
    client = own.client()
    client.execute(TABLE)
    for batch in range(3):
        insert_batch(client, batch)
    client.execute("OPTIMIZE TABLE acknowledged FINAL")
    insert_batch(client, 3)
    ((lost,),) = client.execute("SELECT path FROM system.parts WHERE name = 'all_4_4_0'")
    own.running.kill()
    own.running.wait(10)
    shutil.rmtree(lost)
    noted = Path(lost).parent / "deduplication_logs" / "deduplication_log_1.txt"
    with noted.open("a") as file:
        file.write("1\tall_5_")  # interrupted
    own.restart()
    for _ in range(2):
        for batch in range(4):
            insert_batch(client, batch)
    assert client.execute("SELECT count(), uniqExact(number) FROM acknowledged") == [(200, 200)]
    assert all(len(line.split("\t")) == 3 for line in noted.read_text().splitlines())
    own.running.terminate()
    own.running.wait(10)
    own.restart()
    insert_batch(client, 3)
    assert client.execute("SELECT count() FROM acknowledged") == [(200,)]


def test_a_damaged_record_of_a_token_does_not_keep_the_store_from_starting(own: OwnEngine) -> None:
    client = own.client()
    client.execute(TABLE)
    insert_batch(client, 0)
    ((part,),) = client.execute("SELECT path FROM system.parts WHERE table = 'acknowledged'")
    own.running.kill()
    own.running.wait(10)
    noted = Path(part).parent / "deduplication_logs" / "deduplication_log_1.txt"
    with noted.open("ab") as file:
        file.write(b"1\tall_2_21\tall_3_3_0\tall_5_6\n" + b"\0\xff" * 50 + b"\n")  # two records in one, and a page that was not written
    own.restart()
    assert client.execute("SELECT count() FROM acknowledged") == [(50,)]


def test_the_tokens_of_a_store_that_is_open_are_left_alone(own: OwnEngine) -> None:
    client = own.client()
    client.execute(TABLE)
    insert_batch(client, 0)
    ((part,),) = client.execute("SELECT path FROM system.parts WHERE table = 'acknowledged'")
    Path(part).rename(Path(part).with_name("elsewhere"))
    assert tokens.take_back_lost(own.path / "engine") == 0
    own.running.kill()
    own.running.wait(10)
    assert tokens.take_back_lost(own.path / "engine") == 1
    assert tokens.take_back_lost(own.path / "engine") == 0


def insert_until_killed(own: OwnEngine, batch: int) -> int:
    """The first batch that was not acknowledged."""
    client = own.client()
    while True:
        try:
            insert_batch(client, batch)
        except (Error, EOFError, OSError):
            return batch
        batch += 1


def insert_batch(client: object, batch: int) -> None:
    rows = [(batch * 50 + number,) for number in range(50)]
    client.execute("INSERT INTO acknowledged VALUES", rows, settings={"insert_deduplication_token": f"batch {batch}"})  # type: ignore[attr-defined]
