"""What a page names exists: commands with their options, files, other pages and places in them."""

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = [ROOT / "README.md", ROOT / "ARCHITECTURE.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"```\w*\n(.*?)```", re.DOTALL)
CODE = re.compile(r"`([^`]+)`")
COMMAND = re.compile(r"bin/\w+|\S*python -m \S+")
OPTION = re.compile(r"--[a-z][a-z-]*")
LINK = re.compile(r"\]\((?!https?://)([^)\s]+)\)")
FILE = re.compile(r"[\w./-]+/[\w-]+\.(?:py|md|tsv|txt)")
FOLDERS = (ROOT, ROOT / "posthog", ROOT / "posthog" / "classifiers")


def codes(page: Path) -> list[str]:
    """Lines of the page's blocks of code, and what is marked as code elsewhere."""
    text = page.read_text()
    return [line for block in FENCE.findall(text) for line in block.splitlines()] + CODE.findall(FENCE.sub("", text))


def commands() -> Iterator[tuple[str, str]]:
    for page in PAGES:
        for code in dict.fromkeys(" ".join(code.partition(" #")[0].split()) for code in codes(page)):
            if COMMAND.match(code):
                yield page.name, code


def options_of(command: str) -> str:
    """Text in which each option that the command knows stands."""
    if managed := re.match(r"bin/manage (\w+)", command):
        name = managed[1]
        return load_command_class(get_commands()[name], name).create_parser("manage.py", name).format_help()
    script = (ROOT / command.split()[0]).read_text() if command.startswith("bin/") else ""
    module = re.search(r" -m ([\w.]+)", script or command)
    return script + (source(module[1]) if module else "")


def source(module: str) -> str:
    spec = importlib.util.find_spec(module)
    assert spec, module
    assert spec.origin
    origin = Path(spec.origin)
    return (origin.with_name("__main__.py") if spec.submodule_search_locations else origin).read_text()


def anchors(page: Path) -> set[str]:
    """Places that a link may name: headings, as GitHub and GitLab call them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize(("page", "command"), commands())
def test_a_command_exists_and_knows_its_options(page: str, command: str) -> None:
    known = options_of(command)
    assert [option for option in OPTION.findall(command) if option not in known] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for link in LINK.findall(page.read_text()):
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_that_are_named_exist(page: Path) -> None:
    named = [code for code in codes(page) if FILE.fullmatch(code)]
    assert [name for name in named if not any((folder / name).exists() for folder in FOLDERS)] == []
