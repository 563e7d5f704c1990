"""docs/settings.md names every environment variable that the code reads, and no other."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
READ = re.compile(r'environment\.(?:text|flag|integer|words|choice|url)\(\s*"([A-Z_]+)"')
DOCUMENTED = re.compile(r"`([A-Z][A-Z_]{2,})`")


def variables_read() -> set[str]:
    sources = [path.read_text() for path in (ROOT / "posthog").rglob("*.py") if "tests" not in path.parts]
    return {name for source in sources for name in READ.findall(source)}


def variables_documented() -> set[str]:
    rows = [line.split("|")[1] for line in (ROOT / "docs/settings.md").read_text().splitlines() if line.startswith("| `")]
    return {name for row in rows for name in DOCUMENTED.findall(row)}


def test_every_setting_is_documented() -> None:
    assert variables_read() - variables_documented() == set()


def test_no_documented_setting_is_invented() -> None:
    assert variables_documented() - variables_read() == set()
