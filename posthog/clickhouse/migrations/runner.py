"""Applies the numbered migrations, and remembers which are applied in `schema_migrations`."""

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass

from posthog.clickhouse import client, migrations
from posthog.common.time import utc_now

_LEDGER = """CREATE TABLE IF NOT EXISTS schema_migrations (
    name String,
    is_applied Bool,
    changed_at DateTime64(6, 'UTC')
) ENGINE = ReplacingMergeTree(changed_at) ORDER BY name SETTINGS fsync_after_insert = 1, fsync_part_directory = 1"""
_NO_TIME_LIMIT = {"max_execution_time": 0}


@dataclass(frozen=True)
class Migration:
    name: str
    forwards: list[str]
    backwards: list[str]


@dataclass(frozen=True)
class Step:
    """One migration to apply (or to take back) and its statements in order."""

    name: str
    is_forwards: bool
    statements: list[str]


class UnknownMigration(Exception):
    """No migration has this name or number."""


def all_migrations() -> list[Migration]:
    names = sorted(module.name for module in pkgutil.iter_modules(migrations.__path__) if module.name[:4].isdigit())
    return [_load(name) for name in names]


def _load(name: str) -> Migration:
    module = importlib.import_module(f"{migrations.__name__}.{name}")
    return Migration(name, list(module.forwards), list(module.backwards))


def plan(target: str | None = None) -> list[Step]:
    """What migrate() would do: everything not applied yet, or the way to `target` (a name, a number, or "zero")."""
    known, applied = all_migrations(), _applied()
    last = _position(known, target)
    forwards = [Step(each.name, True, each.forwards) for each in known[: last + 1] if each.name not in applied]
    if target is None:
        return forwards
    backwards = [Step(each.name, False, each.backwards) for each in reversed(known[last + 1 :]) if each.name in applied]
    return backwards + forwards


def _position(known: list[Migration], target: str | None) -> int:
    if target is None:
        return len(known) - 1
    if target == "zero":
        return -1
    for position, migration in enumerate(known):
        if migration.name == target or migration.name[:4] == target.zfill(4):
            return position
    raise UnknownMigration(f"there is no ClickHouse migration {target!r}: use a name, its number, or zero")


def migrate(target: str | None = None) -> list[Step]:
    """Applies the plan; a migration is remembered once all its statements have run."""
    return list(steps(target))


def steps(target: str | None = None) -> Iterator[Step]:
    """As migrate(), giving each step when it is done."""
    client.ensure_database()
    client.execute(_LEDGER, tag="migrate")
    for step in plan(target):
        for statement in step.statements:
            client.execute(statement, settings=_NO_TIME_LIMIT, tag=f"migrate {step.name}")
        client.insert("schema_migrations", ["name", "is_applied", "changed_at"], [(step.name, step.is_forwards, utc_now())])
        yield step


def _applied() -> set[str]:
    if not client.execute("EXISTS TABLE schema_migrations", tag="migrate")[0][0]:
        return set()
    return {name for (name,) in client.execute("SELECT name FROM schema_migrations FINAL WHERE is_applied", tag="migrate")}
