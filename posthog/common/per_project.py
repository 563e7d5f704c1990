"""Something per project that each process keeps, and reads again only when its version has changed.

The version stands in Redis, so that a look costs one GET; the database has the truth.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

from posthog.common import redis

T = TypeVar("T")


class PerProject(Generic[T]):
    """stored_version and load read the database; fits says whether a value still holds where the version alone does not tell.

    At most `most` projects are kept, those asked for last.
    """

    def __init__(
        self,
        prefix: str,
        stored_version: Callable[[int], int],
        load: Callable[[int], T],
        *,
        fits: Callable[[T], bool] = lambda _: True,
        most: int = 200,
    ) -> None:
        self._prefix, self._stored_version, self._load, self._fits, self._most = prefix, stored_version, load, fits, most
        self._lock = threading.Lock()
        self._kept: OrderedDict[int, tuple[int, T]] = OrderedDict()

    def current(self, team_id: int) -> T:
        """That of the project now."""
        version, kept = self._version(team_id), self._last(team_id)
        if kept is None or kept[0] != version or not self._fits(kept[1]):
            # Loaded after the version was read: what changes in between comes with a newer version, and is read again.
            kept = version, self._load(team_id)
            self._keep(team_id, kept)
        return kept[1]

    def publish(self, team_id: int, version: int) -> None:
        """Tell all processes that the project's has changed; call after the change is committed."""
        redis.client().set(self._key(team_id), version)

    def forget(self) -> None:
        """Empty the cache of this process."""
        with self._lock:
            self._kept.clear()

    def _last(self, team_id: int) -> tuple[int, T] | None:
        with self._lock:
            if team_id in self._kept:
                self._kept.move_to_end(team_id)
            return self._kept.get(team_id)

    def _keep(self, team_id: int, kept: tuple[int, T]) -> None:
        with self._lock:
            self._kept[team_id] = kept
            self._kept.move_to_end(team_id)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def _version(self, team_id: int) -> int:
        found = redis.client().get(self._key(team_id))
        if found is not None:
            return int(found)
        version = self._stored_version(team_id)
        # Only where there is still none: a newer one may have been published since the database was asked.
        redis.client().set(self._key(team_id), version, nx=True)
        return version

    def _key(self, team_id: int) -> str:
        return f"{self._prefix}:{team_id}:version"
