"""Topics of a project, the directions that stand for them, and the jobs that find them."""

import numpy as np
from django.db import models

from posthog.clickhouse.embeddings import Vectors
from posthog.common import limits
from posthog.tenancy.models import Project


class Topic(models.Model):
    """terms: words it was named from, before a person named it. size: user messages that had it when they were last counted."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=limits.TOPIC_NAME_LENGTH)
    named_by_hand = models.BooleanField(default=False)
    pinned = models.BooleanField(default=False)
    hidden = models.BooleanField(default=False)
    # Another topic was merged into it.
    merged = models.BooleanField(default=False)
    terms = models.JSONField(default=list)
    size = models.PositiveIntegerField(default=0)
    examples = models.JSONField(default=list)  # message ids
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "name"], name="one_topic_per_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_kept(self) -> bool:
        """Whether people did something with it: such a topic stays when its messages are gone from the newest."""
        return self.named_by_hand or self.pinned or self.hidden or self.merged


class Centroid(models.Model):
    """A direction whose surroundings belong to a topic. A topic has one, and one more of each topic merged into it."""

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="centroids")
    vector = models.BinaryField()
    threshold = models.FloatField()  # cosine similarity from which a message belongs here

    def __str__(self) -> str:
        return f"{self.topic}, from {self.threshold:.2f}"

    @property
    def unit(self) -> Vectors:
        """(384,), length 1."""
        return np.frombuffer(bytes(self.vector), dtype=np.float32)


class TopicState(models.Model):
    """version: counts changes of a project's topics. labelled_version: of the topics that all stored messages have by now."""

    project = models.OneToOneField(Project, on_delete=models.CASCADE, primary_key=True, related_name="+")
    version = models.PositiveIntegerField(default=0)
    labelled_version = models.PositiveIntegerField(default=0)
    labelled_progress = models.FloatField(default=0.0)  # of the rewriting under way, 0 to 1
    fitted_at = models.DateTimeField(null=True)
    fitted_messages = models.PositiveIntegerField(default=0)  # user messages there were at the last fit

    def __str__(self) -> str:
        return f"topics of {self.project_id}, version {self.version}"


class TopicFit(models.Model):
    """One search for topics. The row is the job: what is queued, or runs without a sign of life, is taken up by any worker."""

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    by_hand = models.BooleanField(default=False)
    progress = models.FloatField(default=0.0)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    alive_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    error = models.TextField(default="")
    topics = models.PositiveIntegerField(null=True)
    messages = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project"], condition=models.Q(state__in=["queued", "running"]), name="one_fit_at_a_time")
        ]

    def __str__(self) -> str:
        return f"fit {self.pk} of project {self.project_id}: {self.state}"
