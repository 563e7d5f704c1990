"""Persons, the ids that applications know them by, and groups. ClickHouse gets a copy of every change from ingestion."""

from django.db import models

from posthog.common import limits
from posthog.tenancy.models import Project


class Person(models.Model):
    """id is made from the first distinct id seen (world.person_id_for), so that a replay makes the same person."""

    id = models.UUIDField(primary_key=True, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    properties = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    is_identified = models.BooleanField(default=False)
    # Grows with each change; ClickHouse keeps the row with the highest.
    version = models.PositiveBigIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["project", "-created_at", "id"], name="persons_newest_first")]

    def __str__(self) -> str:
        return str(self.id)


class PersonDistinctId(models.Model):
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    distinct_id = models.CharField(max_length=limits.DISTINCT_ID_LENGTH)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="distinct_id_rows")
    # Grows each time the id moves to another person.
    version = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "distinct_id"], name="one_person_per_distinct_id")]

    def __str__(self) -> str:
        return self.distinct_id


class GroupType(models.Model):
    """A kind of group (organization, workspace); its index says which `$group_<index>` column holds its keys."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    group_type = models.CharField(max_length=limits.GROUP_TYPE_LENGTH)
    group_type_index = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "group_type"], name="one_index_per_group_type"),
            models.UniqueConstraint(fields=["project", "group_type_index"], name="one_group_type_per_index"),
        ]

    def __str__(self) -> str:
        return self.group_type


class Group(models.Model):
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    group_type_index = models.PositiveSmallIntegerField()
    group_key = models.CharField(max_length=limits.GROUP_KEY_LENGTH)
    properties = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    version = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "group_type_index", "group_key"], name="one_group_per_key")]

    def __str__(self) -> str:
        return self.group_key


class AppliedBatch(models.Model):
    """The newest batch of events applied to a project's people, per lane of ingestion, with its results.

    Written in the transaction that changes the people, and read when the same batch comes again after a crash: it then gets the very same
    results instead of being applied to people that it has changed already.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    lane = models.CharField(max_length=32)
    token = models.CharField(max_length=200)
    results = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "lane"], name="one_applied_batch_per_lane")]

    def __str__(self) -> str:
        return self.token
