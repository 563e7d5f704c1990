"""Where data lives: DATA_DIR, and the URLs of the three stores.

In embedded mode the supervisor (`manage.py start`) picks free loopback ports, hands the URLs to its children through the
environment and writes them to DATA_DIR/run/stores.json, so that `bin/manage` commands find the running product.
"""

import json
from pathlib import Path
from urllib.parse import unquote, urlsplit

from posthog.settings import environment

ROOT = Path(__file__).resolve().parent.parent.parent
DATA_DIR = Path(environment.text("DATA_DIR", str(ROOT / "data"))).expanduser().resolve()
RUN_FILE = DATA_DIR / "run" / "stores.json"


def _running() -> dict[str, str]:
    """URLs of the embedded stores of a running product, {} when none runs."""
    try:
        return dict(json.loads(RUN_FILE.read_text()))
    except (OSError, ValueError):
        return {}


CLICKHOUSE_URL = environment.url(
    "CLICKHOUSE_URL", "clickhouse://user:password@host:9000/database", ("clickhouse",), _running().get("CLICKHOUSE_URL", "")
)
REDIS_URL = environment.url("REDIS_URL", "redis://:password@host:6379/0", ("redis", "rediss", "unix"), _running().get("REDIS_URL", ""))
DATABASE_URL = environment.url(
    "DATABASE_URL",
    "postgres://user:password@host:5432/name or sqlite:////path",
    ("sqlite", "postgres", "postgresql"),
    f"sqlite:///{DATA_DIR / 'metadata.sqlite3'}",
)

# FULL: what the store and the log have on disk after a power cut must not rest on people that the database lost.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY;",
}


def database(url: str) -> dict[str, object]:
    """Django's DATABASES entry for sqlite:///path or postgres://user:password@host:port/name."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": url.removeprefix("sqlite:///"), "OPTIONS": SQLITE_OPTIONS}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": parts.port or "",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


DATABASES = {"default": database(DATABASE_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
