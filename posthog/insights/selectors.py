"""Reads: saved insights of a project."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Q, QuerySet

from posthog.insights.models import Insight
from posthog.tenancy.models import Project, User


def insights(project: Project) -> QuerySet[Insight]:
    """Not deleted, last changed first."""
    found = Insight.objects.filter(project=project, deleted=False)
    return found.select_related("created_by", "last_modified_by").order_by("-last_modified_at", "-id")


def matching(project: Project, user: User, asked: Mapping[str, str]) -> QuerySet[Insight]:
    """The filters of the list: short_id, saved, favorited, user (own ones), created_by, search."""
    found = insights(project)
    if asked.get("short_id"):
        found = found.filter(short_id=asked["short_id"])
    for flag in ("saved", "favorited"):
        if asked.get(flag, "").lower() in ("true", "1"):
            found = found.filter(**{flag: True})
    if "user" in asked:
        found = found.filter(created_by=user)
    if asked.get("created_by", "").isascii() and asked.get("created_by", "").isdigit():
        found = found.filter(created_by=int(asked["created_by"][:18]))
    if asked.get("search"):
        words = asked["search"]
        found = found.filter(Q(name__icontains=words) | Q(derived_name__icontains=words) | Q(description__icontains=words))
    return found


def by_id(project: Project, name: str) -> Insight | None:
    """By number or short id; a deleted insight is found by number only, to bring it back."""
    if name.isascii() and name.isdigit() and len(name) < 18:
        found = Insight.objects.filter(project=project, pk=int(name)).first()
        if found:
            return found
    return insights(project).filter(short_id=name).first()
