from collections.abc import Iterator

import pytest

from posthog.definitions import services


@pytest.fixture(autouse=True)
def _nothing_recorded(valkey: object) -> Iterator[None]:
    services.forget()
    yield
    services.forget()
