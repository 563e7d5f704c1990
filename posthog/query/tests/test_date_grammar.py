"""PostHog's date grammar, in the project's time zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from posthog.query import calendar, dates
from posthog.query.schema_shared import DateRange, Interval
from posthog.rest.errors import InvalidInput
from posthog.tenancy.models import Project

# Three hours after the clock was set forward in Berlin.
NOW = datetime(2024, 3, 31, 4, 34, 56, 789_000, tzinfo=UTC)
BERLIN = Project(timezone="Europe/Berlin", week_start_day=0)


@pytest.mark.parametrize(
    ("text", "start"),
    [
        (None, "2024-03-24T00:00:00"),
        ("-7d", "2024-03-24T00:00:00"),
        ("7d", "2024-03-24T00:00:00"),
        ("-d", "2024-03-31T00:00:00"),
        ("dStart", "2024-03-31T00:00:00"),
        ("-1dStart", "2024-03-30T00:00:00"),
        ("-2w", "2024-03-17T00:00:00"),
        ("-1m", "2024-02-29T00:00:00"),
        ("-1q", "2023-12-31T00:00:00"),
        ("-1y", "2023-03-31T00:00:00"),
        ("mStart", "2024-03-01T00:00:00"),
        ("-1mStart", "2024-02-01T00:00:00"),
        ("yStart", "2024-01-01T00:00:00"),
        ("-1yStart", "2023-01-01T00:00:00"),
        ("all", "2020-05-05T00:00:00"),
        ("-3h", "2024-03-31T03:00:00"),
        ("-6h", "2024-03-30T23:00:00"),
        ("hStart", "2024-03-31T06:00:00"),
        ("-30M", "2024-03-31T06:04:00"),
        ("2021-1-1", "2021-01-01T00:00:00"),
        ("2021-01-01", "2021-01-01T00:00:00"),
        ("2021-01-01 10:30", "2021-01-01T10:30:00"),
        ("2021-01-01T10:30:15.5", "2021-01-01T10:30:15"),
        ("2021-07-01T10:30:00Z", "2021-07-01T12:30:00"),
        ("2021-07-01T10:30:00-05:00", "2021-07-01T17:30:00"),
        (" -7d ", "2024-03-24T00:00:00"),
    ],
)
def test_where_a_range_begins(text: str | None, start: str) -> None:
    found = dates.resolve(DateRange(date_from=text), "day", BERLIN, now=NOW, earliest=lambda: datetime(2020, 5, 4, 22, 30, tzinfo=UTC))
    assert found.date_from.astimezone(ZoneInfo("Europe/Berlin")).strftime("%Y-%m-%dT%H:%M:%S") == start


@pytest.mark.parametrize(
    ("text", "interval", "end"),
    [
        (None, "day", "2024-03-31T23:59:59.999999"),
        (None, "hour", "2024-03-31T06:59:59.999999"),
        ("-1d", "day", "2024-03-30T23:59:59.999999"),
        ("-1h", "hour", "2024-03-31T05:59:59.999999"),
        ("dEnd", "hour", "2024-03-31T23:59:59.999999"),
        ("-1dEnd", "day", "2024-03-30T23:59:59.999999"),
        ("mEnd", "day", "2024-03-31T23:59:59.999999"),
        ("-1mEnd", "week", "2024-02-29T23:59:59.999999"),
        ("yEnd", "month", "2024-12-31T23:59:59.999999"),
        ("2024-03-30", "day", "2024-03-30T23:59:59.999999"),
        ("2024-03-30T10:15:00", "day", "2024-03-30T23:59:59.999999"),
        ("2024-03-30T10:15:00", "hour", "2024-03-30T10:15:00.000000"),
    ],
)
def test_where_a_range_ends(text: str | None, interval: Interval, end: str) -> None:
    found = dates.resolve(DateRange(date_from="2020-01-01", date_to=text), interval, BERLIN, now=NOW)
    assert found.date_to.astimezone(ZoneInfo("Europe/Berlin")).strftime("%Y-%m-%dT%H:%M:%S.%f") == end


def test_explicit_dates_are_not_rounded() -> None:
    found = dates.resolve(DateRange(date_from="2024-03-01T10:00", date_to="2024-03-02T11:00", explicitDate=True), "day", BERLIN, now=NOW)
    assert found.shown() == {"date_from": "2024-03-01T10:00:00+01:00", "date_to": "2024-03-02T11:00:00+01:00"}
    assert found.bucket_from == found.date_from


@pytest.mark.parametrize(
    "text",
    [
        "yesterday",
        "2024-13-01",
        "2024-02-30",
        "-7x",
        "-",
        "1e9",
        "2024-01-01T25:00",
        "9999999d",
        "0001-01-01",
        "2500-01-01",
        "\x00",
        "-99999y",
    ],
)
def test_what_is_no_date_is_refused_by_the_name_of_its_field(text: str) -> None:
    with pytest.raises(InvalidInput, match=r"dateRange\.date_(from|to): "):
        dates.resolve(DateRange(date_to=text), "day", BERLIN, now=NOW)
    with pytest.raises(InvalidInput, match=r"dateRange\.date_from: "):
        dates.resolve(DateRange(date_from=text, date_to="2024-01-01"), "day", BERLIN, now=NOW)


@pytest.mark.parametrize("first", [None, datetime(2024, 5, 20, 10, tzinfo=UTC), NOW + timedelta(days=1)])
def test_all_up_to_a_day_before_the_first_event_is_that_day(first: datetime | None) -> None:
    found = dates.resolve(DateRange(date_from="all", date_to="2024-03-02"), "day", BERLIN, now=NOW, earliest=lambda: first)
    assert found.shown() == {"date_from": "2024-03-02T00:00:00+01:00", "date_to": "2024-03-02T23:59:59.999999+01:00"}


def test_a_range_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(InvalidInput, match="date_from lies after date_to"):
        dates.resolve(DateRange(date_from="2024-02-01", date_to="2024-01-01"), "day", BERLIN, now=NOW)


@pytest.mark.parametrize(
    ("date_from", "date_to", "interval", "compare_to", "expected"),
    [
        ("2024-03-25", "2024-03-31", "day", None, ("2024-03-18T00:00:00+01:00", "2024-03-24T23:59:59.999999+01:00")),
        ("2024-04-01", "2024-04-01", "day", None, ("2024-03-31T00:00:00+01:00", "2024-03-31T23:59:59.999999+02:00")),
        ("2024-03-31", "2024-03-31T23:59:59.999999", "hour", None, ("2024-03-30T01:00:00+01:00", "2024-03-30T23:59:59.999999+01:00")),
        ("2024-03-25", "2024-03-31", "day", "-1y", ("2023-03-25T00:00:00+01:00", "2023-03-31T23:59:59.999999+02:00")),
        ("2024-03-25", "2024-03-31", "day", "-1w", ("2024-03-18T00:00:00+01:00", "2024-03-24T23:59:59.999999+01:00")),
    ],
)
def test_the_period_to_compare_with(
    date_from: str, date_to: str, interval: Interval, compare_to: str | None, expected: tuple[str, str]
) -> None:
    current = dates.resolve(DateRange(date_from=date_from, date_to=date_to), interval, BERLIN, now=NOW)
    shown = dates.previous(current, compare_to).shown()
    assert (shown["date_from"], shown["date_to"]) == expected


@pytest.mark.parametrize(
    ("date_from", "date_to", "expected"),
    [
        ("2024-03-20T10:00", "2024-03-21T11:00", ("2024-03-19T09:00:00+01:00", "2024-03-20T09:59:59.999999+01:00")),
        ("2024-03-25", "2024-03-31T23:59:59.999999", ("2024-03-18T00:00:00+01:00", "2024-03-24T23:59:59.999999+01:00")),
    ],
)
def test_the_period_before_explicit_dates_is_as_long_as_they_are_apart(date_from: str, date_to: str, expected: tuple[str, str]) -> None:
    current = dates.resolve(DateRange(date_from=date_from, date_to=date_to, explicitDate=True), "day", BERLIN, now=NOW)
    shown = dates.previous(current).shown()
    assert (shown["date_from"], shown["date_to"]) == expected


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12", "Europe/Berlin"])
def test_long_ago_is_a_date_in_every_zone(zone: str) -> None:
    found = dates.resolve(DateRange(date_from=dates.LONG_AGO, date_to="2024-01-01"), "month", Project(timezone=zone), now=NOW)
    assert found.date_from.year == 1970


def test_an_offset_to_compare_with_must_be_one() -> None:
    current = dates.resolve(None, "day", BERLIN, now=NOW)
    with pytest.raises(InvalidInput, match=r"compareFilter\.compare_to"):
        dates.previous(current, "last year")
    for beyond in ("-200y", "-999999y", "-999999h"):
        with pytest.raises(InvalidInput, match=r"compareFilter: .* before 1970"):
            dates.previous(current, beyond)


@pytest.mark.parametrize(
    ("zone", "first", "last", "starts"),
    [
        # The clock is set back: one o'clock comes twice.
        ("America/New_York", "2024-11-03T04:00Z", "2024-11-03T07:59Z", ["00:00-0400", "01:00-0400", "01:00-0500", "02:00-0500"]),
        # It is set forward: two o'clock never comes.
        ("Europe/Berlin", "2024-03-31T00:00Z", "2024-03-31T01:30Z", ["01:00+0100", "03:00+0200"]),
        # By half an hour.
        ("Australia/Lord_Howe", "2024-04-06T14:00Z", "2024-04-06T16:00Z", ["01:00+1100", "01:30+1030", "02:00+1030"]),
        # Hours that begin at a quarter past in UTC.
        ("Asia/Kathmandu", "2024-05-01T00:20Z", "2024-05-01T01:20Z", ["06:00+0545", "07:00+0545"]),
    ],
)
def test_hours_across_changes_of_the_clock(zone: str, first: str, last: str, starts: list[str]) -> None:
    there = ZoneInfo(zone)
    found = calendar.buckets("hour", datetime.fromisoformat(first), datetime.fromisoformat(last), there)
    assert [start.astimezone(there).strftime("%H:%M%z") for start in found] == starts


def test_a_day_whose_midnight_is_skipped_begins_at_its_first_instant() -> None:
    cairo = ZoneInfo("Africa/Cairo")
    (day,) = calendar.buckets("day", datetime(2024, 4, 26, 10, tzinfo=UTC), datetime(2024, 4, 26, 11, tzinfo=UTC), cairo)
    assert day.astimezone(cairo).isoformat() == "2024-04-26T01:00:00+03:00"
    assert calendar.end_of_day(day, cairo).astimezone(cairo).isoformat() == "2024-04-26T23:59:59.999999+03:00"


def test_a_day_that_a_zone_left_out_has_no_bucket() -> None:
    apia = ZoneInfo("Pacific/Apia")
    found = calendar.buckets("day", datetime(2011, 12, 29, 12, tzinfo=UTC), datetime(2011, 12, 31, 12, tzinfo=UTC), apia)
    assert len(found) == len(set(found))


def test_weeks_begin_on_the_projects_day() -> None:
    wednesday = datetime(2024, 5, 15, 12, tzinfo=UTC)
    assert calendar.start_of("week", wednesday, ZoneInfo("UTC"), 0).strftime("%A %d") == "Sunday 12"
    assert calendar.start_of("week", wednesday, ZoneInfo("UTC"), 1).strftime("%A %d") == "Monday 13"


def test_too_many_points_are_refused_with_the_way_out() -> None:
    with pytest.raises(InvalidInput, match="more than 20000 points by minute; take a longer interval or a shorter range"):
        calendar.buckets("minute", datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 2, 1, tzinfo=UTC), ZoneInfo("UTC"))
