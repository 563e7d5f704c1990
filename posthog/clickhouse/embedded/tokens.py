"""Tokens of inserts whose rows were lost: taken back before the directory is opened.

The engine notes an insert's token before it stores the rows. A kill between the two (or a power cut that takes the rows only) leaves a
token without rows, and the insert that the client repeats would be ignored as known.

A table's tokens are in `deduplication_logs/deduplication_log_N.txt` beside its parts, one record a line: 1 (added) or 2 (taken back),
the part that the rows became, and the token's hash, with tabs between. The engine reads the files in order of N and appends to the last.
"""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_ADDED, _TAKEN_BACK = "1", "2"
_PART = re.compile(r"(?P<partition>[^_]+)_(?P<first>\d+)_(?P<last>\d+)_\d+(_\d+)?")  # first and last: numbers of inserts merged in it
_RECORD = re.compile(rf"^({_ADDED}|{_TAKEN_BACK})\t([^\t\n]+)\t([^\t\n]+)$", re.MULTILINE)
_Range = tuple[str, int, int]


def take_back_lost(path: Path) -> int:
    """Taken back tokens of the engine's directory. Nothing is touched while a process has it open, or before it was opened first."""
    with _closed(path / "status") as closed:
        return sum(_take_back(folder) for folder in path.glob("store/*/*/deduplication_logs")) if closed else 0


@contextmanager
def _closed(status: Path) -> Iterator[bool]:
    """Whether no process has the directory open; none can open it within the block."""
    if not status.exists():
        yield False
        return
    with status.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # as the engine itself locks it
        except BlockingIOError:
            yield False
        else:
            yield True


def _take_back(folder: Path) -> int:
    files = sorted(folder.glob("deduplication_log_*.txt"), key=lambda file: int(file.stem.rpartition("_")[2]))
    if not files:
        return 0
    _cut_torn_end(files[-1])
    stored = [found for part in folder.parent.iterdir() if (found := _range(part.name))]
    lost = {token: part for token, part in _tokens(files).items() if not _is_in(_range(part), stored)}
    if lost:
        with files[-1].open("a") as file:
            file.writelines(f"{_TAKEN_BACK}\t{part}\t{token}\n" for token, part in lost.items())
            file.flush()
            os.fsync(file.fileno())
    return len(lost)


def _cut_torn_end(file: Path) -> None:
    """The engine would write its next record into the rest of one that was interrupted."""
    text = file.read_bytes()
    whole = text.rfind(b"\n") + 1
    if whole < len(text):
        os.truncate(file, whole)


def _tokens(files: list[Path]) -> dict[str, str]:
    """Part by token, of those that the engine will know. What is no record, as a power cut may leave it, is passed over."""
    found: dict[str, str] = {}
    for file in files:
        for operation, part, token in _RECORD.findall(file.read_text(errors="replace")):
            if operation == _ADDED:
                found.setdefault(token, part)
            else:
                found.pop(token, None)
    return found


def _range(name: str) -> _Range | None:
    match = _PART.fullmatch(name)
    return (match["partition"], int(match["first"]), int(match["last"])) if match else None


def _is_in(part: _Range | None, stored: list[_Range]) -> bool:
    """Whether the part, or one that it was merged into, is stored. What is not called like a part is not judged."""
    if part is None:
        return True
    partition, first, last = part
    return any(name == partition and start <= first and last <= end for name, start, end in stored)
