"""The demo's story is the same every time, lies in the past, and has every way in which applications send conversations."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from posthog.web.demo import story

UNTIL = datetime(2026, 6, 15, 12, tzinfo=UTC)


def test_it_is_the_same_every_time() -> None:
    sample = story.conversations()
    assert list(story.events(UNTIL, sample)) == list(story.events(UNTIL, sample))


def test_it_fills_five_weeks_and_ends_before_now() -> None:
    times = [datetime.fromisoformat(event["timestamp"]) for event in story.events(UNTIL, story.conversations())]
    assert max(times) <= UNTIL
    assert UNTIL - min(times) <= timedelta(weeks=story.WEEKS, days=2)
    assert len({time.date() for time in times}) > 30


def test_it_has_every_vocabulary_and_every_outcome() -> None:
    events = list(story.events(UNTIL, story.conversations()))
    names = Counter(event["event"] for event in events)
    assert {"llm-task", "$ai_generation", "$identify", "signed_up", "upgraded_plan", "cancelled_subscription"} <= set(names)
    tasks = [event["properties"] for event in events if event["event"] == "llm-task"]
    assert any("$session_id" in task for task in tasks)
    assert any(isinstance(task["$llm_input"], list) for task in tasks)
    assert len({event["uuid"] for event in events}) == len(events)


def test_who_meets_trouble_cancels_more() -> None:
    events = list(story.events(UNTIL, story.conversations()))
    troubled = {event["distinct_id"] for event in events if _complains(event["properties"].get("$llm_input"))}
    cancelled = {event["distinct_id"] for event in events if event["event"] == "cancelled_subscription"}
    everyone = {event["distinct_id"] for event in events if "@" in event["distinct_id"]}
    assert len(cancelled & troubled) / len(troubled) > 2 * len(cancelled - troubled) / len(everyone - troubled)


def _complains(text: object) -> bool:
    last = text[-1]["content"] if isinstance(text, list) else text
    return isinstance(last, str) and any(word in last.lower() for word in story.TROUBLE)
