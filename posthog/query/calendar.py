"""Days, weeks and hours of a time zone as instants in UTC, right across changes of the clock.

Every function returns aware datetimes in UTC: two local times that look alike when the clock is set back stay two instants.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from posthog.common import limits
from posthog.rest.errors import InvalidInput

_QUARTER_HOUR = timedelta(minutes=15)
_INSTANT = timedelta(microseconds=1)


def local(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone)


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a local day; where midnight is skipped, the instant at which the clock jumps over it."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def start_of_day(moment: datetime, zone: ZoneInfo) -> datetime:
    return day_start(local(moment, zone).date(), zone)


def end_of_day(moment: datetime, zone: ZoneInfo) -> datetime:
    """The last microsecond of the local day."""
    return day_start(local(moment, zone).date() + timedelta(days=1), zone) - _INSTANT


def add_days(moment: datetime, days: int, zone: ZoneInfo) -> datetime:
    """The same local time on another day."""
    there = local(moment, zone).replace(tzinfo=None) + timedelta(days=days)
    return there.replace(tzinfo=zone).astimezone(UTC)


def start_of(interval: str, moment: datetime, zone: ZoneInfo, week_start: int = 0) -> datetime:
    """Start of the bucket that holds a moment. Weeks begin on Sunday (0) or Monday (1)."""
    if interval == "minute":
        return moment.astimezone(UTC).replace(second=0, microsecond=0)
    if interval == "hour":
        return _hour_start(moment, zone)
    return day_start(_first_day(interval, local(moment, zone).date(), week_start), zone)


def buckets(interval: str, first: datetime, last: datetime, zone: ZoneInfo, week_start: int = 0) -> list[datetime]:
    """Starts of all buckets from the one holding `first` to the one holding `last`. Raises InvalidInput when there are too many."""
    seconds = {"minute": 60, "hour": 3600, "day": 86_400, "week": 7 * 86_400, "month": 28 * 86_400}[interval]
    if (last - first).total_seconds() / seconds > limits.QUERY_BUCKETS:
        limit = f"more than {limits.QUERY_BUCKETS} points by {interval}"
        raise InvalidInput(f"interval: the date range holds {limit}; take a longer interval or a shorter range", attr="interval")
    start, found = start_of(interval, first, zone, week_start), list[datetime]()
    while start <= last:
        found.append(start)
        start = next_start(interval, start, zone)
    return found


def next_start(interval: str, start: datetime, zone: ZoneInfo) -> datetime:
    """Start of the bucket after the one that begins at `start`."""
    if interval == "minute":
        return start + timedelta(minutes=1)
    if interval == "hour":
        return _next_hour(start, zone)
    day = local(start, zone).date()
    if interval == "month":
        return day_start(date(day.year + day.month // 12, day.month % 12 + 1, 1), zone)
    return day_start(day + timedelta(days=7 if interval == "week" else 1), zone)


def _first_day(interval: str, day: date, week_start: int) -> date:
    if interval == "month":
        return day.replace(day=1)
    if interval == "week":
        return day - timedelta(days=(day.weekday() + 1 - week_start) % 7)
    return day


def _hour_key(moment: datetime, zone: ZoneInfo) -> tuple[datetime, timedelta | None]:
    """A local hour; the hour that is repeated when the clock is set back counts twice."""
    here = local(moment, zone)
    return here.replace(minute=0, second=0, microsecond=0, tzinfo=None, fold=0), here.utcoffset()


def _hour_start(moment: datetime, zone: ZoneInfo) -> datetime:
    """Found in steps of a quarter: offsets of zones are multiples of it, so an hour begins on a quarter also where it is cut short."""
    start = moment.astimezone(UTC).replace(second=0, microsecond=0)
    start -= timedelta(minutes=start.minute % 15)
    key = _hour_key(start, zone)
    while _hour_key(start - _QUARTER_HOUR, zone) == key:
        start -= _QUARTER_HOUR
    return start


def _next_hour(start: datetime, zone: ZoneInfo) -> datetime:
    key, following = _hour_key(start, zone), start + _QUARTER_HOUR
    while _hour_key(following, zone) == key:
        following += _QUARTER_HOUR
    return following
