"""Tables are made by numbered migrations that can be shown, repeated and taken back."""

import uuid
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from posthog.clickhouse import client
from posthog.clickhouse.labels import TYPED_PATHS
from posthog.clickhouse.migrations import first_labels, runner
from posthog.clickhouse.tests.engines import PASSWORD, OwnEngine, own_engine
from posthog.clickhouse.tests.tables import TABLES


@pytest.fixture
def bare(tmp_path: Path, settings: Settings) -> Iterator[OwnEngine]:
    """A store without tables."""
    with own_engine(tmp_path / "store") as engine:
        settings.CLICKHOUSE_URL = f"clickhouse://default:{PASSWORD.replace(' ', '%20')}@127.0.0.1:{engine.port}/default"
        yield engine


def tables() -> set[str]:
    return {name for (name,) in client.execute("SHOW TABLES")} - {"schema_migrations"}


def command(*arguments: str) -> str:
    out = StringIO()
    call_command("migrate_clickhouse", *arguments, stdout=out)
    return out.getvalue()


def test_numbers_have_no_gaps_and_no_doubles() -> None:
    numbers = [int(migration.name[:4]) for migration in runner.all_migrations()]
    assert numbers == list(range(1, len(numbers) + 1))


def test_every_migration_can_be_taken_back(bare: OwnEngine) -> None:
    command()
    everything = tables()
    assert set(TABLES) | {"conversations_from_turns"} == everything
    for migration in reversed(runner.all_migrations()):
        target = str(int(migration.name[:4]) - 1).zfill(4)
        command("zero" if target == "0000" else target)
    assert tables() == set()
    command()
    assert tables() == everything


def test_the_plan_prints_sql_and_changes_nothing(bare: OwnEngine) -> None:
    printed = command("--plan")
    assert "-- 0001_events forwards" in printed
    assert "CREATE TABLE IF NOT EXISTS outcomes" in printed
    assert tables() == set()
    command()
    assert command("--plan") == ""
    assert "DROP TABLE IF EXISTS events" in command("--plan", "zero")


def test_migrating_again_and_after_a_crash_in_the_middle_is_harmless(bare: OwnEngine) -> None:
    conversations = runner.all_migrations()[1]
    command("0001")
    client.execute(conversations.forwards[0])
    assert "0002_conversations applied" in command()
    assert command() == ""


def test_an_unknown_target_is_named(bare: OwnEngine) -> None:
    with pytest.raises(CommandError, match="0999"):
        command("0999")


def test_a_store_that_is_down_is_an_error_of_the_command(settings: Settings) -> None:
    settings.CLICKHOUSE_URL = ""
    with pytest.raises(CommandError, match="CLICKHOUSE_URL"):
        command()


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("table", ["events", "turns", "messages"])
def test_the_tables_have_the_label_paths_that_the_code_names(table: str) -> None:
    (kind,) = (row[1] for row in client.execute(f"DESCRIBE TABLE {table}") if row[0] == "labels")
    for name, label_type in TYPED_PATHS.items():
        assert f"{name} {label_type}" in kind.replace("`", "")
    assert first_labels.LABEL_PATHS.count(",") == len(TYPED_PATHS) - 1


@pytest.mark.usefixtures("store")
def test_words_and_parts_of_words_are_found_through_indexes() -> None:
    texts = ["Where is my REFUND?", "我很生气，请退款", "ありがとうございます", "Nothing of note"]
    client.insert("messages", ["team_id", "message_id", "content"], [(1, uuid.uuid4(), text) for text in texts])
    words = "SELECT content FROM messages WHERE team_id = 1 AND hasAllTokens(lower(lowerUTF8(content)), lowerUTF8('Refund'))"
    part = "SELECT content FROM messages WHERE team_id = 1 AND lowerUTF8(content) LIKE '%很生%'"
    assert client.execute(words) == [(texts[0],)]
    assert client.execute(part) == [(texts[1],)]
    for sql, index in ((words, "content_words"), (part, "content_bigrams")):
        assert any(index in line for (line,) in client.execute(f"EXPLAIN indexes = 1 {sql}"))
