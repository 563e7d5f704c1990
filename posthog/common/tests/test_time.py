"""Times in every format that SDKs send."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posthog.common.time import parse_timestamp

NEW_YEAR = datetime(2021, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        *("2021-01-01", "2021-1-1", "2021/01/01", "2021-01-01T00:00:00Z", "2021-01-01T01:00:00+01:00", "2021-01-01T01:00:00+01"),
        *("Fri, 01 Jan 2021 00:00:00 GMT", "1609459200", "1609459200000", "2021-01-01 00:00:00.000000"),
    ],
)
def test_one_moment_in_many_formats(text: str) -> None:
    assert parse_timestamp(text) == NEW_YEAR


@pytest.mark.parametrize("text", ["", "  ", "yesterday", "2021-13-45", "9" * 60, "-", "0x10", "ｔｏｄａｙ"])
def test_what_is_no_time_is_none(text: str) -> None:
    assert parse_timestamp(text) is None


@given(st.text(max_size=80))
def test_no_text_raises(text: str) -> None:
    parse_timestamp(text)


@given(st.datetimes(timezones=st.just(UTC)))
def test_iso_times_keep_their_microseconds(moment: datetime) -> None:
    assert parse_timestamp(moment.isoformat()) == moment
