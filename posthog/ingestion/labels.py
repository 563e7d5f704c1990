"""The labels stage: each distinct message is read by the models once, within a time budget; what is left is labelled afterwards.

Labels never block and never lose an event: without a model, past the budget, or after a failure the event goes in without them, and the
catch-up (backlog.py) adds them.
"""

import logging
import math
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings

from posthog.classifiers import service
from posthog.classifiers.service import ModelUnavailable, Text
from posthog.clickhouse.labels import LABEL_VERSION
from posthog.common import limits
from posthog.conversations.roles import ASSISTANT, USER
from posthog.conversations.services import StoredLabels, known_messages
from posthog.conversations.turns import Turn, speakers
from posthog.ingestion import label_providers, shared_labels
from posthog.ingestion.events import Event, MessageKey, NewMessage, Work
from posthog.ingestion.label_values import as_labels, given_by_client
from posthog.ingestion.metrics import CLASSIFIED, LABEL_CACHE, UNLABELLED, UNREADABLE

logger = logging.getLogger(__name__)
JUDGED_ROLES = (USER, ASSISTANT)
Said = tuple[str, str]  # role, spoken words
# What a model that works can read.
_PLAIN: Mapping[MessageKey, Said] = {(0, UUID(int=0)): (USER, "Where is my order?")}


class Breaker:
    """Remembers for a while that the model failed, so that not every batch waits for it to fail again."""

    def __init__(self) -> None:
        self._closed_at = float("-inf")
        self._lock = threading.Lock()

    @property
    def is_open(self) -> bool:
        return time.monotonic() < self._closed_at

    def trip(self) -> None:
        with self._lock:
            self._closed_at = time.monotonic() + limits.LABEL_BREAKER_SECONDS

    def reset(self) -> None:
        with self._lock:
            self._closed_at = float("-inf")


breaker = Breaker()


def label(work: Work, progress: Callable[[], object]) -> None:
    """Fill message_labels and messages (the new ones), and the labels of each event."""
    _find_known(work)
    deadline = time.monotonic() + limits.LABEL_SECONDS_PER_BATCH
    waiting = sorted(
        (key for key in work.messages if needs_labels(work.messages[key].role)),
        key=lambda key: (work.messages[key].historical, work.messages[key].position),
    )
    live = [key for key in waiting if not work.messages[key].historical]
    _classify_new(work, _alike(live, work.messages), deadline, progress)
    for event in work.live:
        event.labels = _of_event(event, work.message_labels)
    new = [key for key, message in work.messages.items() if needs_labels(message.role) and key not in work.message_labels]
    work.unlabelled += len(new)


def needs_labels(role: str) -> bool:
    return role in JUDGED_ROLES


def read(messages: Mapping[MessageKey, Said], by: str, deadline: float = math.inf) -> dict[MessageKey, StoredLabels] | None:
    """Labels of messages, those of their projects included. by: who asks, for the metric. Otherwise as classify."""
    judged = classify(messages, deadline)
    if judged is None:
        return None
    CLASSIFIED.labels(by).inc(len(judged))
    given = label_providers.add([(key[0], messages[key][0]) for key in judged], list(judged.values()))
    return dict(zip(judged, given, strict=True))


def classify(messages: Mapping[MessageKey, Said], deadline: float = math.inf) -> dict[MessageKey, StoredLabels] | None:
    """What the model says of messages; None when they must wait: no model, labels switched off, or the breaker is open.

    A message that the model fails on has no labels, but their version, so that neither it nor others wait for ever. After a failure
    messages may be missing: those for which no time was left.
    """
    version = service.label_version() if settings.LABELS_ENABLED and not breaker.is_open else ""
    if not version:
        return None
    try:
        return _judged(messages, version)
    except Exception as error:  # the model's runtime raises many kinds; none may stop events
        if _model_fails(error):
            return None
    return _one_by_one(messages, version, deadline)


def of_turns(turns: Iterable[Turn], labels: Callable[[Turn], StoredLabels | None]) -> dict[str, Any]:
    """Labels of an event from those of its speakers; with `$label_version` once each of them is labelled."""
    found = [labels(turn) for turn in speakers(turns) if turn]
    combined: dict[str, Any] = {}
    for one in found:
        combined |= one.labels if one else {}
    if found and all(one and one.label_version for one in found):
        combined[LABEL_VERSION] = next(one.label_version for one in found if one)
    return combined


def _find_known(work: Work) -> None:
    """Split the batch's messages into those with a row in the store and new ones."""
    found: dict[MessageKey, NewMessage] = {}
    for event in work.live:
        for message in event.content.messages if event.content else ():
            key = (event.project_id, message.message_id)
            if key not in found:
                found[key] = NewMessage(
                    event.position,
                    message.message_id,
                    message.role,
                    message.content,
                    message.spoken,
                    event.created_at,
                    event.envelope.historical,
                )
    known = _known(found)
    LABEL_CACHE.labels("hit").inc(len(known))
    LABEL_CACHE.labels("miss").inc(len(found) - len(known))
    work.message_labels.update(known)
    work.messages.update({key: message for key, message in found.items() if key not in known})
    versions = [labels.label_version for key, labels in known.items() if needs_labels(found[key].role)]
    work.unlabelled += versions.count("")
    current = service.label_version()
    work.outdated += sum(1 for version in versions if version and current and version != current)


def _alike(keys: Sequence[MessageKey], messages: Mapping[MessageKey, NewMessage]) -> list[MessageKey]:
    """About the same order; texts of similar length that are near each other come together, since they share a pass of the model."""
    size = limits.LABEL_WINDOW
    windows = (keys[start : start + size] for start in range(0, len(keys), size))
    return [key for window in windows for key in sorted(window, key=lambda key: len(messages[key].spoken))]


def _known(keys: Iterable[MessageKey]) -> dict[MessageKey, StoredLabels]:
    by_project = defaultdict(list)
    for project_id, message_id in keys:
        by_project[project_id].append(message_id)
    return {
        (project_id, message_id): labels
        for project_id, ids in by_project.items()
        for message_id, labels in known_messages(project_id, ids).items()
    }


def _classify_new(work: Work, keys: Sequence[MessageKey], deadline: float, progress: Callable[[], object]) -> None:
    version = service.label_version()
    size = 1 if work.watch.careful else limits.LABEL_CHUNK
    took = 0.0  # seconds of the last chunk: another one is begun only if it will probably end in time
    elsewhere: list[MessageKey] = []  # read by another batch at this moment
    cause = ""
    for start in range(0, len(keys), size):
        began = time.monotonic()
        if cause := "budget" if began + took > deadline else "":
            break
        chunk = _watched(work, keys[start : start + size])
        mine, shared = shared_labels.claim(chunk, version)
        work.message_labels.update(shared)
        elsewhere += [key for key in chunk if key not in shared and key not in mine]
        if not _read(work, mine, version, deadline):
            cause = "model"
            break
        took = time.monotonic() - began if mine else took
        progress()
    work.message_labels.update(shared_labels.wait(elsewhere, version, deadline, progress))
    left = sum(1 for key in keys if key not in work.message_labels)
    if left:
        UNLABELLED.labels(cause or "budget").inc(left)


def _read(work: Work, keys: Sequence[MessageKey], version: str, deadline: float) -> bool:
    """Let the model read messages that this batch has claimed. False when labels have to wait."""
    found = read({key: (work.messages[key].role, work.messages[key].spoken) for key in keys}, "ingestion", deadline)
    labels = found or {}
    shared_labels.share(labels, version)
    shared_labels.release([key for key in keys if key not in labels], version)
    work.message_labels.update(labels)
    return found is not None


def _judged(messages: Mapping[MessageKey, Said], version: str) -> dict[MessageKey, StoredLabels]:
    found = service.classify([Text("user" if role == USER else "assistant", spoken) for role, spoken in messages.values()])
    return {
        key: StoredLabels(
            as_labels(service.event_labels("user" if role == USER else "agent", labels)), version, labels.language, labels.embedding
        )
        for (key, (role, _)), labels in zip(messages.items(), found, strict=True)
    }


def _one_by_one(messages: Mapping[MessageKey, Said], version: str, deadline: float) -> dict[MessageKey, StoredLabels]:
    """Find the messages that the model fails on, until the deadline."""
    found: dict[MessageKey, StoredLabels] = {}
    for key, said in messages.items():
        if time.monotonic() >= deadline:
            break
        try:
            found |= _judged({key: said}, version)
        except Exception as error:
            if _model_fails(error):
                break
            found[key] = StoredLabels({}, version, "")
            UNREADABLE.inc()
            # Without the error's words, which may be those of the message.
            logger.warning("message %s of project %d gets no labels: %s", key[1], key[0], type(error).__name__)
    return found


def _model_fails(error: Exception) -> bool:
    """Whether the model itself is what failed, and not a text that it was given. Then it is left alone for a while."""
    if not isinstance(error, ModelUnavailable):
        try:
            _judged(_PLAIN, "")
            return False
        except Exception as plain:
            error = plain
    breaker.trip()
    logger.warning("labels have to wait: %s: %s", type(error).__name__, error)
    return True


def _watched(work: Work, keys: Sequence[MessageKey]) -> Sequence[MessageKey]:
    """The messages that may be read: not those of an event that killed workers."""
    if not work.watch.careful:
        return keys
    by_position = {event.position: event for event in work.events}
    for key in keys:
        work.watch.touch("labels", by_position[work.messages[key].position])
    return [key for key in keys if by_position[work.messages[key].position].fate is None]


def _of_event(event: Event, labels: dict[MessageKey, StoredLabels]) -> dict[str, Any]:
    computed = of_turns(event.turns, lambda turn: labels.get((event.project_id, turn.message_id)))
    return computed | given_by_client(event.properties)
