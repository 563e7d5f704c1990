"""Who the demo's users are and what happens to them.

Deterministic: the same seed and the same end of the story give the same events. Outcomes follow from the conversations, so
that the labels have something to explain: who meets trouble late in a conversation upgrades less and cancels more.
"""

import gzip
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from posthog.common import json
from posthog.common.ids import stable_uuid

SEED = 20_240
WEEKS = 5
PEOPLE = 140
SAMPLE = Path(__file__).resolve().parent.parent.parent.parent / "demo" / "conversations.jsonl.gz"

FIRST_NAMES = [
    *("Amara", "Bruno", "Chen", "Daria", "Elif", "Femi", "Greta", "Hugo", "Ida", "Jonas", "Kavya", "Liam", "Mei", "Noor", "Oskar"),
    *("Priya", "Quinn", "Rosa", "Sven", "Tariq", "Uma", "Viktor", "Wanda", "Ximena", "Yusuf", "Zoe"),
]
LAST_NAMES = [
    "Adeyemi",
    "Berg",
    "Costa",
    "Dahl",
    "Evans",
    "Fischer",
    "Garcia",
    "Haddad",
    "Ivanova",
    "Jansen",
    "Kim",
    "Lopez",
    "Moreau",
    "Novak",
]
# Addresses of documentation ranges have no country; these are public resolvers and universities in several countries.
ADDRESSES = [
    "8.8.8.8",
    "1.1.1.1",
    "193.0.6.139",
    "130.89.1.1",
    "133.11.0.1",
    "200.160.2.3",
    "41.231.21.4",
    "203.178.137.58",
    "129.132.1.1",
    "131.111.8.42",
]
BROWSERS = ["Chrome", "Chrome", "Chrome", "Safari", "Firefox", "Edge"]
SYSTEMS = ["Mac OS X", "Windows", "Windows", "Linux", "iOS", "Android"]
MODELS = ["small-1", "small-1", "large-2"]
PLANS = ["free", "free", "free", "team"]
TROUBLE = ["wrong", "useless", "angry", "terrible", "not what i asked", "frustrat", "stupid", "waste", "hate", "ridiculous"]
SYSTEM_PROMPT = "You are Fern, the assistant of a small software company. Answer briefly and politely."


@dataclass(frozen=True)
class Turn:
    user: str
    assistant: str


@dataclass
class DemoPerson:
    distinct_id: str
    anonymous_id: str
    properties: dict[str, str]
    signed_up_at: datetime
    ip: str
    browser: str
    system: str
    trouble: int = 0
    conversations: int = 0
    last_seen: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.last_seen = self.signed_up_at


def conversations(path: Path = SAMPLE) -> list[list[Turn]]:
    """The committed sample as pairs of a user's message and the answer."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [pairs for line in lines if (pairs := _pairs(json.loads(line)["turns"]))]


def events(until: datetime, sample: list[list[Turn]]) -> Iterator[dict[str, Any]]:
    """Capture-shaped events of WEEKS weeks up to `until`, in order of time per person."""
    chance = random.Random(SEED)  # noqa: S311 – a story, not a secret
    people = [_person(number, until, chance) for number in range(PEOPLE)]
    for person in people:
        yield from _arrival(person)
    for number, turns in enumerate(sample):
        person = chance.choice(people)
        start = _moment_after(person, until, chance)
        yield from _conversation(number, turns, person, start, chance)
    for person in people:
        yield from _outcome(person, until, chance)


def _pairs(turns: list[dict[str, str]]) -> list[Turn]:
    """User and assistant messages two by two; what does not pair is left out."""
    return [
        Turn(first["content"], second["content"])
        for first, second in pairwise(turns)
        if first["role"] == "user" and second["role"] == "assistant"
    ]


def _person(number: int, until: datetime, chance: random.Random) -> DemoPerson:
    first, last = FIRST_NAMES[number % len(FIRST_NAMES)], LAST_NAMES[(number * 5 + number // len(FIRST_NAMES)) % len(LAST_NAMES)]
    email = f"{first}.{last}{number}@example.com".lower()
    return DemoPerson(
        distinct_id=email,
        anonymous_id=str(stable_uuid("demo", "anonymous", number)),
        properties={"email": email, "name": f"{first} {last}", "plan": chance.choice(PLANS)},
        signed_up_at=until - timedelta(days=chance.triangular(1, WEEKS * 7, WEEKS * 7 - 4), minutes=chance.randrange(1440)),
        ip=chance.choice(ADDRESSES),
        browser=chance.choice(BROWSERS),
        system=chance.choice(SYSTEMS),
    )


def _event(person: DemoPerson, name: str, at: datetime, key: str, **properties: Any) -> dict[str, Any]:
    anonymous = properties.pop("anonymous", False)
    distinct_id = person.anonymous_id if anonymous else person.distinct_id
    shared = {"$ip": person.ip, "$browser": person.browser, "$os": person.system, "$lib": "demo"}
    return {
        "event": name,
        "distinct_id": distinct_id,
        "uuid": str(stable_uuid("demo", key, at.isoformat())),
        "timestamp": at.isoformat(),
        "properties": {**shared, **properties},
    }


def _arrival(person: DemoPerson) -> Iterator[dict[str, Any]]:
    at, key = person.signed_up_at, person.distinct_id
    for minutes, path in ((9, "/"), (4, "/pricing")):
        page = {"$current_url": f"https://fern.example.com{path}", "$pathname": path}
        yield _event(person, "$pageview", at - timedelta(minutes=minutes), f"{key}{path}", anonymous=True, **page)
    yield _event(person, "$identify", at, f"{key}/identify", **{"$anon_distinct_id": person.anonymous_id, "$set": person.properties})
    yield _event(person, "signed_up", at + timedelta(seconds=20), f"{key}/signed_up", plan=person.properties["plan"])


def _moment_after(person: DemoPerson, until: datetime, chance: random.Random) -> datetime:
    """A time between sign-up and now, mostly in working hours."""
    latest = until - timedelta(hours=1)
    span = (latest - person.signed_up_at).total_seconds()
    at = person.signed_up_at + timedelta(seconds=chance.random() ** 1.5 * span)
    at_work = at.replace(hour=chance.choice([8, 9, 10, 11, 13, 14, 15, 16, 20]), minute=chance.randrange(60))
    return at_work if person.signed_up_at < at_work < latest else at


def _conversation(number: int, turns: list[Turn], person: DemoPerson, start: datetime, chance: random.Random) -> Iterator[dict[str, Any]]:
    """One conversation in one of the three ways in which applications send them."""
    start = max(start, person.signed_up_at + timedelta(minutes=2))
    way = (_as_session, _as_history, _as_generation)[number % 3]
    model = chance.choice(MODELS)
    at = start
    for index, turn in enumerate(turns):
        key = f"conversation/{number}/{index}"
        name, properties = way(number, turns[: index + 1])
        yield _event(person, name, at, key, model=model, **properties)
        person.last_seen = max(person.last_seen, at)
        at += timedelta(seconds=chance.randrange(20, 240))
        person.trouble += any(word in turn.user.lower() for word in TROUBLE)
    person.conversations += 1


def _as_session(number: int, turns: list[Turn]) -> tuple[str, dict[str, Any]]:
    return "llm-task", {"$session_id": f"demo-session-{number}", "$llm_input": turns[-1].user, "$llm_output": turns[-1].assistant}


def _as_history(number: int, turns: list[Turn]) -> tuple[str, dict[str, Any]]:
    return "llm-task", {"$llm_input": _messages(turns), "$llm_output": turns[-1].assistant}


def _as_generation(number: int, turns: list[Turn]) -> tuple[str, dict[str, Any]]:
    words = sum(len(turn.user.split()) for turn in turns), len(turns[-1].assistant.split())
    return "$ai_generation", {
        "$ai_trace_id": str(stable_uuid("demo", "trace", number, len(turns))),
        "$ai_session_id": f"demo-chat-{number}",
        "$ai_model": "large-2",
        "$ai_provider": "local",
        "$ai_input": [{"role": "system", "content": SYSTEM_PROMPT}, *_messages(turns)],
        "$ai_output_choices": [{"role": "assistant", "content": turns[-1].assistant}],
        "$ai_input_tokens": round(words[0] * 1.3),
        "$ai_output_tokens": round(words[1] * 1.3),
        "$ai_latency": round(0.4 + words[1] * 0.02, 2),
    }


def _messages(turns: list[Turn]) -> list[dict[str, str]]:
    """Everything said before the last answer."""
    said = [(turn, role) for turn in turns for role in ("user", "assistant")]
    return [{"role": role, "content": getattr(turn, role)} for turn, role in said[:-1]]


def _outcome(person: DemoPerson, until: datetime, chance: random.Random) -> Iterator[dict[str, Any]]:
    if not person.conversations:
        return
    unhappy = person.trouble / person.conversations
    at = min(person.last_seen + timedelta(hours=chance.uniform(1, 40)), until - timedelta(minutes=1))
    if chance.random() < (0.55 if unhappy else 0.06):
        yield _event(person, "cancelled_subscription", at, f"{person.distinct_id}/cancelled", plan=person.properties["plan"])
    elif chance.random() < (0.1 if unhappy else 0.45):
        yield _event(person, "upgraded_plan", at, f"{person.distinct_id}/upgraded", plan="team", **{"$set": {"plan": "team"}})
