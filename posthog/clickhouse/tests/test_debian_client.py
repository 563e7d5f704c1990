"""Debian's clickhouse-client as second witness of the protocol. Runs wherever that program is installed (bookworm has 18.16)."""

import shutil
import subprocess
from urllib.parse import urlsplit

import pytest
from django.conf import settings

pytestmark = [
    pytest.mark.usefixtures("store"),
    pytest.mark.skipif(shutil.which("clickhouse-client") is None, reason="the program clickhouse-client is not installed"),
]


def ask(sql: str, *options: str, data: str = "", password: str | None = None) -> subprocess.CompletedProcess[str]:
    parts = urlsplit(settings.CLICKHOUSE_URL)
    command = ["clickhouse-client", "--host", "127.0.0.1", "--port", str(parts.port), "--compression", "0"]
    command += ["--password", str(parts.password if password is None else password), "--query", sql, *options]
    return subprocess.run(command, input=data, capture_output=True, text=True, timeout=30, check=False)


def answer(sql: str, *options: str, data: str = "") -> str:
    done = ask(sql, *options, data=data)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_reads_rows_of_many_types() -> None:
    values = "number, toString(number), [number], toNullable(number), toLowCardinality('x'), CAST(toDateTime64('2026-03-14', 3), 'String')"
    sql = f"SELECT {values} FROM numbers(3)"
    assert answer(sql).splitlines() == [f"{n}\t{n}\t[{n}]\t{n}\tx\t2026-03-14 00:00:00.000" for n in range(3)]


def test_it_reads_an_empty_result_and_a_large_one() -> None:
    assert answer("SELECT 1 AS one WHERE 0 FORMAT TabSeparatedWithNames") == "one\n"
    assert len(answer("SELECT number, repeat('x', 100) FROM numbers(100000)").splitlines()) == 100_000


def test_it_inserts() -> None:
    answer("CREATE TABLE IF NOT EXISTS witnessed (number UInt32, text String) ENGINE = MergeTree ORDER BY number")
    answer("INSERT INTO witnessed FORMAT CSV", data='1,"naïve"\n2,"日本語"\n')
    assert answer("SELECT number, text FROM witnessed ORDER BY number") == "1\tnaïve\n2\t日本語\n"
    answer("DROP TABLE witnessed")


def test_it_gets_codes() -> None:
    assert "Code: 47." in ask("SELECT nope").stderr
    assert "Code: 516." in ask("SELECT 1", password="wrong").stderr


def test_it_is_told_that_its_settings_are_too_old() -> None:
    assert "settings" in ask("SELECT 1", "--max_threads", "1").stderr
