"""Work on own labels, as the tables say that it is to be done: weights for a new model, then labels of what is stored."""

import logging
import threading
from collections.abc import Callable

from posthog.classifiers import service
from posthog.classifiers.service import ModelUnavailable
from posthog.conversations import erasure
from posthog.ingestion import project_labels
from posthog.ingestion.exclusive import Stopped, exclusively
from posthog.own_labels import services
from posthog.own_labels.models import OwnLabelState

logger = logging.getLogger(__name__)


def work(stopping: threading.Event) -> int:
    """Do what is to be done now. Returns the number of projects whose stored messages were gone through. Raises StoreUnavailable."""
    if not service.label_version():
        return 0
    try:
        services.retrain_outdated()
    except ModelUnavailable as error:
        logger.warning("own labels have to wait: %s", error)
    try:
        return sum(_apply(state, stopping) for state in services.waiting()) + sum(
            _settle(state, stopping) for state in services.unsettled()
        )
    except Stopped:
        return 0


def _apply(state: OwnLabelState, stopping: threading.Event) -> int:
    """Give what is stored the labels of this version."""
    total = project_labels.size(state.pk)
    if not _refresh(state, stopping, lambda done: services.note_progress(state, min(done, 0.99), total)):
        return 0
    # Whatever the cache was told meanwhile by a batch that had read the store before is forgotten.
    erasure.advance(state.pk)
    services.note_applied(state)
    return 1


def _settle(state: OwnLabelState, stopping: threading.Event) -> int:
    """Once more, for batches that were on their way when the label changed."""
    if not _refresh(state, stopping, lambda done: None):
        return 0
    services.note_settled(state)
    return 1


def _refresh(state: OwnLabelState, stopping: threading.Event, progress: Callable[[float], None]) -> bool:
    """Whether it was done here: False while another worker does it."""
    with exclusively(f"own_labels:{state.pk}:applying", stopping) as step:
        if step is None:
            return False

        def report(done: float) -> None:
            step()
            progress(done)

        project_labels.refresh(state.pk, report)
    return True
