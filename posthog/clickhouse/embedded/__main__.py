"""`python -m posthog.clickhouse.embedded --path DIR --port N`, password in ENGINE_PASSWORD."""

import argparse
import os
import sys
from pathlib import Path

from posthog.clickhouse.embedded.errors import EngineError
from posthog.clickhouse.embedded.server import run


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m posthog.clickhouse.embedded")
    parser.add_argument("--path", type=Path, required=True, help="directory of the store")
    parser.add_argument("--port", type=int, required=True, help="port on 127.0.0.1")
    arguments = parser.parse_args()
    password = os.environ.pop("ENGINE_PASSWORD", "")
    if not password:
        print("ENGINE_PASSWORD is empty: the store is not served without a password", file=sys.stderr)  # noqa: T201
        return 2
    try:
        run(arguments.path.resolve(), arguments.port, password)
    except (EngineError, OSError) as error:
        print(f"the store in {arguments.path} cannot be served: {error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
