"""Events that could not be taken through the stages."""

from django.db import models
from django.db.models import Q


class DeadLetter(models.Model):
    """One event, kept whole: `payload` is a log entry with this event alone, so that replaying it is appending it."""

    # 0 when the project is not known. No foreign key: the event is kept whatever became of its project.
    project_id = models.BigIntegerField()
    log_id = models.CharField(max_length=100, unique=True)
    uuid = models.CharField(max_length=64, blank=True)
    event = models.CharField(max_length=200, blank=True)
    stage = models.CharField(max_length=40)
    reason = models.TextField()
    payload = models.BinaryField()
    attempts = models.PositiveIntegerField(default=1)
    # When the client's request was received, and when the event was given up.
    received_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)
    replayed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["project_id", "created_at"], name="dead_letters_open", condition=Q(replayed_at=None))]

    def __str__(self) -> str:
        return f"{self.pk} {self.stage}: {self.reason}"
