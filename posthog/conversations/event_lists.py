"""Events as the classic list gives them: newest first, with the texts that the client sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from posthog.common import json, limits
from posthog.common.ids import parse_uuid
from posthog.common.time import utc_now
from posthog.conversations.restore import restore_texts
from posthog.conversations.schema import number_within
from posthog.conversations.services import labels_of
from posthog.hogql import ast, build, query
from posthog.hogql.context import Context
from posthog.people import selectors as people
from posthog.people.schema import PersonSummary
from posthog.query import dates
from posthog.query.filters import property_to_expr
from posthog.query.schema_shared import Filters
from posthog.rest.errors import InvalidInput
from posthog.tenancy.models import Project

_FILTERS: TypeAdapter[Filters] = TypeAdapter(Filters)
_COLUMNS = (
    "uuid", "event", "properties", "timestamp", "distinct_id", "person_id", "elements_chain", "conversation_id", "message_refs", "labels",
)  # fmt: skip
_ORDERS = {'["-timestamp"]': "DESC", "-timestamp": "DESC", '["timestamp"]': "ASC", "timestamp": "ASC"}


@dataclass(frozen=True)
class EventsWish:
    """conditions: on rows of events. direction: of the timestamp."""

    conditions: tuple[ast.Expr, ...]
    direction: str
    limit: int
    offset: int


def wish(asked: Mapping[str, str], project: Project) -> EventsWish:
    """Raises InvalidInput naming the parameter."""
    conditions: list[ast.Expr] = [build.eq(build.field(name), asked[name]) for name in ("event", "distinct_id") if asked.get(name)]
    if asked.get("person_id"):
        conditions.append(build.eq(build.field("person_id"), _person_id(asked["person_id"])))
    zone, now = ZoneInfo(project.timezone), utc_now()
    for name, compare in (("after", build.gt), ("before", build.lt)):
        if asked.get(name):
            conditions.append(compare(build.field("timestamp"), dates.parse_moment(asked[name], zone, now, name)))
    order = asked.get("orderBy") or "-timestamp"
    if order not in _ORDERS:
        raise InvalidInput('orderBy is ["-timestamp"] or ["timestamp"]', "orderBy")
    expr = property_to_expr(_filters(asked["properties"]), _context(project)) if asked.get("properties") else None
    limit = number_within(asked.get("limit") or str(limits.EVENTS_PAGE), 1, limits.EVENTS_PAGE_MAX, "limit")
    offset = number_within(asked.get("offset") or "0", 0, limits.EVENTS_OFFSET_MAX, "offset")
    return EventsWish((*conditions, *([expr] if expr is not None else [])), _ORDERS[order], limit, offset)


def events(project: Project, wanted: EventsWish) -> list[dict[str, Any]]:
    """Rows in PostHog's shape, one more than the limit where there are more."""
    node = ast.SelectQuery(
        select=[build.field(name) for name in _COLUMNS],
        select_from=build.table("events"),
        where=build.and_(wanted.conditions),
        order_by=[build.order(build.field("timestamp"), wanted.direction), build.order(build.field("uuid"), wanted.direction)],
        limit=wanted.limit + 1,
        offset=wanted.offset,
    )
    found = query.execute(node, _context(project), tag="events_list")
    return _rows(project, [dict(zip(_COLUMNS, row, strict=True)) for row in found.rows])


def following(wanted: EventsWish, rows: list[dict[str, Any]]) -> dict[str, object]:
    """Parameters that the page after these rows has in place of this one's. After the last offset it counts anew from their last moment."""
    offset, last = wanted.offset + wanted.limit, rows[-1]["timestamp"]
    at_last = sum(row["timestamp"] == last for row in rows)
    if offset <= limits.EVENTS_OFFSET_MAX or at_last == len(rows):  # how many of the pages before are of the same moment is not known
        return {"offset": offset}
    moment, tick = datetime.fromisoformat(last), timedelta(microseconds=1)
    return {"offset": at_last} | (
        {"before": (moment + tick).isoformat()} if wanted.direction == "DESC" else {"after": (moment - tick).isoformat()}
    )


def event(project: Project, uuid: UUID) -> dict[str, Any] | None:
    found = events(project, EventsWish((build.eq(build.field("uuid"), uuid),), "DESC", 1, 0))
    return found[0] if found else None


def _rows(project: Project, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    stored = [(json.loads(row["properties"] or "{}"), row["message_refs"]) for row in found]
    properties = restore_texts(project.pk, stored)
    persons = people.by_ids(project.pk, {row["person_id"] for row in found})
    return [_row(row, texts, persons.get(row["person_id"])) for row, texts in zip(found, properties, strict=True)]


def _row(row: dict[str, Any], properties: dict[str, Any], person: PersonSummary | None) -> dict[str, Any]:
    timestamp: datetime = row["timestamp"]
    return {
        "id": str(row["uuid"]),
        "uuid": str(row["uuid"]),
        "distinct_id": row["distinct_id"],
        "properties": properties | labels_of(row["labels"]),
        "event": row["event"],
        "timestamp": timestamp.isoformat(),
        "person": {
            "id": str(row["person_id"]),
            "is_identified": person.is_identified if person else False,
            "distinct_ids": person.distinct_ids if person else [row["distinct_id"]],
            "properties": person.properties if person else {},
        },
        "elements": [],
        "elements_chain": row["elements_chain"],
        "conversation_id": row["conversation_id"] or None,
    }


def _filters(text: str) -> Filters:
    try:
        return _FILTERS.validate_python(json.loads(text))
    except (json.JSONError, ValidationError) as error:
        raise InvalidInput(
            'properties is a JSON list of filters, like [{"key": "model", "value": "small", "type": "event"}]', "properties"
        ) from error


def _person_id(text: str) -> UUID:
    found = parse_uuid(text)
    if found is None:
        raise InvalidInput("person_id is the id of a person, a UUID", "person_id")
    return found


def _context(project: Project) -> Context:
    return Context(team_id=project.pk, timezone=project.timezone)
