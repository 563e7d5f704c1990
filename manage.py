#!/usr/bin/env python
"""Django's command line for this project."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "posthog.settings")
    from django.core.management import execute_from_command_line
    from django.db.utils import OperationalError

    from posthog.clickhouse.errors import StoreUnavailable
    from posthog.common.redis import UNAVAILABLE

    try:
        execute_from_command_line(sys.argv)
    except (StoreUnavailable, *UNAVAILABLE, OperationalError) as error:
        sys.exit(f"{error}\nDoes the product run on this DATA_DIR? `bin/start` starts it.")


if __name__ == "__main__":
    main()
