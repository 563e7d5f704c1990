"""Work on topics, as the tables say that it is to be done: fits that are due or asked for, then labels of what is stored."""

import threading

from posthog.common import limits, redis
from posthog.ingestion import project_labels
from posthog.ingestion.exclusive import Stopped, exclusively
from posthog.topics import fits, selectors, services

_DUE = "topics:due"
_PASSES = 3


def work(stopping: threading.Event) -> int:
    """Do what is to be done now. Returns the number of fits and of projects whose stored messages were gone through."""
    done = 0
    try:
        if redis.client().set(_DUE, 1, nx=True, ex=limits.TOPIC_DUE_SECONDS):
            _request_due()
        while not stopping.is_set() and (fit := fits.claim()):
            fits.run(fit)
            done += 1
        for state in selectors.unlabelled():
            done += _label(state.pk, state.version, stopping)
    except Stopped:
        pass
    return done


def _request_due() -> None:
    for team_id in fits.due():
        try:
            fits.request(team_id)
        except fits.FitRefused:
            continue


def _label(team_id: int, version: int, stopping: threading.Event) -> int:
    """Give what is stored the labels of the topics of this version, until there is nothing left to change."""
    with exclusively(f"topics:{team_id}:labelling", stopping) as step:
        if step is None:
            return 0

        def report(done: float) -> None:
            step()
            services.note_labelling(team_id, version, min(done, 0.99))

        # A batch that was on its way meanwhile may have brought labels of before: a second pass finds them.
        for _ in range(_PASSES):
            if not project_labels.refresh(team_id, report):
                break
        services.note_labelling(team_id, version, 1.0)
    return 1
