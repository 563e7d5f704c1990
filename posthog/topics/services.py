"""Writes, and the question that ingestion asks: which topic does a message have?"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from posthog.clickhouse.embeddings import Vectors, nearest
from posthog.common import limits
from posthog.rest.errors import InvalidInput
from posthog.topics import centroids
from posthog.topics.models import Centroid, Topic, TopicState

OTHER = "other"  # the topic of what is far from all topics
LABEL, SCORE = "user_topic", "user_topic_score"
LABELS = frozenset({LABEL, SCORE})
_SCORE_DIGITS = 3


@dataclass(frozen=True, slots=True)
class TopicOf:
    """score: cosine similarity to the middle of the nearest topic, -1 to 1."""

    name: str
    score: float


def assign(team_id: int, embeddings: Vectors) -> list[TopicOf | None]:
    """The topic of each message, from unit vectors (n, 384): "other" far from all, None while the project has no topics."""
    now = centroids.current(team_id)
    if not now.names or not len(embeddings):
        return [None] * len(embeddings)
    rows, similarity = nearest(embeddings, now.vectors)
    return [_topic_of(now, int(row), float(score)) for row, score in zip(rows, similarity, strict=True)]


def change(topic: Topic, fields: dict[str, Any]) -> Topic:
    """Rename, pin, hide: what `fields` has of name, pinned, hidden. Raises InvalidInput for a name that is taken."""
    renamed = "name" in fields and fields["name"] != topic.name
    relabels = renamed or fields.get("hidden", topic.hidden) != topic.hidden
    for name, value in fields.items():
        setattr(topic, name, value)
    topic.named_by_hand = topic.named_by_hand or renamed
    _check_name(topic)
    try:
        with changing(topic.project_id) if relabels else transaction.atomic():
            topic.save()
    except IntegrityError as error:
        raise InvalidInput(f"name {topic.name!r} is that of another topic of the project: merge the two instead", "name") from error
    return topic


def merge(topic: Topic, into: Topic) -> Topic:
    """What belonged to `topic` belongs to `into` from now on, also after re-fits."""
    assert topic.project_id == into.project_id
    if topic.pk == into.pk:
        raise InvalidInput("into is the topic itself: name another one", "into")
    with changing(topic.project_id):
        Centroid.objects.filter(topic=topic).update(topic=into)
        into.merged, into.pinned, into.size = True, into.pinned or topic.pinned, into.size + topic.size
        into.save()
        topic.delete()
    return into


@contextmanager
def changing(team_id: int) -> Iterator[None]:
    """A transaction in which the project's topics become others: new messages get them at once, stored ones from the worker."""
    with transaction.atomic():
        yield
        TopicState.objects.get_or_create(pk=team_id)
        TopicState.objects.filter(pk=team_id).update(version=F("version") + 1, labelled_progress=0.0)
        version = TopicState.objects.values_list("version", flat=True).get(pk=team_id)
    centroids.publish(team_id, version)


def note_labelling(team_id: int, version: int, progress: float) -> None:
    """The rewriting of stored labels for this version has come so far; 1: all have it."""
    rows = TopicState.objects.filter(pk=team_id, version=version)
    rows.update(labelled_progress=progress, **({"labelled_version": version} if progress >= 1 else {}))


def _topic_of(now: centroids.Centroids, row: int, score: float) -> TopicOf:
    belongs = score >= now.thresholds[row] and now.names[row]
    return TopicOf(now.names[row] if belongs else OTHER, round(score, _SCORE_DIGITS))


def _check_name(topic: Topic) -> None:
    name = topic.name.strip()
    if not name:
        raise InvalidInput("name is empty", "name")
    if len(name) > limits.TOPIC_NAME_LENGTH:
        raise InvalidInput(f"name is longer than {limits.TOPIC_NAME_LENGTH} characters", "name")
    if name.lower() == OTHER:
        raise InvalidInput(f"name {OTHER!r} stands for messages without a topic: take another one", "name")
    topic.name = name
