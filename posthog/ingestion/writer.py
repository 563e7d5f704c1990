"""Writing a batch: messages, turns, persons, overrides, groups, events. An event's row comes last, so it stands for all the others.

Why a batch that is written again, after a crash at any point, adds nothing:

* The log hands out the same entries again, so each event keeps its position in the batch, and every token below is made from the batch's
  first and last id and a range of positions: a token always means the same range.
* One insert holds rows of one month in one block, which the engine stores whole or not at all.
* A range is cut in two only after the engine has definitely refused it (an answer that did not arrive is no refusal: the range is sent
  again under its own token). That it was refused is noted durably before its halves are sent, and from then on the range itself is never
  sent again. So the rows of a range are stored under its own token, or under those of its parts, never under both.
* A later attempt may have fewer rows for a range (its events are stored already), which a used token then rightly ignores. It may have
  more only if an event failed in one attempt and not in the next; therefore a retry reads back which of its events are stored
  and sends all rows of the missing ones once more under a token that holds the attempt's number. (A token whose rows a crash took is
  taken back by the embedded engine before it opens the store: clickhouse/embedded/tokens.py.)
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from posthog.clickhouse import client
from posthog.clickhouse.errors import ClickHouseError, QueryLimitExceeded, StoreUnavailable
from posthog.common import redis
from posthog.conversations.services import StoredLabels, remember_messages
from posthog.ingestion import duplicates, rows
from posthog.ingestion.events import Dead, Work
from posthog.ingestion.failpoints import fail_point
from posthog.ingestion.rows import COLUMNS, Placed

logger = logging.getLogger(__name__)
_REFUSALS_KEPT_SECONDS = 7 * 24 * 3600  # far longer than a batch can stay pending
Refuse = Callable[[int, ClickHouseError], None]


def write(work: Work, progress: Callable[[], object]) -> None:
    """Store the live events and all that belongs to them. Events whose rows are refused get the fate Dead. Raises what is transient."""
    refuse = _dead_letter(work)
    for table, placed in (("messages", rows.messages), ("turns", rows.turns)):
        _insert(work, table, placed(work), refuse)
        progress()
        fail_point(f"{table} written")
    for table, found in (
        ("persons", rows.persons(work)),
        ("person_distinct_id_overrides", rows.overrides(work)),
        ("groups", rows.groups(work)),
    ):
        _insert(work, table, found, _report(table))
    fail_point("people written")
    progress()
    _insert(work, "events", rows.events(work), refuse)
    fail_point("events written")
    if work.is_retry:
        _restore_missing(work, refuse)
    _remember(work)


@dataclass(frozen=True, slots=True)
class _Range:
    """Rows of one month at the positions from start up to, not including, end."""

    table: str
    token: str
    start: int
    end: int
    placed: Sequence[Placed]

    def halves(self) -> "tuple[_Range, _Range]":
        middle = (self.start + self.end) // 2
        return self._part(self.start, middle), self._part(middle, self.end)

    def _part(self, start: int, end: int) -> "_Range":
        token = f"{self.token.partition('#')[0]}#{start}-{end}"
        return _Range(self.table, token, start, end, [(at, row) for at, row in self.placed if start <= at < end])


def _insert(work: Work, table: str, placed: Iterable[Placed], refuse: Refuse, suffix: str = "") -> None:
    token = work.batch.token_for(table) + suffix
    for month, mine in _by_month(table, placed).items():
        last = max(at for at, _ in mine)
        _insert_range(_Range(table, f"{token}:{month}", 0, max(work.size, last + 1), mine), refuse)


def _insert_range(part: _Range, refuse: Refuse) -> None:
    if not part.placed:
        return
    if not _was_refused(part.token):
        try:
            client.insert(part.table, COLUMNS[part.table], [row for _, row in part.placed], token=part.token)
        except StoreUnavailable:
            raise
        except ClickHouseError as error:
            if _is_single(part):
                _refuse_single(part, error, refuse)
                return
            _note_refusal(part.token)
        else:
            return
    fail_point("range refused")
    for half in part.halves():
        _insert_range(half, refuse)


def _is_single(part: _Range) -> bool:
    return part.end - part.start <= 1 or len({at for at, _ in part.placed}) == 1


def _refuse_single(part: _Range, error: ClickHouseError, refuse: Refuse) -> None:
    if isinstance(error, QueryLimitExceeded):  # the store's trouble, not the row's
        raise error
    refuse(part.placed[0][0], error)


def _by_month(table: str, placed: Iterable[Placed]) -> dict[str, list[Placed]]:
    """Rows of one partition of the table each."""
    if table != "events":
        found = list(placed)
        return {"all": found} if found else {}
    column = COLUMNS[table].index("timestamp")
    months: dict[str, list[Placed]] = defaultdict(list)
    for at, row in placed:
        moment: datetime = row[column]
        months[f"{moment:%Y%m}"].append((at, row))
    return months


def _restore_missing(work: Work, refuse: Refuse) -> None:
    stored = duplicates.log_ids(work.live)
    missing = {event.position for event in work.live if stored.get((event.project_id, event.uuid)) is None}
    if missing:
        logger.warning("%s: %d events were not stored under their token and are sent again", work.batch.token_for("events"), len(missing))
        for table, placed in (("messages", rows.messages), ("turns", rows.turns), ("events", rows.events)):
            again = [one for one in placed(work) if one[0] in missing]
            _insert(work, table, again, refuse, suffix=f"~{work.batch.attempt}")


def _remember(work: Work) -> None:
    """What is stored now need not be looked up again."""
    refused = {event.position for event in work.events if isinstance(event.fate, Dead)}
    found: dict[int, dict[Any, StoredLabels]] = defaultdict(dict)
    for (project_id, message_id), message in work.messages.items():
        if message.position not in refused:
            found[project_id][message_id] = work.labels_of(project_id, message_id)
    for project_id, messages in found.items():
        remember_messages(project_id, messages)


def _dead_letter(work: Work) -> Refuse:
    """The event at the position is given up."""
    by_position = {event.position: event for event in work.events}

    def refuse(position: int, error: ClickHouseError) -> None:
        by_position[position].fate = Dead("write", str(error))

    return refuse


def _report(table: str) -> Refuse:
    """A row that belongs to no single event is left out of the store; it stands in the database."""

    def refuse(position: int, error: ClickHouseError) -> None:
        logger.error("row %d of %s was refused: %s", position, table, error)

    return refuse


def _was_refused(token: str) -> bool:
    return bool(redis.client().exists(_refusal_key(token)))


def _note_refusal(token: str) -> None:
    redis.client().set(_refusal_key(token), 1, ex=_REFUSALS_KEPT_SECONDS)


def _refusal_key(token: str) -> str:
    return f"ingestion:refused:{token}"
