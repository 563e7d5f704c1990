"""A management command that does not find the product says so in a sentence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.product import NOT_INHERITED, ROOT


@pytest.mark.parametrize("command", ["ledger", "dead_letters", "repair_store", "relabel"])
def test_a_product_that_does_not_run_is_named_as_the_likely_cause(command: str, tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED} | {"DATA_DIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "manage.py", command], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=100)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "Does the product run on this DATA_DIR? `bin/start` starts it." in done.stderr
