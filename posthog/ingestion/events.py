"""What the stages work on: the events of one batch of the log, each with what the stages have found out about it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from posthog.conversations.messages import LLMContent
from posthog.conversations.services import StoredLabels
from posthog.conversations.turns import Turn
from posthog.eventlog import ids
from posthog.eventlog.reader import Batch
from posthog.people.schema import Applied, PersonResult

UNKNOWN_PROJECT = 0
MessageKey = tuple[int, UUID]
_UNLABELLED = StoredLabels({}, "", "")


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the events of one request share. `fields` is the log entry without its events."""

    project_id: int
    token: str
    now: datetime
    sent_at: str | None
    ip: str | None
    historical: bool
    anonymize_ips: bool
    message_secret: str
    replay_of: str | None
    attempts: int
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Dropped:
    """Left out on purpose."""

    reason: str


@dataclass(frozen=True, slots=True)
class Dead:
    """Given up at a stage."""

    stage: str
    reason: str


@dataclass(frozen=True, slots=True)
class Stored:
    """In the store since an earlier attempt at the same batch."""


Fate = Dropped | Dead | Stored


@dataclass(slots=True, eq=False)
class Event:
    """One event on its way. It is live while it has no fate; a live event at the end becomes visible.

    position: in the batch, the same in every attempt. raw: as it stands in the log.
    """

    position: int
    log_id: str
    envelope: Envelope
    raw: dict[str, Any]
    uuid: UUID
    name: str
    distinct_id: str
    timestamp: datetime
    properties: dict[str, Any]
    elements_chain: str = ""
    person: PersonResult | None = None
    content: LLMContent | None = None
    conversation_id: str = ""
    turns: list[Turn] = field(default_factory=list)
    labels: dict[str, Any] = field(default_factory=dict)
    row: tuple[Any, ...] = ()
    turn_rows: list[tuple[Any, ...]] = field(default_factory=list)
    fate: Fate | None = None

    @property
    def project_id(self) -> int:
        return self.envelope.project_id

    @property
    def created_at(self) -> datetime:
        return self.envelope.now

    @property
    def stored_properties(self) -> dict[str, Any]:
        """Without the texts that are stored as messages."""
        return self.content.stripped if self.content else self.properties

    @property
    def known_person(self) -> PersonResult:
        assert self.person is not None, "the people stage has not run"
        return self.person


class Watch:
    """Told of each event before a stage looks into it. This one does nothing; care.py has one that finds events which kill workers."""

    careful = False

    def touch(self, stage: str, event: Event) -> None:
        """May give the event a fate, and it is then left alone."""


@dataclass(slots=True)
class Received:
    """Events of one entry, counted before anything is done with them; dropped: by capture, per reason."""

    project_id: int
    minute: datetime
    events: int
    dropped: dict[str, int]


@dataclass(slots=True)
class Work:
    """A batch on its way through the stages. size: positions in it, those of unreadable entries included."""

    batch: Batch
    watch: Watch = field(default_factory=Watch)
    events: list[Event] = field(default_factory=list)
    unreadable: list["Unreadable"] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    size: int = 0
    people: list[tuple[int, Applied]] = field(default_factory=list)
    messages: dict[MessageKey, "NewMessage"] = field(default_factory=dict)
    message_labels: dict[MessageKey, StoredLabels] = field(default_factory=dict)
    unlabelled: int = 0
    outdated: int = 0  # messages with labels of another model than the one at hand

    def labels_of(self, project_id: int, message_id: UUID) -> StoredLabels:
        """Of a message that the stages have met."""
        return self.message_labels.get((project_id, message_id), _UNLABELLED)

    @property
    def live(self) -> list[Event]:
        return [event for event in self.events if event.fate is None]

    @property
    def is_retry(self) -> bool:
        return self.batch.attempt > 1


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message that is not stored yet. position: of the first event that has it."""

    position: int
    message_id: UUID
    role: str
    content: str
    spoken: str
    created_at: datetime
    historical: bool


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A part of the log that is no event: it is kept as it is."""

    log_id: str
    payload: bytes
    reason: str
    project_id: int = UNKNOWN_PROJECT

    @property
    def received_at(self) -> datetime:
        """When the log took the entry."""
        return ids.taken_at(self.log_id.split(":")[1])


def minute_of(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
