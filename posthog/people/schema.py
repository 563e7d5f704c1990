"""What ingestion hands to this room and gets back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

PersonMode = Literal["full", "propertyless", "force_upgrade"]
Properties = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PersonEvent:
    """What of an event concerns people. Times are aware UTC; the uuids of one batch differ."""

    uuid: UUID
    event: str
    distinct_id: str
    timestamp: datetime
    properties: Properties


@dataclass(frozen=True, slots=True)
class Warning:
    """Something in an event that was ignored, to be shown to the project's members."""

    type: str
    details: dict[str, str]


@dataclass(frozen=True, slots=True)
class PersonResult:
    """Whom an event belongs to, as of that event.

    properties are the person's, this event's changes included. event_properties are the event's own as they are to be stored. groups maps a
    group type's index to the group's key. An event with a drop_reason is not stored; one with an error could not be applied, and
    changed nothing.
    """

    person_id: UUID
    person_mode: PersonMode
    properties: Properties
    created_at: datetime
    event_properties: Properties
    groups: Mapping[int, str] = field(default_factory=dict)
    warnings: list[Warning] = field(default_factory=list)
    drop_reason: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class PersonState:
    """A person at one moment. Never changed: every update makes a new one, so that earlier events keep what they saw."""

    id: UUID
    properties: Properties
    created_at: datetime
    is_identified: bool
    version: int
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class Mapped:
    """Whom a distinct id belongs to."""

    person_id: UUID
    version: int


@dataclass(frozen=True, slots=True)
class OverrideRow:
    distinct_id: str
    person_id: UUID
    version: int


@dataclass(frozen=True, slots=True)
class GroupState:
    group_type_index: int
    group_key: str
    properties: Properties
    created_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class Applied:
    """One result per event, in order, and the rows that ClickHouse must learn of."""

    results: list[PersonResult]
    persons: list[PersonState]
    overrides: list[OverrideRow]
    groups: list[GroupState]


@dataclass(frozen=True, slots=True)
class PersonSummary:
    id: UUID
    distinct_ids: list[str]
    properties: dict[str, Any]
    created_at: datetime
    is_identified: bool
    name: str
