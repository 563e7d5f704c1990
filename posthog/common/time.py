"""Time: always aware, always UTC inside the server."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from dateutil import parser as dateutil_parser

_EPOCH = re.compile(r"-?\d{9,16}(\.\d+)?")


def utc_now() -> datetime:
    return datetime.now(UTC)


def parse_timestamp(text: str) -> datetime | None:
    """A client's time: RFC 3339, `YYYY-MM-DD`, slash dates, RFC 2822, or epoch seconds or milliseconds as digits. None if unreadable."""
    text = text.strip()
    if not text or len(text) > 64:
        return None
    for read in (_iso, _epoch, _rfc_2822, _anything):
        try:
            moment = read(text)
        except (ValueError, OverflowError, TypeError, IndexError, AttributeError):
            continue
        if moment is not None:
            return in_utc(moment)
    return None


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
    if not _EPOCH.fullmatch(text):
        return None
    value = float(text)
    seconds = value / 1000 if abs(value) >= 1e11 else value
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)


def _rfc_2822(text: str) -> datetime:
    return parsedate_to_datetime(text)


def _anything(text: str) -> datetime | None:
    return dateutil_parser.parse(text) if any(character in text for character in "-/:") else None
