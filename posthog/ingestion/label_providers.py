"""Labels that a project gives its messages itself, from their embeddings. A further kind of them is one more row in PROVIDERS."""

import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from posthog.clickhouse.embeddings import Vectors, pack, unpack
from posthog.conversations.roles import USER
from posthog.conversations.services import StoredLabels
from posthog.own_labels import services as own_labels
from posthog.topics import services as topics

logger = logging.getLogger(__name__)
Values = dict[str, Any]


@dataclass(frozen=True)
class Provider:
    """owns: names of all labels that it gives, or gave once, to messages of a project; what it does not give now is taken away.

    labels: of messages of a project, from their roles and unit vectors (n, 384), in order.
    """

    name: str
    owns: Callable[[int], Collection[str]]
    labels: Callable[[int, Sequence[str], Vectors], list[Values]]


def _topics(team_id: int, roles: Sequence[str], embeddings: Vectors) -> list[Values]:
    asked = [row for row, role in enumerate(roles) if role == USER]
    found: list[Values] = [{} for _ in roles]
    for row, topic in zip(asked, topics.assign(team_id, embeddings[asked]), strict=True):
        if topic is not None:
            found[row] = {topics.LABEL: topic.name, topics.SCORE: topic.score}
    return found


PROVIDERS: tuple[Provider, ...] = (
    Provider("topics", lambda team_id: topics.LABELS, _topics),
    Provider("own labels", own_labels.owned, own_labels.values),
)


def owned(team_id: int) -> frozenset[str]:
    """Names of all labels that providers give in the project."""
    return frozenset(name for provider in PROVIDERS for name in provider.owns(team_id))


def labels(team_id: int, roles: Sequence[str], embeddings: Vectors) -> list[Values]:
    """What the project says of messages, from their roles and unit vectors (n, 384)."""
    found: list[Values] = [{} for _ in roles]
    for provider in PROVIDERS:
        for values, given in zip(found, provider.labels(team_id, roles, embeddings), strict=True):
            values |= given
    return found


def add(messages: Sequence[tuple[int, str]], judged: Sequence[StoredLabels]) -> list[StoredLabels]:
    """Labels of messages, given as (project, role), with those of their projects. A failure leaves these out, for the next refresh."""
    answer = list(judged)
    by_team: dict[int, list[int]] = defaultdict(list)
    for row, ((team_id, _), one) in enumerate(zip(messages, judged, strict=True)):
        if one.embedding is not None:
            by_team[team_id].append(row)
    for team_id, rows in by_team.items():
        try:
            # As they are stored, so that a refresh finds the same.
            vectors = unpack([pack(judged[row].embedding) for row in rows])
            found = labels(team_id, [messages[row][1] for row in rows], vectors)
        except Exception as error:  # whatever a project's labels run into, its events go in
            logger.warning("project %d: labels of its own have to wait: %s: %s", team_id, type(error).__name__, error)
            continue
        for row, values in zip(rows, found, strict=True):
            answer[row] = replace(judged[row], labels=judged[row].labels | values)
    return answer
