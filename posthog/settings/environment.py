"""Typed reads of the process environment. A value that cannot be understood stops the start with a sentence that names it."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

TRUE_WORDS = {"1", "true", "yes", "on"}
FALSE_WORDS = {"0", "false", "no", "off", ""}


class BadSetting(SystemExit):
    """An environment variable has a value that its setting does not accept.

    Settings are read while they are imported, by every command. Ending there as SystemExit does shows the sentence without a traceback.
    """


def text(name: str, default: str = "") -> str:
    """Value of NAME, or the content of the file named by NAME_FILE (for secrets)."""
    path = os.environ.get(f"{name}_FILE")
    if path:
        return Path(path).read_text().strip()
    return os.environ.get(name, default)


def flag(name: str, default: bool) -> bool:
    raw = os.environ.get(name)
    if raw is None:
        return default
    word = raw.strip().lower()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise BadSetting(f"{name} is {raw!r}: use one of true, false, 1, 0, yes, no, on, off")


def integer(name: str, default: int, *, least: int = 0, most: int | None = None) -> int:
    raw = os.environ.get(name)
    if raw is None or raw == "":
        return default
    if not re.fullmatch(r"-?[0-9]{1,18}", raw) or int(raw) < least or (most is not None and int(raw) > most):
        bounds = f"of at least {least}" if most is None else f"from {least} to {most}"
        raise BadSetting(f"{name} is {raw!r}: use a whole number {bounds}")
    return int(raw)


def words(name: str, default: list[str]) -> list[str]:
    raw = os.environ.get(name)
    return default if raw is None else [word.strip() for word in raw.split(",") if word.strip()]


def choice(name: str, default: str, accepted: Sequence[str]) -> str:
    """One of a few words, in small letters."""
    word = (os.environ.get(name) or default).strip().lower()
    if word not in accepted:
        raise BadSetting(f"{name} is {word!r}: use one of {', '.join(accepted)}")
    return word
