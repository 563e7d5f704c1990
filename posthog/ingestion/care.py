"""Batches at which workers died without a word: out of memory, a crash in native code, a hang.

Each batch is noted in Valkey before work on it begins and the note is taken back when work ends, well or with an error; a note that stays
is a death. After limits.DEATHS_BEFORE_CARE of them the events go through the stages one by one, each named before it is touched, and
the event at which another worker dies is given up. So a killer takes three workers and no other event with it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from posthog.common import limits, redis
from posthog.eventlog.reader import Batch
from posthog.ingestion.events import Dead, Event, Watch

_KEPT_SECONDS = 24 * 3600
# Notes of this process that stand: the deaths before each.
_noted: dict[str, int] = {}


@contextmanager
def watched(batch: Batch) -> Iterator[Watch]:
    """How the batch's events are to be watched; leaving the block in any orderly way means that nobody died."""
    name = _key(batch)
    _take_back(name)
    deaths = int(redis.client().hget(name, "deaths") or 0)
    _noted[name] = deaths
    _note_death(name)
    try:
        yield _Careful(name) if deaths >= limits.DEATHS_BEFORE_CARE else Watch()
    finally:
        _take_back(name)


def forget(batch: Batch) -> None:
    """The batch is acknowledged."""
    redis.client().delete(_key(batch))


class _Careful(Watch):
    careful = True

    def __init__(self, name: str) -> None:
        self._name = name
        died_at = redis.client().hget(name, "suspect")
        if isinstance(died_at, bytes):
            position, _, stage = died_at.decode().partition(" ")
            redis.client().hset(name, f"killer:{position}", stage)

    def touch(self, stage: str, event: Event) -> None:
        died_at = redis.client().hget(self._name, f"killer:{event.position}")
        if isinstance(died_at, bytes):
            event.fate = Dead(died_at.decode(), "workers died while they processed this event")
        else:
            redis.client().hset(self._name, "suspect", f"{event.position} {stage}")


def _take_back(name: str) -> None:
    """What this process noted and has not taken back, for Valkey was away: it is alive."""
    if name in _noted:
        redis.client().hset(name, "deaths", _noted[name])
        redis.client().hdel(name, "suspect")
        del _noted[name]


def _note_death(name: str) -> None:
    pipeline = redis.client().pipeline()
    pipeline.hincrby(name, "deaths", 1)
    pipeline.expire(name, _KEPT_SECONDS)
    pipeline.execute()


def _key(batch: Batch) -> str:
    return f"ingestion:{{{batch.partition}}}:care:{batch.first_id}"
