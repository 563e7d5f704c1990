"""Time: always aware, always UTC inside the server."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from dateutil import parser as dateutil_parser

# The first and the last day that the store's dates hold.
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LAST_DAY = datetime(2149, 6, 6, tzinfo=UTC)
_EPOCH_TEXT = re.compile(r"-?\d{9,16}(\.\d+)?")
# As many digits as there are, and what JSON makes of many: 1e+17.
_NUMBER = re.compile(r"-?(?:[0-9]{9,}(?:\.[0-9]+)?|[0-9](?:\.[0-9]+)?e\+[0-9]+)")
# ISO 8601 allows years of more digits, and signs.
_YEAR = re.compile(r"([+-]?[0-9]{4,6})[-/][0-9]{1,2}(?![0-9])")
# Date.toString() of JavaScript: "Fri Jan 01 2021 02:00:00 GMT+0200 (Eastern European Standard Time)".
_JAVASCRIPT = re.compile(r"([A-Z][a-z]{2} [A-Z][a-z]{2} [0-9]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2}) GMT([+-][0-9]{4})(?: \(.{0,64}\))?")
# A date that lacks no part reads the same on both.
_TWO_DAYS = datetime(2000, 1, 1, tzinfo=UTC), datetime(2001, 2, 2, tzinfo=UTC)
_FIRST_SECOND, _AFTER_LAST = -62_135_596_800, 253_402_300_800  # the years 1 to 9999


def utc_now() -> datetime:
    return datetime.now(UTC)


def parse_timestamp(text: str) -> datetime | None:
    """A client's time: RFC 3339, `YYYY-MM-DD`, slash dates, RFC 2822, JavaScript's, or epoch seconds or milliseconds as digits.

    None if unreadable.
    """
    text = text.strip()
    if written := _JAVASCRIPT.fullmatch(text):
        text = f"{written[1]} {written[2]}"
    if not text or len(text) > 64:
        return None
    # Digits first: as ISO 8601, 1764051212345 would be the 12th of May 1764, 23:45.
    for read in (_epoch, _iso, _rfc_2822, _anything):
        try:
            moment = read(text)
        except (ValueError, OverflowError, TypeError, IndexError, AttributeError):
            continue
        if moment is not None:
            return in_utc(moment)
    return None


def is_beyond_calendar(text: str) -> bool:
    """Whether a client's time lies before the year 1 or after 9999, which is more than datetime holds."""
    text = text.strip()
    if len(text) > 64:
        return False
    year = _YEAR.match(text)
    if year:
        return not 1 <= int(year[1]) <= 9999
    return bool(_NUMBER.fullmatch(text)) and not _FIRST_SECOND <= _seconds(text) < _AFTER_LAST


def in_utc(moment: datetime) -> datetime:
    """Naive times are taken as UTC. Times that leave the calendar when shifted become its edge."""
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC) if moment.year > 1970 else datetime.min.replace(tzinfo=UTC)


def _iso(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _epoch(text: str) -> datetime | None:
    if not _EPOCH_TEXT.fullmatch(text):
        return None
    return EPOCH + timedelta(seconds=_seconds(text))


def _seconds(digits: str) -> float:
    value = float(digits)
    return value / 1000 if abs(value) >= 1e11 else value


def _rfc_2822(text: str) -> datetime:
    return parsedate_to_datetime(text)


def _anything(text: str) -> datetime | None:
    if not any(character in text for character in "-/:"):
        return None
    first, second = (dateutil_parser.parse(text, default=day) for day in _TWO_DAYS)
    return first if first == second else None
