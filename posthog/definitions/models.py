"""Names that a project's events have used: of events, of properties, and which property was seen with which event."""

from django.conf import settings
from django.db import models

from posthog.common import limits
from posthog.common.ids import uuid7
from posthog.tenancy.models import Project


class Definition(models.Model):
    """What people add to a name that was seen."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    description = models.TextField(blank=True, default="")
    tags = models.JSONField(default=list, blank=True)
    verified = models.BooleanField(default=False)
    verified_at = models.DateTimeField(null=True, editable=False)
    verified_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    hidden = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    last_updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


class EventDefinition(Definition):
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=limits.EVENT_NAME_LENGTH)
    last_seen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "name"], name="one_definition_per_event")]

    def __str__(self) -> str:
        return self.name


class PropertyDefinition(Definition):
    """property_type is empty until a value tells it."""

    class Scope(models.IntegerChoices):
        EVENT = 1
        PERSON = 2
        GROUP = 3

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=limits.PROPERTY_NAME_LENGTH)
    type = models.PositiveSmallIntegerField(choices=Scope.choices, default=Scope.EVENT)
    # -1 for events and persons; null would not take part in the constraint.
    group_type_index = models.SmallIntegerField(default=-1)
    property_type = models.CharField(max_length=20, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "type", "group_type_index", "name"], name="one_definition_per_property"),
        ]

    def __str__(self) -> str:
        return self.name


class EventProperty(models.Model):
    """The property was seen with the event."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    event = models.CharField(max_length=limits.EVENT_NAME_LENGTH)
    property = models.CharField(max_length=limits.PROPERTY_NAME_LENGTH)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "event", "property"], name="one_row_per_event_and_property")]
        indexes = [models.Index(fields=["project", "property"], name="events_of_a_property")]

    def __str__(self) -> str:
        return f"{self.event}: {self.property}"
