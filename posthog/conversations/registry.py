"""Which conversation an exchange was in: a few hours of them in Valkey, and those of the batch at hand in memory.

Each key holds a small sorted set, scored with the event's time in microseconds, so that a look-up for an event sees what was said before
it and a batch that is processed twice gets the same answers.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from posthog.common import limits, redis

_SKEW_US = 60_000_000  # clocks of one application's machines, and requests under way, differ by less than this


@dataclass(frozen=True, slots=True)
class Entry:
    """conversation_id, and the name of the event that was in it, at a time in microseconds since 1970."""

    at_us: int
    conversation_id: str
    event: str


def microseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000_000)


class Registry:
    """Entries of one project, those that the batch adds included. Keys: exchanges, awaited exchanges, tabs whose client sends the past."""

    def __init__(self, team_id: int, epoch: int) -> None:
        self._prefix = f"conversations:{team_id}:{epoch}"
        self._entries: dict[str, list[Entry]] = defaultdict(list)
        self._loaded: set[str] = set()
        self._added: dict[str, list[Entry]] = defaultdict(list)

    def load(self, keys: Iterable[str]) -> None:
        """Fetch the entries of these keys in one round trip; keys already here cost nothing."""
        wanted = [key for key in dict.fromkeys(keys) if key not in self._loaded]
        if not wanted:
            return
        pipeline = redis.client().pipeline(transaction=False)
        for key in wanted:
            pipeline.zrange(self._name(key), 0, -1)
        for key, found in zip(wanted, pipeline.execute(), strict=True):
            self._loaded.add(key)
            self._entries[key] += [_entry(member) for member in found]

    def knows(self, keys: Iterable[str]) -> bool:
        return any(self._entries.get(key) for key in keys)

    def add(self, key: str, entry: Entry) -> None:
        if entry not in self._entries[key]:
            self._entries[key].append(entry)
            self._added[key].append(entry)

    def remember(self, key: str, entry: Entry) -> None:
        """Use an entry found elsewhere for this batch; it is not written again."""
        self._entries[key].append(entry)

    def before(self, keys: Iterable[str], at_us: int) -> Entry | None:
        """The latest entry up to a time; where clocks disagree, the first one after it."""
        found = self._all(keys)
        past = [entry for entry in found if entry.at_us <= at_us]
        return max(past, key=_order) if past else min(found, key=_order, default=None)

    def repeated(self, keys: Iterable[str], at_us: int, event: str) -> Entry | None:
        """The latest entry up to a time by an event of another name: feedback repeats the texts of the task it judges."""
        return max((e for e in self._all(keys) if e.at_us <= at_us and e.event != event), key=_order, default=None)

    def awaited(self, keys: Iterable[str], at_us: int) -> Entry | None:
        """The first entry that is not older than a time: an event that came earlier but was said later."""
        return min((e for e in self._all(keys) if e.at_us + _SKEW_US >= at_us), key=_order, default=None)

    def save(self) -> None:
        """Write what was added, in one round trip."""
        if not self._added:
            return
        pipeline = redis.client().pipeline(transaction=False)
        for key, entries in self._added.items():
            name = self._name(key)
            pipeline.zadd(name, {_member(entry): entry.at_us for entry in entries})
            if len(self._entries[key]) > limits.EXCHANGE_ENTRIES:
                pipeline.zremrangebyrank(name, 0, -limits.EXCHANGE_ENTRIES - 1)
            pipeline.expire(name, limits.EXCHANGE_CACHE_SECONDS)
        pipeline.execute(raise_on_error=False)  # a full Valkey must not stop the ingestion that empties it
        self._added.clear()

    def _all(self, keys: Iterable[str]) -> list[Entry]:
        return [entry for key in keys for entry in self._entries.get(key, ())]

    def _name(self, key: str) -> str:
        return f"{self._prefix}:{key}"


def _order(entry: Entry) -> tuple[int, str]:
    return entry.at_us, entry.conversation_id


def _member(entry: Entry) -> str:
    # With its time, so that a later event of the same conversation does not move the entry out of an earlier one's sight.
    return f"{entry.at_us}\0{entry.conversation_id}\0{entry.event}"


def _entry(member: bytes) -> Entry:
    at_us, conversation_id, event = member.decode("utf-8", "replace").split("\0", 2)
    return Entry(int(at_us), conversation_id, event)
