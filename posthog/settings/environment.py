"""Typed reads of the process environment. A value that cannot be understood stops the start with a sentence that names it."""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

TRUE_WORDS = {"1", "true", "yes", "on"}
FALSE_WORDS = {"0", "false", "no", "off"}


class BadSetting(SystemExit):
    """An environment variable has a value that its setting does not accept.

    Settings are read while they are imported, by every command. Ending there as SystemExit does shows the sentence without a traceback.
    """


def given(name: str) -> str:
    """Value of NAME, or the content of the file that NAME_FILE names; "" when neither is there."""
    path = os.environ.get(f"{name}_FILE")
    if not path:
        return os.environ.get(name, "")
    try:
        return Path(path).read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(f"{name}_FILE is {path!r}, which cannot be read: {error}") from None


def text(name: str, default: str = "") -> str:
    return given(name) or default


def flag(name: str, default: bool) -> bool:
    word = given(name).strip().lower()
    if not word:
        return default
    if word not in TRUE_WORDS | FALSE_WORDS:
        raise BadSetting(f"{name} is {word!r}: use one of true, false, 1, 0, yes, no, on, off")
    return word in TRUE_WORDS


def integer(name: str, default: int, *, least: int = 0, most: int | None = None) -> int:
    raw = given(name).strip()
    if not raw:
        return default
    if not re.fullmatch(r"-?[0-9]{1,18}", raw) or int(raw) < least or (most is not None and int(raw) > most):
        bounds = f"of at least {least}" if most is None else f"from {least} to {most}"
        raise BadSetting(f"{name} is {raw!r}: use a whole number {bounds}")
    return int(raw)


def words(name: str, default: list[str]) -> list[str]:
    return [word.strip() for word in given(name).split(",") if word.strip()] or default


def choice(name: str, default: str, accepted: Sequence[str]) -> str:
    """One of a few words, in small letters."""
    word = text(name, default).strip().lower()
    if word not in accepted:
        raise BadSetting(f"{name} is {word!r}: use one of {', '.join(accepted)}")
    return word


def url(name: str, example: str, schemes: Sequence[str], default: str = "") -> str:
    """An address with one of these schemes, and a number as port if it has one. The sentence does not repeat it: it may hold a password."""
    value = text(name, default)
    try:
        parts = urlsplit(value)
        fits = not value or (parts.scheme in schemes and parts.port != 0)
    except ValueError:
        fits = False
    if not fits:
        raise BadSetting(f"{name} cannot be understood: write it as {example}")
    return value
