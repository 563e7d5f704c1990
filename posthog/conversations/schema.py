"""What a list of conversations can be asked for, and how answers look."""

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.http import QueryDict
from rest_framework import serializers

from posthog.clickhouse.labels import is_text, type_of
from posthog.common import limits
from posthog.common.ids import parse_uuid
from posthog.common.time import EPOCH
from posthog.conversations import event_labels
from posthog.query import dates
from posthog.query.schema_shared import DateRange
from posthog.rest.errors import InvalidInput
from posthog.tenancy.models import Project

_FAR_AHEAD = "2149-06-05"
# Other names of the filters, which the events and persons lists have.
_ALSO_CALLED = {"person": ("person_id", "distinct_id"), "search": ("text",)}


@dataclass(frozen=True)
class LabelWish:
    """value None: said at all."""

    name: str
    value: str | float | None


@dataclass(frozen=True)
class Cursor:
    """The last row of the page before."""

    ended_at: datetime
    conversation_id: str

    def __str__(self) -> str:
        microseconds = (self.ended_at - EPOCH) // timedelta(microseconds=1)
        return base64.urlsafe_b64encode(f"{microseconds} {self.conversation_id}".encode()).decode().rstrip("=")

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        try:
            microseconds, _, conversation_id = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().partition(" ")
            return cls(EPOCH + timedelta(microseconds=int(microseconds)), conversation_id)
        except (ValueError, OverflowError, binascii.Error) as error:
            raise InvalidInput("cursor is not one that this server gave out", "cursor") from error


@dataclass(frozen=True)
class Wish:
    """Which conversations are wanted. Times are aware and inclusive."""

    labels: tuple[LabelWish, ...] = ()
    person: str = ""
    date_from: datetime | None = None
    date_to: datetime | None = None
    search: str = ""
    limit: int = limits.CONVERSATIONS_PAGE
    cursor: Cursor | None = None


@dataclass(frozen=True)
class PageWish:
    """Which messages of a conversation are wanted. With a message (its id, or its event's) the page that has it, whatever the offset."""

    limit: int
    offset: int
    message: UUID | None


def page_wish(parameters: QueryDict) -> PageWish:
    """The page that query parameters describe. Raises InvalidInput naming the parameter."""
    most = limits.CONVERSATION_MESSAGES
    limit = number_within(parameters.get("limit") or str(most), 1, most, "limit")
    offset = number_within(parameters.get("offset") or "0", 0, limits.CONVERSATION_TURNS, "offset")
    # A link to a message that is not there opens the beginning of the conversation.
    return PageWish(limit, offset, parse_uuid(parameters.get("message", "")))


def wish(parameters: QueryDict, project: Project) -> Wish:
    """The wish that query parameters describe. Raises InvalidInput naming the parameter."""
    asked = {name: str(value) for name, value in parameters.items()}
    for name, others in _ALSO_CALLED.items():
        asked.setdefault(name, next((asked[other] for other in others if asked.get(other)), ""))
    search = asked.get("search", "").strip()
    if len(search) > limits.CONVERSATION_SEARCH_LENGTH:
        raise InvalidInput(f"search is longer than {limits.CONVERSATION_SEARCH_LENGTH} characters", "search")
    labels = parameters.getlist("label")
    if len(labels) > limits.CONVERSATION_FILTERS:
        raise InvalidInput(f"more than {limits.CONVERSATION_FILTERS} labels", "label")
    date_from, date_to = _date_from(asked.get("date_from"), project), _date_to(asked.get("date_to"), project)
    if date_from and date_to and date_from > date_to:
        raise InvalidInput("date_from lies after date_to", "date_from")
    return Wish(
        labels=tuple(_label(text) for text in labels),
        person=asked.get("person", "").strip(),
        date_from=date_from,
        date_to=date_to,
        search=search,
        limit=number_within(asked.get("limit", str(limits.CONVERSATIONS_PAGE)), 1, limits.CONVERSATIONS_PAGE_MAX, "limit"),
        cursor=Cursor.parse(asked["cursor"]) if asked.get("cursor") else None,
    )


def _label(text: str) -> LabelWish:
    name, colon, value = text.partition("=" if ":" not in text else ":")
    if not event_labels.NAME.fullmatch(name):
        raise InvalidInput(f"label {name!r} is no name of a label, such as user_emotion or agent_flow", "label")
    if not colon:
        return LabelWish(name, None)
    return LabelWish(name, value if is_text(name) or type_of(name) is None else _number(name, value))


def _number(name: str, value: str) -> float:
    if not re.fullmatch(r"\d{1,3}(?:\.\d{1,17})?", value):
        raise InvalidInput(f"label {name} has numbers: {value!r} is none", "label")
    return float(value)


def number_within(text: str, least: int, most: int, field: str) -> int:
    if not text.isdecimal() or len(text) > len(str(most)) or not least <= int(text) <= most:
        raise InvalidInput(f"{field} is a number from {least} to {most}", field)
    return int(text)


def _date_from(text: str | None, project: Project) -> datetime | None:
    if not text or text == "all":
        return None
    return _resolved(DateRange(date_from=text, date_to=_FAR_AHEAD, explicitDate=dates.is_moment(text)), project, "date_from").date_from


def _date_to(text: str | None, project: Project) -> datetime | None:
    if not text:
        return None
    return _resolved(DateRange(date_from=dates.LONG_AGO, date_to=text, explicitDate=dates.is_moment(text)), project, "date_to").date_to


def _resolved(wanted: DateRange, project: Project, field: str) -> dates.ResolvedRange:
    try:
        return dates.resolve(wanted, "day", project)
    except InvalidInput as error:
        raise InvalidInput(re.sub(r"^dateRange(\.|: )", "", str(error.detail)), field) from error


class PersonSerializer(serializers.Serializer[object]):
    id = serializers.UUIDField()
    distinct_id = serializers.CharField()
    name = serializers.CharField()


class PersonDetailSerializer(PersonSerializer):
    properties = serializers.DictField()


class PreviewSerializer(serializers.Serializer[object]):
    """The beginnings of the first question and its answer."""

    user = serializers.CharField()
    assistant = serializers.CharField()


class SummarySerializer(serializers.Serializer[object]):
    id = serializers.CharField()
    person = PersonSerializer()
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField()
    message_count = serializers.IntegerField()
    preview = PreviewSerializer()
    labels = serializers.DictField(child=serializers.ListField())
    topic = serializers.CharField(allow_null=True)


class ConversationPageSerializer(serializers.Serializer[object]):
    results = SummarySerializer(many=True)
    next = serializers.URLField(allow_null=True)


class LabelSerializer(serializers.Serializer[object]):
    value = serializers.JSONField()
    score = serializers.FloatField(allow_null=True)


class MessageSerializer(serializers.Serializer[object]):
    """label_version: "" while labels are on their way. judged: false then, and in languages that the models do not know."""

    id = serializers.UUIDField()
    role = serializers.ChoiceField(["user", "assistant", "system", "tool"])
    content = serializers.CharField()
    timestamp = serializers.DateTimeField()
    event_uuid = serializers.UUIDField()
    event = serializers.CharField()
    kind = serializers.ChoiceField(["owned", "context"])
    labels = serializers.DictField(child=LabelSerializer())
    judged = serializers.BooleanField()
    label_version = serializers.CharField(allow_blank=True)
    language = serializers.CharField()
    position = serializers.IntegerField()


class FeedbackSerializer(serializers.Serializer[object]):
    """target_event_uuid: the task that is judged, null when unknown. name: of a metric."""

    event_uuid = serializers.UUIDField()
    event = serializers.CharField()
    timestamp = serializers.DateTimeField()
    target_event_uuid = serializers.UUIDField(allow_null=True)
    name = serializers.CharField(allow_null=True)
    text = serializers.CharField(allow_null=True)
    value = serializers.JSONField(allow_null=True)
    properties = serializers.DictField()


class ConversationSerializer(serializers.Serializer[object]):
    """previous, next: ids of the person's other conversations. offset: how many messages stand before the first one given."""

    id = serializers.CharField()
    person = PersonDetailSerializer()
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField()
    previous = serializers.CharField(allow_null=True)
    next = serializers.CharField(allow_null=True)
    message_count = serializers.IntegerField()
    topic = serializers.CharField(allow_null=True)
    messages = MessageSerializer(many=True)
    offset = serializers.IntegerField()
    next_messages = serializers.URLField(allow_null=True)
    previous_messages = serializers.URLField(allow_null=True)
    feedback = FeedbackSerializer(many=True)
