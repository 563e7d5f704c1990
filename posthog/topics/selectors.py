"""Reads: the topics of a project, and how the search for them stands."""

from collections.abc import Iterable
from typing import Any

from posthog.common import limits
from posthog.tenancy.models import Project
from posthog.topics import samples
from posthog.topics.models import Centroid, Topic, TopicFit, TopicState


def projects(ids: Iterable[int]) -> list[int]:
    """Those of the projects that still exist."""
    return list(Project.objects.filter(pk__in=list(ids)).values_list("pk", flat=True))


def topic(team_id: int, topic_id: int) -> Topic | None:
    return Topic.objects.filter(project_id=team_id, pk=topic_id).first()


def centroids(team_id: int) -> list[Centroid]:
    """With their topics, in an order that stays."""
    return list(Centroid.objects.filter(topic__project_id=team_id).select_related("topic").order_by("pk"))


def topics(team_id: int, *, hidden: bool = False) -> list[dict[str, Any]]:
    """Pinned ones first, then the largest, with the beginnings of messages that show what they are about."""
    rows = Topic.objects.filter(project_id=team_id)
    found = list(rows if hidden else rows.filter(hidden=False))
    return _shown(team_id, found)


def one(found: Topic) -> dict[str, Any]:
    return _shown(found.project_id, [found])[0]


def fit_status(team_id: int) -> dict[str, Any]:
    """The newest fit ("none" before the first), and how much of what is stored has the labels of the topics as they are now."""
    fit = TopicFit.objects.filter(project_id=team_id).order_by("-pk").first()
    names = ("state", "progress", "by_hand", "created_at", "started_at", "finished_at", "error", "topics", "messages")
    status = {name: getattr(fit, name) for name in names} if fit else {**dict.fromkeys(names), **_NONE}
    return status | {"labelled": labelled(team_id)}


_NONE = {"state": "none", "progress": 0.0, "by_hand": False, "error": ""}


def labelled(team_id: int) -> float:
    """1 when all stored messages have the labels of the topics as they are now; less while these are being written."""
    state = TopicState.objects.filter(pk=team_id).first()
    return 1.0 if state is None or state.labelled_version == state.version else min(state.labelled_progress, 0.99)


def unlabelled() -> list[TopicState]:
    """Projects whose stored messages have labels of earlier topics."""
    return [state for state in TopicState.objects.order_by("pk") if state.labelled_version < state.version]


def _shown(team_id: int, found: list[Topic]) -> list[dict[str, Any]]:
    sizes = samples.sizes(team_id) if found and labelled(team_id) >= 1 else None
    texts = samples.texts(team_id, [message_id for topic in found for message_id in topic.examples])
    shown = [
        {
            "id": topic.pk,
            "name": topic.name,
            "size": topic.size if sizes is None or topic.hidden else sizes.get(topic.name, 0),
            "pinned": topic.pinned,
            "hidden": topic.hidden,
            "terms": topic.terms,
            "examples": [
                {"message_id": message_id, "text": " ".join(texts[message_id].split())[: limits.PREVIEW_LENGTH]}
                for message_id in topic.examples
                if message_id in texts
            ],
            "created_at": topic.created_at,
        }
        for topic in found
    ]
    return sorted(shown, key=lambda topic: (not topic["pinned"], -topic["size"], topic["name"]))
