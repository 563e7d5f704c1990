"""Secrets that a first start makes by itself and later starts reuse."""

import contextlib
import os
import secrets
import tempfile
from pathlib import Path

from posthog.settings.environment import BadSetting

_BYTES = 32


def stored_secret(path: Path) -> str:
    """The secret in path, made on first use. The file is readable by its owner alone."""
    try:
        return _read_or_make(path)
    except OSError as error:
        raise BadSetting(f"{path} cannot be read or made: {error.strerror}. Set DATA_DIR to a folder that this user may write.") from None


def _read_or_make(path: Path) -> str:
    with contextlib.suppress(FileNotFoundError):
        return path.read_text().strip()
    path.parent.mkdir(parents=True, exist_ok=True)
    # Under its name the file is whole from the first moment on, also on a full disk and for another process that starts now.
    with tempfile.NamedTemporaryFile("w", dir=path.parent) as file:
        file.write(secrets.token_urlsafe(_BYTES))
        file.flush()
        with contextlib.suppress(FileExistsError):
            os.link(file.name, path)
    return path.read_text().strip()
