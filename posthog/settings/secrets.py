"""Secrets that a first start makes by itself and later starts reuse."""

import os
import secrets
from pathlib import Path


def stored_secret(path: Path, *, size: int = 32) -> str:
    """The secret in path, made on first use. The file is readable by its owner alone."""
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    value = secrets.token_urlsafe(size)
    with os.fdopen(handle, "w") as file:
        file.write(value)
    return value
