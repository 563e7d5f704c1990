"""The tables that a query may name, and what their columns are made of.

A table here is a view of a stored one: `persons` is the newest version of each person, `person_id` of an event is the person that the
distinct id belongs to now. Whatever is not written down here does not exist for a query.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from posthog.clickhouse import labels
from posthog.clickhouse.texts import TEXT_PROPERTIES
from posthog.common import limits
from posthog.hogql.types import BOOLEAN, DATETIME, INTEGER, STRING, UUID_TYPE, Type

JsonScope = Literal["event", "person", "group", "label"]


@dataclass(frozen=True)
class Column:
    """A stored column. `aggregate` makes one value per row of the view of many stored rows ("argMax" by the table's version)."""

    name: str
    type: Type
    aggregate: str = ""
    is_person: bool = False


@dataclass(frozen=True)
class JsonColumn:
    """A JSON column and the stored text that a reader of the whole gets. `elsewhere`: properties whose values are stored as messages."""

    name: str
    scope: JsonScope
    text: str = ""
    labels: str = ""
    aggregate: str = ""
    elsewhere: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shortcut:
    """Another way to write a chain of this table."""

    chain: tuple[str, ...]


@dataclass(frozen=True)
class Link:
    """A row of another table, joined when something of it is asked for: `own` field = `their` field, their `where` column = value."""

    table: str
    own: str
    their: str
    where: tuple[str, int] | None = None


@dataclass(frozen=True)
class Namespace:
    fields: Mapping[str, Member]


Member = Column | JsonColumn | Shortcut | Link | Namespace


@dataclass(frozen=True)
class Table:
    """`group_by`, `version` and `deleted` name stored columns, for tables that keep several rows per entity."""

    name: str
    fields: Mapping[str, Member]
    star: tuple[str, ...]
    group_by: tuple[str, ...] = ()
    version: str = ""
    deleted: str = ""
    internal: bool = False
    stored: str = field(default="")

    @property
    def stored_name(self) -> str:
        return self.stored or self.name


GROUPS = range(limits.GROUP_TYPES)


def _text(*names: str) -> dict[str, Member]:
    return {name: Column(name, STRING) for name in names}


def _latest(name: str, type: Type) -> Column:
    return Column(name, type, aggregate="argMax")


_EVENTS: dict[str, Member] = {
    "uuid": Column("uuid", UUID_TYPE),
    "event": Column("event", STRING),
    "properties": JsonColumn("properties", "event", text="properties_text", labels="labels", elsewhere=TEXT_PROPERTIES),
    "timestamp": Column("timestamp", DATETIME),
    "distinct_id": Column("distinct_id", STRING),
    "person_id": Column("person_id", UUID_TYPE, is_person=True),
    "created_at": Column("created_at", DATETIME),
    "labels": JsonColumn("labels", "label"),
    **_text("elements_chain", "$session_id", "conversation_id", "person_mode", "message_refs", "log_id"),
    **_text(*(f"$group_{index}" for index in GROUPS)),
    "$window_id": Shortcut(("properties", "$window_id")),
    "person": Namespace(
        {
            "id": Shortcut(("person_id",)),
            "created_at": Column("person_created_at", DATETIME),
            "properties": JsonColumn("person_properties", "person", text="person_properties_text"),
            "distinct_id": Shortcut(("distinct_id",)),
        }
    ),
    **{f"group_{index}": Link("groups", f"$group_{index}", "key", ("index", index)) for index in GROUPS},
}

_TURNS: dict[str, Member] = {
    "conversation_id": Column("conversation_id", STRING),
    "event_uuid": Column("event_uuid", UUID_TYPE),
    "position": Column("position", INTEGER),
    "timestamp": Column("timestamp", DATETIME),
    **_text("role", "kind", "event", "distinct_id", "label_version"),
    "person_id": Column("person_id", UUID_TYPE, is_person=True),
    "message_id": Column("message_id", UUID_TYPE),
    "labels": JsonColumn("labels", "label"),
    "properties": JsonColumn("labels", "label"),
    "person": Link("persons", "person_id", "id"),
}

_MESSAGES: dict[str, Member] = {
    "message_id": Column("message_id", UUID_TYPE),
    **_text("role", "content", "language", "label_version"),
    "labels": JsonColumn("labels", "label"),
    "properties": JsonColumn("labels", "label"),
    "created_at": Column("created_at", DATETIME),
}

_PERSONS: dict[str, Member] = {
    "id": Column("id", UUID_TYPE),
    "created_at": _latest("created_at", DATETIME),
    "properties": JsonColumn("properties", "person", text="properties_text", aggregate="argMax"),
    "is_identified": _latest("is_identified", BOOLEAN),
}

_GROUPS: dict[str, Member] = {
    "index": Column("group_type_index", INTEGER),
    "key": Column("group_key", STRING),
    "created_at": _latest("created_at", DATETIME),
    "properties": JsonColumn("properties", "group", text="properties_text", aggregate="argMax"),
}

_CONVERSATIONS: dict[str, Member] = {
    "conversation_id": Column("conversation_id", STRING),
    "id": Shortcut(("conversation_id",)),
    "started_at": Column("started_at", DATETIME, aggregate="min"),
    "ended_at": Column("ended_at", DATETIME, aggregate="max"),
    "turns": Column("turns", INTEGER, aggregate="uniqMerge"),
    "distinct_id": Column("distinct_id", STRING, aggregate="argMinMerge"),
    "person_id": Column("person_id", UUID_TYPE, aggregate="argMinMerge", is_person=True),
    "person": Link("persons", "person_id", "id"),
}

_OVERRIDES: dict[str, Member] = {
    "distinct_id": Column("distinct_id", STRING),
    "person_id": _latest("person_id", UUID_TYPE),
}

_OUTCOMES: dict[str, Member] = {
    "minute": Column("minute", DATETIME),
    **_text("outcome", "reason", "batch"),
    "quantity": Column("quantity", INTEGER, aggregate="max"),
}

EVENTS_STAR = ("uuid", "event", "properties", "timestamp", "distinct_id", "elements_chain", "created_at", "conversation_id", "person_id")

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        Table("events", _EVENTS, EVENTS_STAR),
        Table("turns", _TURNS, tuple(name for name in _TURNS if name not in {"person", "properties"})),
        Table("messages", _MESSAGES, tuple(name for name in _MESSAGES if name != "properties")),
        Table("persons", _PERSONS, tuple(_PERSONS), group_by=("id",), version="version", deleted="is_deleted"),
        Table("groups", _GROUPS, tuple(_GROUPS), group_by=("group_type_index", "group_key"), version="version"),
        Table(
            "conversations",
            _CONVERSATIONS,
            ("conversation_id", "started_at", "ended_at", "turns", "distinct_id", "person_id"),
            group_by=("conversation_id",),
        ),
        Table(
            "person_distinct_id_overrides",
            _OVERRIDES,
            tuple(_OVERRIDES),
            group_by=("distinct_id",),
            version="version",
            deleted="is_deleted",
            internal=True,
        ),
        Table("outcomes", _OUTCOMES, tuple(_OUTCOMES), group_by=("minute", "outcome", "reason", "batch"), internal=True),
    )
}

GUARD_COLUMN = "team_id"
STORED_TABLES = frozenset(table.stored_name for table in TABLES.values())
# Two partitions may write the same message at the same moment; its two rows are one when they are read.
MERGED_TABLES = frozenset({"messages"})


def is_label(name: str) -> bool:
    return labels.type_of(name) is not None
