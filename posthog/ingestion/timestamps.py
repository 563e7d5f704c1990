"""When an event happened: the client's time, freed of the skew of the client's clock."""

from datetime import datetime, timedelta
from typing import Any

from posthog.common import limits
from posthog.common.time import EPOCH, LAST_DAY, in_utc, is_beyond_calendar, parse_timestamp


def resolve(
    raw: dict[str, Any], properties: dict[str, Any], *, now: datetime, sent_at: str | None, historical: bool
) -> tuple[datetime, bool]:
    """The event's time, and whether the client's own was unreadable.

    timestamp - (sent_at - now) where both are given, else the timestamp, else now - offset milliseconds, else now. A historical
    event's timestamp is taken as it is. More than 23 hours ahead of now becomes now; times are clamped to 1970-2149, and one of a year
    outside of 0 to 9999 becomes 1970.
    """
    given = raw.get("timestamp")
    if is_beyond_calendar(_text(given)):
        return EPOCH, False
    moment = parse_timestamp(_text(given))
    offset = raw.get("offset")
    if moment is not None:
        skewed = sent_at and not historical and properties.get("$ignore_sent_at") is not True
        result = _without_skew(moment, sent_at, now) if skewed and sent_at else moment
    elif isinstance(offset, int | float) and not isinstance(offset, bool):
        result = _shifted(now, -offset)
    else:
        result = now
    return _bounded(result, now), given not in (None, "") and moment is None


def _text(given: Any) -> str:
    return str(given) if isinstance(given, str | int | float) and not isinstance(given, bool) else ""


def _without_skew(moment: datetime, sent_at: str, now: datetime) -> datetime:
    sent = parse_timestamp(sent_at)
    if sent is None:
        return moment
    try:
        return moment - (sent - now)
    except OverflowError:
        return moment


def _shifted(moment: datetime, milliseconds: float) -> datetime:
    try:
        return moment + timedelta(milliseconds=milliseconds)
    except (OverflowError, ValueError):
        return moment


def _bounded(moment: datetime, now: datetime) -> datetime:
    if moment > now + timedelta(hours=limits.FUTURE_HOURS):
        return now
    return min(max(in_utc(moment), EPOCH), LAST_DAY)
