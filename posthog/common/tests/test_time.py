"""Times in every format that SDKs send."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posthog.common.time import is_beyond_calendar, parse_timestamp

NEW_YEAR = datetime(2021, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        *("2021-01-01", "2021-1-1", "2021/01/01", "2021-01-01T00:00:00Z", "2021-01-01T01:00:00+01:00", "2021-01-01T01:00:00+01"),
        *("Fri, 01 Jan 2021 00:00:00 GMT", "1609459200", "1609459200000", "2021-01-01 00:00:00.000000"),
        *(
            "Fri Jan 01 2021 02:00:00 GMT+0200 (Eastern European Standard Time)",
            "Thu Dec 31 2020 19:00:00 GMT-0500",
            "Fri Jan 01 2021 00:00:00 GMT+0000 (UTC)",
        ),
    ],
)
def test_one_moment_in_many_formats(text: str) -> None:
    assert parse_timestamp(text) == NEW_YEAR


@pytest.mark.parametrize("text", ["1764051212345", "1764051212.345", "1612123112345"])
def test_digits_are_seconds_or_milliseconds_also_where_they_read_as_a_date(text: str) -> None:
    seconds = float(text) / (1 if "." in text else 1000)
    assert parse_timestamp(text) == datetime.fromtimestamp(seconds, UTC)


@pytest.mark.parametrize("text", ["", "  ", "yesterday", "2021-13-45", "9" * 60, "-", "0x10", "ｔｏｄａｙ"])
def test_what_is_no_time_is_none(text: str) -> None:
    assert parse_timestamp(text) is None


@pytest.mark.parametrize("text", ["10:30", "T10:30", "Mon 10:30:00 GMT", "01-05", "5 Jan 10:30", "2021-02"])
def test_a_time_without_its_whole_date_is_none(text: str) -> None:
    assert parse_timestamp(text) is None


@given(st.text(max_size=80))
def test_no_text_raises(text: str) -> None:
    parse_timestamp(text)


@given(st.datetimes(timezones=st.just(UTC)))
def test_iso_times_keep_their_microseconds(moment: datetime) -> None:
    assert parse_timestamp(moment.isoformat()) == moment


@pytest.mark.parametrize(
    "text",
    [
        *("10000-01-01", "10000-01-01T00:00:00Z", "+010000-01-01T00:00:00Z", "-0001-12-31", "-2000-01-01T00:00:00Z", "0000-05-05"),
        *("253402300800000", "1763900000000000", "9" * 40, "-62135596801000", "-99999999999999", "1.7639e+18"),
    ],
)
def test_a_year_that_the_calendar_lacks_is_beyond_it(text: str) -> None:
    assert is_beyond_calendar(text)


@pytest.mark.parametrize(
    "text",
    [
        *("0001-01-01", "9999-12-31T23:59:59Z", "2021/01/01", "+002021-01-01", "1609459200", "253402300799999", "-62135596800000"),
        *("yesterday", "", "12345", "Fri, 01 Jan 2021 00:00:00 GMT", "20210101", "01-02-2021", "9" * 65),
    ],
)
def test_other_texts_are_not_beyond_the_calendar(text: str) -> None:
    assert not is_beyond_calendar(text)


@given(st.text(max_size=80) | st.from_regex(r"[+-]?[0-9.e+]{1,70}"))
def test_no_text_fails_to_be_told_from_the_calendar(text: str) -> None:
    is_beyond_calendar(text)
