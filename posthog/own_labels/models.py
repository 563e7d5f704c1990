"""Labels that a project has defined by examples, and how far stored messages have them."""

import numpy as np
from django.conf import settings
from django.db import models

from posthog.clickhouse.embeddings import Vectors
from posthog.common import limits
from posthog.tenancy.models import Project


class OwnLabel(models.Model):
    """weights: 384 numbers; with bias and threshold they decide. model: label version of the model whose embeddings they are for.

    A deleted label keeps its names until they are gone from all stored messages, also beside a new one of the same name.
    """

    class Speaker(models.TextChoices):
        USER = "user"
        AGENT = "agent"
        BOTH = "both"

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=limits.OWN_LABEL_NAME_LENGTH)
    slug = models.CharField(max_length=limits.OWN_LABEL_NAME_LENGTH)
    speaker = models.CharField(max_length=5, choices=Speaker.choices)
    weights = models.BinaryField()
    bias = models.FloatField()
    threshold = models.FloatField()
    model = models.CharField(max_length=40)
    true_positives = models.PositiveIntegerField()
    false_positives = models.PositiveIntegerField()
    false_negatives = models.PositiveIntegerField()
    folds = models.PositiveIntegerField()
    background = models.PositiveIntegerField()  # other messages of the project that it was trained and tested against
    # The project's version with which this label took its present form.
    version = models.PositiveIntegerField(default=0)
    deleted = models.BooleanField(default=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "slug"], condition=models.Q(deleted=False), name="one_own_label_per_slug")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def row(self) -> Vectors:
        """(384,)"""
        return np.frombuffer(bytes(self.weights), dtype=np.float32)

    @property
    def speakers(self) -> tuple[str, ...]:
        return ("user", "agent") if self.speaker == self.Speaker.BOTH else (self.speaker,)

    @property
    def properties(self) -> list[str]:
        """Names of the event properties that it becomes."""
        return [f"{speaker}_label_{self.slug}{suffix}" for speaker in self.speakers for suffix in ("", "_score")]


class Example(models.Model):
    """A text that has the label, or (counter) one that has not."""

    label = models.ForeignKey(OwnLabel, on_delete=models.CASCADE, related_name="examples")
    text = models.TextField()
    counter = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.text[:80]


class OwnLabelState(models.Model):
    """version: counts changes of a project's labels. applied_version: of the labels that all stored messages have by now.

    settled_version: likewise, with what was on its way into the store when they were given. Until then deleted labels keep their names.
    """

    project = models.OneToOneField(Project, on_delete=models.CASCADE, primary_key=True, related_name="+")
    version = models.PositiveIntegerField(default=0)
    applied_version = models.PositiveIntegerField(default=0)
    settled_version = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(auto_now_add=True)
    progress = models.FloatField(default=0.0)  # of the rewriting under way, 0 to 1
    total = models.PositiveIntegerField(default=0)  # messages and turns to look at

    def __str__(self) -> str:
        return f"own labels of {self.project_id}, version {self.version}"
