"""Labels that come after their rows were stored.

A lightweight UPDATE per few thousand rows: it writes a small patch that reads apply until a merge. The new labels travel in
the statement, two arrays that `transform` looks them up in: 5,000 rows of all 39 typed labels took 0.4 s on a table of 20,000.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

from posthog.clickhouse import client
from posthog.clickhouse.labels import LABEL_VERSION
from posthog.clickhouse.literals import quoted
from posthog.common import json

ROWS_PER_STATEMENT = 5_000
STATEMENT_BYTES_MAX = 64 * 1024 * 1024

Table = Literal["events", "turns", "messages"]
TABLES: tuple[Table, ...] = ("messages", "turns", "events")
EventKey = tuple[UUID, datetime]  # uuid and timestamp of the event
TurnKey = tuple[UUID, int]  # event_uuid and position
MessageKey = UUID
Row = tuple[EventKey, str, str] | tuple[TurnKey, str, str] | tuple[MessageKey, str, str]

_SETTINGS = client.JSON_SETTINGS | {"max_query_size": STATEMENT_BYTES_MAX}


def update_labels(table: Table, team_id: int, rows: Sequence[Row]) -> None:
    """Replaces the labels of stored rows, given as (key, JSON text of the labels, label version); unknown keys are left out.

    Keys: (uuid, timestamp) in events, (event_uuid, position) in turns, message_id in messages. Doing it again changes nothing.
    """
    for start in range(0, len(rows), ROWS_PER_STATEMENT):
        part = list({row[0]: row for row in rows[start : start + ROWS_PER_STATEMENT]}.values())
        client.execute(_STATEMENTS[table](team_id, part), settings=_SETTINGS, tag=f"labels of {table}")


def update_embeddings(team_id: int, rows: Sequence[tuple[MessageKey, Sequence[int]]]) -> None:
    """Replaces the embeddings of stored messages, as embeddings.pack() gives them."""
    for start in range(0, len(rows), ROWS_PER_STATEMENT):
        part = list(dict(rows[start : start + ROWS_PER_STATEMENT]).items())
        keys = [str(key) for key, _ in part]
        values = [f"[{','.join(map(str, vector))}]" for _, vector in part]
        packed = f"CAST({_lookup('toString(message_id)', keys, values)}, 'Array(Int8)')"
        statement = _update("messages", f"embedding = {packed}", team_id, f"message_id IN {_tuple(keys)}")
        client.execute(statement, settings=_SETTINGS, tag="embeddings of messages")


def merge_updates(table: Table) -> None:
    """Writes outstanding updates into the rows, after a large catch-up. Reads are correct, only slower, without it."""
    client.execute(f"ALTER TABLE {table} APPLY PATCHES", settings={"max_execution_time": 0}, tag=f"labels of {table}")


def _events(team_id: int, rows: Sequence[Row]) -> str:
    keys, times = [], []
    for key, _, _ in rows:
        assert isinstance(key, tuple)
        assert isinstance(key[1], datetime)
        keys.append(str(key[0]))
        times.append(key[1].astimezone(UTC))
    labels = [_with_version(text, version) for _, text, version in rows]
    where = f"timestamp BETWEEN {_time(min(times))} AND {_time(max(times))} AND uuid IN {_tuple(keys)}"
    return _update("events", f"labels = {_lookup('toString(uuid)', keys, labels)}", team_id, where)


def _turns(team_id: int, rows: Sequence[Row]) -> str:
    keys = []
    for key, _, _ in rows:
        assert isinstance(key, tuple)
        keys.append(f"{key[0]}/{key[1]}")
    identity = "concat(toString(event_uuid), '/', toString(position))"
    where = f"event_uuid IN {_tuple(sorted({key[:36] for key in keys}))} AND {identity} IN {_tuple(keys)}"
    return _update("turns", _labels_and_version(identity, keys, rows), team_id, where)


def _messages(team_id: int, rows: Sequence[Row]) -> str:
    keys = [str(row[0]) for row in rows]
    languages = [_language(text) for _, text, _ in rows]
    assignments = (
        f"{_labels_and_version('toString(message_id)', keys, rows)}, language = {_lookup('toString(message_id)', keys, languages)}"
    )
    return _update("messages", assignments, team_id, f"message_id IN {_tuple(keys)}")


def _update(table: Table, assignments: str, team_id: int, where: str) -> str:
    return f"UPDATE {table} SET {assignments} WHERE team_id = {team_id} AND {where}"  # noqa: S608 - every value is quoted


_STATEMENTS = {"events": _events, "turns": _turns, "messages": _messages}


def _labels_and_version(identity: str, keys: Sequence[str], rows: Sequence[Row]) -> str:
    labels = _lookup(identity, keys, [text or "{}" for _, text, _ in rows])
    return f"labels = {labels}, label_version = {_lookup(identity, keys, [version for _, _, version in rows])}"


def _lookup(identity: str, keys: Sequence[str], values: Sequence[str]) -> str:
    """The value at the position of the row's identity in `keys`; one literal when all are the same."""
    if len(set(values)) == 1:
        return quoted(values[0])
    return f"transform({identity}, [{','.join(map(quoted, keys))}], [{','.join(map(quoted, values))}], '')"


def _language(labels_text: str) -> str:
    """Messages have the language in a column of its own, too."""
    labels = json.loads(labels_text) if labels_text else {}
    return next((str(labels[name]) for name in ("user_language", "agent_language") if labels.get(name)), "")


def _with_version(labels_text: str, version: str) -> str:
    """Events have no column for the version: it is one of the labels."""
    labels = json.loads(labels_text) if labels_text else {}
    return json.dumps_text({**labels, LABEL_VERSION: version} if version else labels)


def _tuple(texts: Sequence[str]) -> str:
    return f"({','.join(map(quoted, texts))})"


def _time(moment: datetime) -> str:
    return f"toDateTime64('{moment:%Y-%m-%d %H:%M:%S.%f}', 6, 'UTC')"
