"""docs/queries.md names everything that a query may say."""

from pathlib import Path
from typing import get_args

import pytest

from posthog.query import api, runner
from posthog.query.schema_shared import Math, Operator

DOCS = (Path(__file__).parents[3] / "docs" / "queries.md").read_text()


@pytest.mark.parametrize("name", [*get_args(Operator), *get_args(Math)])
def test_operators_and_maths_are_documented(name: str) -> None:
    assert f"`{name}`" in DOCS


def test_kinds_and_refresh_modes_are_documented() -> None:
    missing = [name for name in (*runner._runners, *api._REFRESH) if f"`{name}`" not in DOCS]
    assert missing == []
