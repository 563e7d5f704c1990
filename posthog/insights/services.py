"""Writes: saved insights."""

from __future__ import annotations

from typing import Any

from posthog.common.time import utc_now
from posthog.insights.models import Insight
from posthog.insights.schema import described
from posthog.tenancy.models import Project, User


def create(project: Project, user: User, fields: dict[str, Any]) -> Insight:
    return Insight.objects.create(
        project=project, created_by=user, last_modified_by=user, derived_name=described(fields["query"]), **fields
    )


def update(insight: Insight, user: User, fields: dict[str, Any]) -> Insight:
    for name, value in fields.items():
        setattr(insight, name, value)
    insight.derived_name = described(insight.query)
    insight.last_modified_at, insight.last_modified_by = utc_now(), user
    insight.save()
    return insight


def viewed(insight: Insight) -> None:
    Insight.objects.filter(pk=insight.pk).update(last_viewed_at=utc_now())
