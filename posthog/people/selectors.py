"""Reads: persons of one project."""

import re
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform, KeyTransform

from posthog.common.ids import parse_uuid
from posthog.people.models import Person, PersonDistinctId
from posthog.people.schema import PersonSummary
from posthog.tenancy.models import DISPLAY_NAME_PROPERTIES, Project

# Property values offered when a filter is being written.
_SUGGESTIONS = 25
# Anonymous ids of SDKs: UUIDs, and five groups of hexadecimal digits from older ones.
_MADE_BY_SDK = re.compile(r"[0-9a-f]+(?:-[0-9a-f]+){4}", re.IGNORECASE)


def by_ids(team_id: int, ids: Iterable[UUID]) -> dict[UUID, PersonSummary]:
    """Summaries of the persons that exist; a merged or unknown id is missing from the answer."""
    return {summary.id: summary for summary in summaries(team_id, persons(team_id).filter(id__in=set(ids)))}


def by_distinct_ids(team_id: int, distinct_ids: Iterable[str]) -> dict[str, UUID]:
    """Whom each distinct id belongs to now; ids without a person are missing from the answer."""
    rows = PersonDistinctId.objects.filter(project_id=team_id, distinct_id__in=set(distinct_ids))
    return dict(rows.values_list("distinct_id", "person_id"))


def summaries(team_id: int, rows: Iterable[Person]) -> list[PersonSummary]:
    """Summaries in the order of rows. Distinct ids that an application chose stand before those that an SDK made up."""
    people = list(rows)
    names = display_properties(team_id)
    ids: dict[UUID, list[str]] = {person.id: [] for person in people}
    for row in PersonDistinctId.objects.filter(project_id=team_id, person_id__in=ids).order_by("id"):
        ids[row.person_id].append(row.distinct_id)
    for mine in ids.values():
        mine.sort(key=lambda one: _MADE_BY_SDK.fullmatch(one) is not None)
    return [
        PersonSummary(
            person.id,
            ids[person.id],
            person.properties,
            person.created_at,
            person.is_identified,
            display_name(names, person.properties, ids[person.id]),
        )
        for person in people
    ]


def persons(team_id: int) -> QuerySet[Person]:
    """Newest first."""
    return Person.objects.filter(project_id=team_id).order_by("-created_at", "id")


def matching(team_id: int, *, search: str = "", distinct_id: str = "", email: str = "") -> QuerySet[Person]:
    """Persons with this exact distinct id, this exact email, and the search text in a distinct id or a property that names persons."""
    found = persons(team_id)
    if distinct_id:
        found = found.filter(id__in=PersonDistinctId.objects.filter(project_id=team_id, distinct_id=distinct_id).values("person_id"))
    if email:
        found = found.filter(properties__email=email)
    return _mentioning(team_id, found, search) if search else found


def property_values(team_id: int, key: str, containing: str = "") -> list[dict[str, Any]]:
    """The most frequent values of a person property: `[{"name": value, "count": persons}]`."""
    rows = Person.objects.filter(project_id=team_id).annotate(
        value=KeyTransform(key, "properties"), text=KeyTextTransform(key, "properties")
    )
    rows = rows.filter(text__isnull=False)
    if containing:
        rows = rows.filter(text__icontains=containing)
    counted = rows.values("value").annotate(count=Count("id")).order_by("-count", "text")[:_SUGGESTIONS]
    return [{"name": row["value"], "count": row["count"]} for row in counted]


def display_name(names: Sequence[str], properties: dict[str, Any], distinct_ids: Sequence[str]) -> str:
    """First property of names that is not empty, else the first distinct id."""
    for name in names:
        value = properties.get(name)
        if value not in (None, "", [], {}) and not isinstance(value, dict | list):
            return str(value)
    return distinct_ids[0] if distinct_ids else ""


def display_properties(team_id: int) -> list[str]:
    chosen = Project.objects.filter(pk=team_id).values_list("person_display_name_properties", flat=True).first()
    return [name for name in chosen or DISPLAY_NAME_PROPERTIES if isinstance(name, str)]


def _mentioning(team_id: int, rows: QuerySet[Person], search: str) -> QuerySet[Person]:
    holders = PersonDistinctId.objects.filter(project_id=team_id, distinct_id__icontains=search).values("person_id")
    wanted = Q(id__in=holders) | Q(id=parse_uuid(search))
    for number, name in enumerate(display_properties(team_id)):
        rows = rows.annotate(**{f"shown_{number}": KeyTextTransform(name, "properties")})
        wanted |= Q(**{f"shown_{number}__icontains": search})
    return rows.filter(wanted)
