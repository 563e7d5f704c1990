"""PostHog's date grammar: `-7d`, `mStart`, `2024-1-1`, `all`, `null`, read in the project's time zone.

A relative date is always in the past; its minus sign is decoration. The result is a pair of instants in UTC, both inclusive,
and, for charts, the buckets between them (`buckets`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from posthog.common.time import EPOCH, LAST_DAY, utc_now
from posthog.query.calendar import add_days, end_of_day, local, start_of, start_of_day
from posthog.query.schema_shared import DateRange, Interval
from posthog.rest.errors import InvalidInput
from posthog.tenancy.models import Project

DEFAULT_DAYS = 7
# A date_from for ranges of which only the end matters: a day whose midnight lies after the epoch in every zone.
LONG_AGO = "1970-01-02"
_RELATIVE = re.compile(r"[-+]?(?P<number>\d{1,6})?(?P<unit>[shdwmqyM])(?P<edge>Start|End)?")
_ISO = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d{1,2})(?:-(?P<day>\d{1,2}))?"
    r"(?:[T ](?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?)?\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?"
)
_SMALL_UNITS = frozenset("shM")
# Start and End round to the calendar's days, months and years; with other units they round to the day.
_FIRST_DAY = {"m": relativedelta(day=1), "y": relativedelta(month=1, day=1)}
_LENGTH = {"m": relativedelta(months=1), "y": relativedelta(years=1)}


@dataclass(frozen=True)
class ResolvedRange:
    """Instants in UTC, both inclusive. `interval`, `zone` and `week_start` (0 Sunday, 1 Monday) say how to cut them into buckets."""

    date_from: datetime
    date_to: datetime
    interval: Interval
    zone: ZoneInfo
    week_start: int
    explicit: bool = False

    @property
    def bucket_from(self) -> datetime:
        """Start of the whole bucket that holds date_from; date_from itself if the range is explicit."""
        return self.date_from if self.explicit else start_of(self.interval, self.date_from, self.zone, self.week_start)

    def moved(self, date_from: datetime, date_to: datetime) -> ResolvedRange:
        return ResolvedRange(date_from, date_to, self.interval, self.zone, self.week_start, self.explicit)

    def shown(self) -> dict[str, str]:
        """`resolved_date_range` of an answer, in project time."""
        return {"date_from": local(self.date_from, self.zone).isoformat(), "date_to": local(self.date_to, self.zone).isoformat()}


@dataclass(frozen=True)
class _Moment:
    """A parsed date. `unit` is that of a relative date, and `edge` says that it was rounded by Start or End."""

    at: datetime
    unit: str | None = None
    edge: bool = False


def resolve(
    date_range: DateRange | None,
    interval: Interval | None,
    project: Project,
    *,
    now: datetime | None = None,
    earliest: Callable[[], datetime | None] | None = None,
) -> ResolvedRange:
    """The instants that a date range means now. `earliest` gives the project's first event, for `all`. Raises InvalidInput."""
    wanted = date_range or DateRange()
    zone, moment, every = ZoneInfo(project.timezone), now or utc_now(), interval or "day"
    explicit = bool(wanted.explicitDate)
    date_from = _date_from(wanted.date_from, zone, moment, explicit, earliest)
    date_to = _date_to(wanted.date_to, zone, moment, every, explicit)
    if wanted.date_from == "all":
        # What ends before the first event is an empty day, not a range that is the wrong way round.
        date_from = min(date_from, start_of_day(date_to, zone))
    if date_from > date_to:
        raise InvalidInput("dateRange: date_from lies after date_to", attr="dateRange.date_from")
    return ResolvedRange(date_from, date_to, every, zone, project.week_start_day, explicit)


def previous(current: ResolvedRange, compare_to: str | None = None) -> ResolvedRange:
    """The period to compare with: the one just before of the same length, or both ends moved back by `compare_to` such as `-1y`.

    Raises InvalidInput.
    """
    try:
        found = _previous(current, compare_to)
    except (ValueError, OverflowError):
        found = None
    if found is None or found.date_from < EPOCH:
        raise InvalidInput("compareFilter: the period to compare with begins before 1970", attr="compareFilter")
    return found


def _previous(current: ResolvedRange, compare_to: str | None) -> ResolvedRange:
    if compare_to:
        back = _offset(compare_to)
        return current.moved(_shift(current.date_from, back, current.zone), _shift(current.date_to, back, current.zone))
    whole = timedelta(microseconds=1 if current.date_to.microsecond == 999_999 else 0)
    if current.interval in ("hour", "minute"):
        length = current.date_to - current.date_from + whole
        return current.moved(current.date_from - length, current.date_from - timedelta(microseconds=1))
    first, last = local(current.date_from, current.zone), local(current.date_to, current.zone)
    length = timedelta(days=(last.date() - first.date()).days + 1)
    if current.explicit:
        length = last.replace(tzinfo=None) - first.replace(tzinfo=None) + whole
    date_from = (first.replace(tzinfo=None) - length).replace(tzinfo=current.zone).astimezone(UTC)
    return current.moved(date_from, current.date_from - timedelta(microseconds=1))


def parse_moment(text: str, zone: ZoneInfo, now: datetime, field: str) -> datetime:
    """The instant that a date in a filter means, not rounded. Raises InvalidInput naming `field`."""
    return _parse(text, zone, now, field).at


def has_time(text: str) -> bool:
    """Whether an absolute date says a time of day."""
    found = _ISO.fullmatch(text.strip())
    return bool(found and found["hour"])


def is_moment(text: str) -> bool:
    """Whether a date means a moment, not a whole day: with a time of day, or some hours or minutes ago."""
    ago = _RELATIVE.fullmatch(text.strip())
    return has_time(text) or bool(ago and ago["unit"] in _SMALL_UNITS and not ago["edge"])


def _date_from(text: str | None, zone: ZoneInfo, now: datetime, explicit: bool, earliest: Callable[[], datetime | None] | None) -> datetime:
    if text == "all":
        first = earliest() if earliest else None
        return start_of_day(max(first or now, EPOCH), zone)
    if not text:
        return start_of_day(add_days(now, -DEFAULT_DAYS, zone), zone)
    found = _parse(text, zone, now, "dateRange.date_from")
    if explicit or found.unit is None or found.edge:
        return found.at
    return (
        start_of("hour" if found.unit == "h" else "minute", found.at, zone) if found.unit in _SMALL_UNITS else start_of_day(found.at, zone)
    )


def _date_to(text: str | None, zone: ZoneInfo, now: datetime, interval: str, explicit: bool) -> datetime:
    found = _parse(text, zone, now, "dateRange.date_to") if text else _Moment(now, unit="s")
    if explicit:
        return found.at
    if interval not in ("hour", "minute"):
        return end_of_day(found.at, zone)
    if found.unit is None:
        return found.at
    return start_of("hour", found.at, zone) + timedelta(hours=1) - timedelta(microseconds=1)


def _parse(text: str, zone: ZoneInfo, now: datetime, field: str) -> _Moment:
    text = text.strip()
    try:
        moment = _relative(text, zone, now) if _RELATIVE.fullmatch(text) else _absolute(text, zone)
    except (ValueError, OverflowError):
        moment = None
    if moment is None:
        raise InvalidInput(
            f"{field}: cannot read the date {text[:100]!r}; examples: 2024-01-31, 2024-01-31T10:00:00, -7d, mStart, all", attr=field
        )
    if not EPOCH <= moment.at <= LAST_DAY:
        raise InvalidInput(f"{field}: the date must lie between 1970-01-01 and 2149-06-06", attr=field)
    return moment


def _absolute(text: str, zone: ZoneInfo) -> _Moment | None:
    found = _ISO.fullmatch(text)
    if not found:
        return None
    parts = [
        int(found[name] or default) for name, default in (("year", 1), ("month", 1), ("day", 1), ("hour", 0), ("minute", 0), ("second", 0))
    ]
    naive = datetime(*parts, int((found["fraction"] or "0").ljust(6, "0")[:6]))  # type: ignore[arg-type,call-arg]  # noqa: DTZ001
    if found["zone"]:
        aware = datetime.fromisoformat(naive.isoformat() + found["zone"])
        return _Moment(aware.astimezone(UTC))
    return _Moment(naive.replace(tzinfo=zone).astimezone(UTC))


def _relative(text: str, zone: ZoneInfo, now: datetime) -> _Moment:
    found = _RELATIVE.fullmatch(text)
    assert found
    unit, number = found["unit"], int(found["number"] or 0)
    moved = _shift(now, _delta(unit, number), zone)
    if not found["edge"]:
        return _Moment(moved, unit=unit)
    return _Moment(_edge(moved, unit, found["edge"], zone), unit=unit, edge=True)


def _delta(unit: str, number: int) -> relativedelta:
    names = {"s": "seconds", "M": "minutes", "h": "hours", "d": "days", "w": "weeks", "m": "months", "y": "years"}
    return relativedelta(weeks=13 * number) if unit == "q" else relativedelta(**{names[unit]: number})  # type: ignore[arg-type]


def _offset(text: str) -> relativedelta:
    found = _RELATIVE.fullmatch(text.strip())
    if not found or found["edge"] or not found["number"]:
        raise InvalidInput(
            f"compareFilter.compare_to: cannot read {text[:100]!r}; examples: -1w, -1m, -1y", attr="compareFilter.compare_to"
        )
    return _delta(found["unit"], int(found["number"]))


def _shift(moment: datetime, back: relativedelta, zone: ZoneInfo) -> datetime:
    """Days and larger move on the project's calendar, hours and smaller on the clock."""
    if back.hours or back.minutes or back.seconds:
        return moment.astimezone(UTC) - back
    naive = local(moment, zone).replace(tzinfo=None) - back
    return naive.replace(tzinfo=zone).astimezone(UTC)


def _edge(moment: datetime, unit: str, edge: str, zone: ZoneInfo) -> datetime:
    here = local(moment, zone)
    if unit in _SMALL_UNITS:
        size = {"h": timedelta(hours=1), "M": timedelta(minutes=1), "s": timedelta(seconds=1)}[unit]
        first = start_of("hour", moment, zone) if unit == "h" else moment.replace(microsecond=0, second=0 if unit == "M" else moment.second)
        return first if edge == "Start" else first + size - timedelta(microseconds=1)
    first = here.replace(tzinfo=None) + _FIRST_DAY.get(unit, relativedelta())
    if edge == "Start":
        return start_of_day(first.replace(tzinfo=zone), zone)
    length = _LENGTH.get(unit, relativedelta(days=1))
    return end_of_day((first + length - timedelta(days=1)).replace(tzinfo=zone), zone)
