"""Trends in plain Python, written from the specification and sharing no code with the product."""

import random
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from posthog.query.tests.world import Event

NULL = "$$_posthog_breakdown_null_$$"
OTHER = "$$_posthog_breakdown_other_$$"
ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "Pacific/Apia",
    "Africa/Cairo",
]
# Each range crosses a change of the clock in one of the zones.
RANGES = [
    ("2024-03-28", "2024-04-09"),
    ("2024-10-24", "2024-11-06"),
    ("2024-02-27", "2024-03-02"),
    ("2023-12-20", "2024-01-12"),
    ("2024-04-24", "2024-04-28"),
]
MATHS = ["total", "dau", "weekly_active", "monthly_active", "unique_session", "sum", "avg", "min", "max", "median", "avg_count_per_actor"]
PLANS: list[Any] = ["free", "pro", "team", 'a "b"', "", None, 3, 2.5, True, "日本"]
EMOTIONS = ["joy", "anger", "neutral", None]


def random_events(rng: random.Random, first: str, last: str) -> list[Event]:
    start, end = (datetime.fromisoformat(day).replace(tzinfo=UTC) for day in (first, last))
    span = (end - start).total_seconds()
    events = []
    for _ in range(rng.randint(0, 60)):
        at = start + timedelta(seconds=rng.uniform(-3 * 86_400, span + 3 * 86_400))
        person = rng.choice(["ada", "bo", "cy", "dee"])
        plan, emotion = rng.choice(PLANS), rng.choice(EMOTIONS)
        properties = {"plan": plan} if plan is not None or rng.random() < 0.5 else {}
        if rng.random() < 0.8:
            properties["price"] = rng.choice([1, 2.5, 10, "7", 0, -3])
        events.append(
            Event(
                event=rng.choice(["chat", "signup", "it's \\ 100%"]),
                at=rng.choice([at, at.replace(minute=0, second=0, microsecond=0), at.replace(hour=0, minute=0, second=0, microsecond=0)]),
                person=person,
                properties=properties,
                person_properties={"tier": person[0]} if person != "dee" else {},
                labels={"user_emotion": emotion} if emotion else {},
                session=rng.choice(["", "s1", "s2", "s3"]),
                conversation=rng.choice(["", "c1", "c2", "c3"]),
            )
        )
    return events


def random_query(rng: random.Random, first: str, last: str) -> dict[str, Any]:
    interval = rng.choice(["hour", "day", "day", "week", "month"])
    series: dict[str, Any] = {
        "kind": "EventsNode",
        "event": rng.choice(["chat", "signup", "it's \\ 100%", None]),
        "math": rng.choice(MATHS),
    }
    if series["math"] in ("sum", "avg", "min", "max", "median"):
        series["math_property"] = "price"
    if rng.random() < 0.3:
        series["properties"] = [rng.choice(FILTERS)[0]]
    query: dict[str, Any] = {
        "kind": "TrendsQuery",
        "series": [series],
        "interval": interval,
        "dateRange": {"date_from": first, "date_to": last},
    }
    breakdown = rng.choice([None, ("plan", "event"), ("tier", "person"), ("user_emotion", "event")])
    if breakdown:
        query["breakdownFilter"] = {"breakdown": breakdown[0], "breakdown_type": breakdown[1], "breakdown_limit": rng.randint(1, 5)}
    if rng.random() < 0.3:
        query["compareFilter"] = {"compare": True}
    if rng.random() < 0.2:
        query["trendsFilter"] = {"display": "BoldNumber"}
    return query


FILTERS: list[tuple[dict[str, Any], Any]] = [
    ({"key": "plan", "value": ["free", "3"], "type": "event"}, lambda event: text_of(event.properties.get("plan")) in ("free", "3")),
    ({"key": "plan", "value": "pro", "operator": "is_not", "type": "event"}, lambda event: text_of(event.properties.get("plan")) != "pro"),
    ({"key": "price", "value": 2, "operator": "gt", "type": "event"}, lambda event: (number_of(event.properties.get("price")) or 0) > 2),
    ({"key": "tier", "operator": "is_not_set", "type": "person"}, lambda event: "tier" not in event.person_properties),
    ({"key": "user_emotion", "value": "joy", "type": "event"}, lambda event: event.labels.get("user_emotion") == "joy"),
]


def text_of(value: Any) -> str | None:
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def number_of(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


class Oracle:
    """The expected answer of a one-series trend over a period of local days `first` to `last`, both included."""

    def __init__(self, events: list[Event], query: dict[str, Any], zone: str, week_start: int, first: date, last: date) -> None:
        self.query, self.zone, self.week_start = query, ZoneInfo(zone), week_start
        self.first, self.last, self.interval = first, last, query["interval"]
        self.series = query["series"][0]
        self.whole = query.get("trendsFilter", {}).get("display") == "BoldNumber"
        self.matching = [event for event in events if self._matches(event)]

    @cached_property
    def keys(self) -> list[Any]:
        """Every bucket, as local time (naive) and offset from UTC."""
        moment = self._midnight(self.first) - timedelta(days=40)
        # An explicit date_to ends hours at the first instant of its day, and days at the last.
        end = (
            self._midnight(self.last)
            if self.interval == "hour"
            else self._midnight(self.last + timedelta(days=1)) - timedelta(microseconds=1)
        )
        first, keys = self.bucket(self._midnight(self.first)), dict[Any, None]()
        while moment <= end:
            key = self.bucket(moment)
            if key >= first:
                keys[key] = None
            moment += timedelta(minutes=15)
        return list(keys)

    def bucket(self, moment: datetime) -> Any:
        here = moment.astimezone(self.zone)
        if self.interval == "hour":
            return here.astimezone(self.zone).replace(tzinfo=None, minute=0, second=0, microsecond=0, fold=0), -here.utcoffset()
        day = here.date()
        if self.interval == "week":
            day -= timedelta(days=(day.weekday() + 1) % 7 if self.week_start == 0 else day.weekday())
        return (day.replace(day=1) if self.interval == "month" else day), timedelta(0)

    def events_at(self, index: int | None) -> list[Event]:
        """Whose events a bucket counts; None for the whole period."""
        sliding = {"weekly_active": 7, "monthly_active": 30}.get(self.series["math"])
        if index is not None and not sliding:
            key = self.keys[index]
            return [event for event in self.matching if self._in_range(event) and self.bucket(event.moment) == key]
        end = self._end(index)
        if sliding:
            here = end.astimezone(self.zone).replace(tzinfo=None) - timedelta(days=sliding)
            start = here.replace(tzinfo=self.zone)
            return [event for event in self.matching if start.astimezone(UTC) <= event.moment < end]
        return [event for event in self.matching if self._in_range(event)]

    def value(self, events: list[Event]) -> float:
        math = self.series["math"]
        if math == "total":
            return len(events)
        if math in ("dau", "weekly_active", "monthly_active"):
            return len({event.person for event in events})
        if math == "unique_session":
            return len({event.session for event in events} - {""})
        if math == "avg_count_per_actor":
            return len(events) / len({event.person for event in events}) if events else 0
        numbers = sorted(number for event in events if (number := number_of(event.properties.get("price"))) is not None)
        if not numbers:
            return 0
        middle = (numbers[(len(numbers) - 1) // 2] + numbers[len(numbers) // 2]) / 2
        return {"sum": sum(numbers), "avg": sum(numbers) / len(numbers), "min": numbers[0], "max": numbers[-1], "median": middle}[math]

    def data(self) -> dict[str | None, list[float]]:
        """Values per breakdown value, in the order of the answer."""
        points: list[int | None] = [None] if self.whole else list(range(len(self.keys)))
        found: dict[str | None, list[float]] = defaultdict(lambda: [0.0] * len(points))
        grouped = [defaultdict(list) for _ in points]
        for place, point in enumerate(points):
            for event in self.events_at(point):
                if self.series["math"] != "unique_session" or event.session:
                    grouped[place][self.breakdown(event)].append(event)
        if "breakdownFilter" not in self.query:
            return {None: [self.value(group[None]) for group in grouped]}
        for place, group in enumerate(grouped):
            for key, events in group.items():
                found[key][place] = self.value(events)
        return self._folded(found, grouped, len(points))

    def _folded(self, found: dict[Any, list[float]], grouped: list[Any], points: int) -> dict[Any, list[float]]:
        order = sorted(found, key=lambda key: (key == NULL, -sum(found[key]), key))
        limit = self.query["breakdownFilter"]["breakdown_limit"]
        answer = {key: found[key] for key in order[:limit]}
        rest = order[limit:]
        if rest:
            answer[OTHER] = [self.value([event for key in rest for event in grouped[place][key]]) for place in range(points)]
        return answer

    def breakdown(self, event: Event) -> str | None:
        asked = self.query.get("breakdownFilter")
        if not asked:
            return None
        if asked["breakdown"] == "plan":
            value = text_of(event.properties.get("plan"))
        else:
            value = event.person_properties.get("tier") if asked["breakdown"] == "tier" else event.labels.get("user_emotion")
        return value or NULL

    def _matches(self, event: Event) -> bool:
        if self.series["event"] is not None and event.event != self.series["event"]:
            return False
        rules = {str(rule): check for rule, check in FILTERS}
        return all(rules[str(rule)](event) for rule in self.series.get("properties", []))

    def _midnight(self, day: date) -> datetime:
        """The first instant of a local day, found by looking."""
        moment = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=15)
        while moment.astimezone(self.zone).date() < day:
            moment += timedelta(minutes=15)
        return moment

    def _in_range(self, event: Event) -> bool:
        if event.moment >= self._end(None):
            return False
        return (
            event.moment >= self._midnight(self.first)
            if self.whole
            else self.bucket(event.moment) >= self.bucket(self._midnight(self.first))
        )

    def _end(self, index: int | None) -> datetime:
        """The instant after the last one that counts: no bucket counts beyond the range."""
        last = self._midnight(self.last) + timedelta(microseconds=1)
        until = last if self.interval == "hour" else self._midnight(self.last + timedelta(days=1))
        return until if index is None else min(self._bucket_end(index), until)

    def _bucket_end(self, index: int) -> datetime:
        if self.interval != "hour":
            key = self.keys[index][0]
            following = {
                "day": key + timedelta(days=1),
                "week": key + timedelta(days=7),
                "month": (key + timedelta(days=32)).replace(day=1),
            }
            return self._midnight(following[self.interval])
        key, moment = self.keys[index], self._midnight(self.first)
        while self.bucket(moment) != key:
            moment += timedelta(minutes=15)
        while self.bucket(moment) == key:
            moment += timedelta(minutes=15)
        return moment
