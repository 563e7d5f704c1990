"""What crosses rooms runs against one whole product per test process."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.product import Product


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The running product. Tests share it: use texts, persons and sessions of your own."""
    with Product(Path(tmp_path_factory.mktemp("product"))) as running:
        yield running
