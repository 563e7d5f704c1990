"""Each command in bin/ makes its environment when there is none, tells what it does, and installs only what is pinned."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
# Stands for the machine's Python: says that it is new enough, and makes environments whose programs write down what they are asked.
PYTHON = """#!/bin/bash
if [ "$1 $2" = "-m venv" ]; then
  mkdir -p "$3/bin"
  cp "$0" "$3/bin/python"
  cp "$(dirname "$0")/uv" "$3/bin/uv"
elif [ "$1" = -m ]; then
  echo "$*" >> "$CALLS"
  if [ "$2" = pip ]; then echo "noise of pip"; else cat; fi
fi
"""
UV_WORKS = '#!/bin/bash\necho "uv $*" >> "$CALLS"\necho "noise of uv"\n'
UV_FAILS = '#!/bin/bash\necho "error: no space left on device" >&2\nexit 2\n'
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A fresh clone with the commands and the requirements, and no environment."""
    shutil.copytree(ROOT / "bin", tmp_path / "bin")
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    return tmp_path


@pytest.fixture
def run(clone: Path) -> Run:
    """run("classify", uv=UV_WORKS): the command with a stand-in for Python, its input being one line."""

    def run(command: str, *, uv: str = UV_WORKS) -> subprocess.CompletedProcess[str]:
        for name, text in (("python", PYTHON), ("uv", uv)):
            (clone / name).write_text(text)
            (clone / name).chmod(0o755)
        environment = {**os.environ, "PYTHON": str(clone / "python"), "CALLS": str(clone / "calls")}
        return subprocess.run([clone / "bin" / command], input="a line\n", env=environment, capture_output=True, text=True, timeout=60)

    return run


def calls(clone: Path) -> list[str]:
    return (clone / "calls").read_text().splitlines()


def test_classify_makes_its_environment_and_writes_nothing_but_its_answers(run: Run, clone: Path) -> None:
    done = run("classify")
    assert (done.returncode, done.stdout) == (0, "a line\n"), done.stderr
    assert "Installing the Python packages" in done.stderr
    assert calls(clone)[-1] == "-m posthog.classifiers.command"


def test_an_environment_that_is_there_is_not_installed_again(run: Run, clone: Path) -> None:
    run("classify")
    before = len(calls(clone))
    assert "Installing" not in run("classify").stderr
    assert len(calls(clone)) == before + 1


def test_each_step_of_an_installation_is_told(run: Run) -> None:
    said = run("classify").stderr
    assert re.search(r"pip: .*tools\.txt", said)
    assert re.search(r"uv: .*base\.txt", said)


def test_the_error_of_uv_is_shown_before_pip_tries(run: Run, clone: Path) -> None:
    done = run("classify", uv=UV_FAILS)
    assert (done.returncode, done.stdout) == (0, "a line\n")
    assert re.search(r"no space left on device\nuv could not install .*\n.*pip: .*base\.txt", done.stderr)
    assert any(call.endswith("base.txt") and "--require-hashes" in call for call in calls(clone))


def test_training_installs_everything_with_hashes_but_torch(run: Run, clone: Path) -> None:
    run("train")
    installs = [call for call in calls(clone) if "pip install" in call]
    assert [("--require-hashes" in call, call.rsplit("/", 1)[1]) for call in installs] == [(True, "train.txt"), (False, "torch.txt")]


@pytest.mark.parametrize("name", ["tools", "base", "dev", "train"])
def test_every_requirement_is_pinned_with_hashes(name: str) -> None:
    text = re.sub(r"^ *#.*\n", "", (ROOT / "requirements" / f"{name}.txt").read_text(), flags=re.MULTILINE).replace("\\\n", "")
    assert text
    assert [line for line in text.splitlines() if line and not re.match(r"[\w.-]+==\S+ .*--hash=sha256:", line)] == []


def test_what_training_needs_is_pinned() -> None:
    wanted = re.findall(r"^[\w.-]+", (ROOT / "requirements" / "train.in").read_text(), flags=re.MULTILINE)
    pinned = re.findall(r"^[\w.-]+", (ROOT / "requirements" / "train.txt").read_text(), flags=re.MULTILINE)
    assert set(wanted) <= set(pinned)
    lines = (ROOT / "requirements" / "torch.txt").read_text().splitlines()
    assert [line for line in lines if not line.startswith("#")] == ["torch==2.13.0"]
