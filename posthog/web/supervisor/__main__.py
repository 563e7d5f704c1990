"""Command line of the supervisor."""

import argparse
import sys

from posthog import settings
from posthog.web.supervisor.supervise import StartFailed, Supervisor, complain


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/start", description="Run PostHog-LLM on this machine.")
    parser.add_argument("--demo", action="store_true", help="add a demo project with conversations of several weeks")
    arguments = parser.parse_args()
    try:
        return Supervisor(settings.DATA_DIR, settings.HOST, settings.PORT).run(demo=arguments.demo)
    except StartFailed as failure:
        complain(f"\n{failure}")
    except OSError as error:
        complain(f"\nThe product cannot work in DATA_DIR={settings.DATA_DIR}: {error}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
