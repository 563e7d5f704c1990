"""The time axis of a trend: its buckets as instants, their names in answers, and the way back from a name to a bucket."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Literal

from posthog.query import calendar
from posthog.query.calendar import local
from posthog.query.dates import ResolvedRange, parse_moment
from posthog.rest.errors import InvalidInput

_INSTANT = timedelta(microseconds=1)
Span = tuple[datetime, datetime]
CompareLabel = Literal["current", "previous"]


@dataclass(frozen=True)
class Period:
    """One stretch of time of a chart. Spans are half open, in UTC. `whole` periods (one total value) have no buckets."""

    range: ResolvedRange
    whole: bool = False
    compare_label: CompareLabel = "current"

    @property
    def span(self) -> Span:
        first = self.range.date_from if self.whole else self.range.bucket_from
        return first, self.range.date_to + _INSTANT

    @cached_property
    def starts(self) -> list[datetime]:
        if self.whole:
            return []
        of = self.range
        return calendar.buckets(of.interval, of.date_from, of.date_to, of.zone, of.week_start)

    def bucket_span(self, index: int) -> Span:
        """The part of a bucket that lies in the period."""
        first, last = self.span
        return max(self.starts[index], first), min(self.bucket_end(index), last)

    def bucket_end(self, index: int) -> datetime:
        """End of the whole bucket, also where the period ends before it."""
        return calendar.next_start(self.range.interval, self.starts[index], self.range.zone)

    def index_of(self, day: str | int) -> int:
        """The bucket that a `day` of an answer names. Raises InvalidInput when it lies outside the period."""
        if isinstance(day, int):
            raise InvalidInput("day: expected a date as the result gives it in `days`", attr="day")
        moment = parse_moment(day, self.range.zone, self.range.date_to, "day")
        start = calendar.start_of(self.range.interval, moment, self.range.zone, self.range.week_start)
        if start not in self.starts:
            raise InvalidInput(f"day: {day!r} lies outside the date range of the insight", attr="day")
        return self.starts.index(start)

    @property
    def days(self) -> list[str]:
        form = "%Y-%m-%d %H:%M:%S" if self.range.interval in ("hour", "minute") else "%Y-%m-%d"
        return [local(start, self.range.zone).strftime(form) for start in self.starts]

    @property
    def moments(self) -> list[str]:
        """Like `days`, but telling apart the two hours of the night in which the clock is set back."""
        return [local(start, self.range.zone).isoformat() for start in self.starts]

    @property
    def labels(self) -> list[str]:
        return [self._label(index) for index in range(len(self.starts))]

    def _label(self, index: int) -> str:
        start = local(self.starts[index], self.range.zone)
        if self.range.interval in ("hour", "minute"):
            return start.strftime("%-d-%b %H:%M")
        if self.range.interval == "month":
            return start.strftime("%b %Y")
        return self._week_label(index) if self.range.interval == "week" else start.strftime("%-d-%b-%Y")

    def _week_label(self, index: int) -> str:
        """A week's days inside the range that was asked for: `24–30 Nov`."""
        first = local(max(self.starts[index], self.range.date_from), self.range.zone).date()
        last = local(min(self.bucket_end(index) - _INSTANT, self.range.date_to), self.range.zone).date()
        if first == last:
            return first.strftime("%-d-%b-%Y")
        if first.year != last.year:
            return f"{first:%-d-%b-%Y} – {last:%-d-%b-%Y}"
        return f"{first:%-d}–{last:%-d %b}" if first.month == last.month else f"{first:%-d-%b} – {last:%-d-%b}"
