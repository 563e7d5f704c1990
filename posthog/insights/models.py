"""Saved insights."""

import secrets
import string

from django.conf import settings
from django.db import models

from posthog.tenancy.models import Project

_LETTERS = string.ascii_letters + string.digits


def new_short_id() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(8))


class Insight(models.Model):
    """A query with a name. `query` is kept as it was given; its results are not stored here."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    short_id = models.CharField(max_length=12, default=new_short_id, editable=False)
    name = models.CharField(max_length=400, blank=True, default="")
    description = models.TextField(max_length=4000, blank=True, default="")
    query = models.JSONField()
    # The query's series in words, shown while the insight has no name.
    derived_name = models.CharField(max_length=400, blank=True, default="")
    order = models.IntegerField(null=True, blank=True)
    deleted = models.BooleanField(default=False)
    favorited = models.BooleanField(default=False)
    saved = models.BooleanField(default=False)
    tags = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    last_modified_at = models.DateTimeField(auto_now_add=True)
    last_modified_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    last_viewed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "short_id"], name="one_insight_per_short_id")]
        indexes = [models.Index(fields=["project", "-last_modified_at", "id"], name="insights_newest_first")]

    def __str__(self) -> str:
        return self.name or self.derived_name or self.short_id
