"""A fit: from the newest user messages to topics that keep their identity. Its row in TopicFit is the job."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q

from posthog.clickhouse.embeddings import Vectors, stacked
from posthog.common import apart, limits
from posthog.common.time import utc_now
from posthog.topics import discovery, lineage, samples, selectors, services, wording
from posthog.topics.clusters import Found
from posthog.topics.models import Centroid, Topic, TopicFit, TopicState
from posthog.topics.samples import Sample

logger = logging.getLogger(__name__)
State = TopicFit.State
Progress = Callable[[float], object]
_ACTIVE = (State.QUEUED, State.RUNNING)


class FitRefused(Exception):
    """A fit cannot begin now; the text says why. `is_running`: another one is on its way."""

    def __init__(self, why: str, *, is_running: bool = False) -> None:
        super().__init__(why)
        self.is_running = is_running


def request(team_id: int, *, by_hand: bool = False) -> TopicFit:
    """Queue a fit. Raises FitRefused while another is on its way, or when there is too little to find topics in."""
    _check_enough(team_id)
    try:
        with transaction.atomic():
            return TopicFit.objects.create(project_id=team_id, by_hand=by_hand)
    except IntegrityError as error:
        raise FitRefused("topics of this project are being looked for already", is_running=True) from error


def claim() -> TopicFit | None:
    """The oldest fit that nobody works at, marked as ours."""
    now = utc_now()
    lost = Q(state=State.RUNNING, alive_at__lt=now - timedelta(seconds=limits.TOPIC_STALE_SECONDS))
    for fit in TopicFit.objects.filter(Q(state=State.QUEUED) | lost).order_by("pk"):
        mine = TopicFit.objects.filter(pk=fit.pk, state=fit.state, alive_at=fit.alive_at)
        if mine.update(state=State.RUNNING, started_at=fit.started_at or now, alive_at=now, progress=0.0):
            fit.refresh_from_db()
            return fit
    return None


def run(fit: TopicFit) -> TopicFit:
    """Do a claimed fit to its end, which is written into the row: done, or failed with the reason."""
    try:
        found = _fit(fit)
    except Exception as error:  # whatever went wrong is told to those who wait for it
        logger.exception("fit %d of project %d failed", fit.pk, fit.project_id)
        _end(fit, state=State.FAILED, error=_reason(error)[:1_000])
    else:
        _end(fit, state=State.DONE, progress=1.0, topics=found.topics, messages=found.messages)
    fit.refresh_from_db()
    return fit


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, apart.Failed) else f"{type(error).__name__}: {error}"


def due() -> list[int]:
    """Projects that should get a fit without being asked: enough conversations and none yet, much growth, or some growth and a day.

    What failed a moment ago would most likely fail again, and keep a core busy for nothing.
    """
    talked = {team for team, number in samples.conversations().items() if number >= limits.TOPIC_CONVERSATIONS}
    embedded = {team: number for team, number in samples.embedded().items() if team in talked and number >= limits.TOPIC_MESSAGES}
    failed = Q(state=State.FAILED, finished_at__gt=utc_now() - timedelta(seconds=limits.TOPIC_RETRY_SECONDS))
    waiting = set(TopicFit.objects.filter(Q(state__in=_ACTIVE) | failed).values_list("project_id", flat=True))
    states = {state.pk: state for state in TopicState.objects.filter(pk__in=list(embedded))}
    known = set(selectors.projects(embedded))
    return sorted(team for team, number in embedded.items() if team in known - waiting and _is_due(states.get(team), number))


def _is_due(state: TopicState | None, messages: int) -> bool:
    if state is None or state.fitted_at is None:
        return True
    is_old = (utc_now() - state.fitted_at).total_seconds() >= limits.TOPIC_FIT_SECONDS
    return messages >= limits.TOPIC_GROWTH * state.fitted_messages or (is_old and messages > state.fitted_messages)


def _check_enough(team_id: int) -> None:
    talked = samples.conversations(team_id).get(team_id, 0)
    if talked < limits.TOPIC_CONVERSATIONS:
        raise FitRefused(f"topics are found from {limits.TOPIC_CONVERSATIONS} conversations up; this project has {talked}")
    embedded = samples.embedded(team_id).get(team_id, 0)
    if embedded < limits.TOPIC_MESSAGES:
        raise FitRefused(
            f"topics are found from {limits.TOPIC_MESSAGES} different user messages up that the model has read; this project has {embedded}"
        )


@dataclass(frozen=True)
class _Outcome:
    topics: int
    messages: int


def _fit(fit: TopicFit) -> _Outcome:
    progress = _reporter(fit)
    team_id = fit.project_id
    embedded = samples.embedded(team_id).get(team_id, 0)
    newest = samples.newest(team_id)
    made = apart.call(discovery.discover, newest.contents, newest.vectors, _vectors(selectors.centroids(team_id)), report=progress)
    progress(0.9)
    with services.changing(team_id):
        topics = _store(team_id, newest.only(made.rows), made.found, made.terms)
        TopicState.objects.update_or_create(pk=team_id, defaults={"fitted_at": utc_now(), "fitted_messages": embedded})
    return _Outcome(topics, len(newest.ids))


def _reporter(fit: TopicFit) -> Progress:
    def report(done: float) -> None:
        TopicFit.objects.filter(pk=fit.pk).update(progress=done, alive_at=utc_now())

    return report


def _end(fit: TopicFit, **fields: object) -> None:
    TopicFit.objects.filter(pk=fit.pk).update(finished_at=utc_now(), alive_at=utc_now(), **fields)


def _store(team_id: int, sample: Sample, found: Found, terms: Sequence[Sequence[str]]) -> int:
    """Write what was found over what was known. Returns the number of topics."""
    known = selectors.centroids(team_id)
    same = lineage.match(_vectors(known), found.vectors)
    _drop_vanished(team_id, [known[row] for row in same.values()])
    for row, column in same.items():
        _move(known[column], found, row, sample, terms[row])
    room = limits.TOPICS - Topic.objects.filter(project_id=team_id).count()
    fresh = [row for row in range(len(found.vectors)) if row not in same][: max(0, room)]
    taken = Topic.objects.filter(project_id=team_id).values_list("name", flat=True)
    for row, name in zip(fresh, wording.name_all([terms[row] for row in fresh], taken), strict=True):
        topic = Topic(project_id=team_id, name=name)
        _describe(topic, found, row, sample, terms[row])
        Centroid.objects.create(topic=topic, vector=found.vectors[row].tobytes(), threshold=float(found.thresholds[row]))
    return Topic.objects.filter(project_id=team_id).count()


def _drop_vanished(team_id: int, found_again: Sequence[Centroid]) -> None:
    """Topics that were not found again go, but for those that people did something with."""
    kept = {centroid.topic_id for centroid in found_again}
    for topic in Topic.objects.filter(project_id=team_id):
        if topic.pk not in kept and not topic.is_kept:
            topic.delete()


def _move(centroid: Centroid, found: Found, row: int, sample: Sample, terms: Sequence[str]) -> None:
    """The known topic is where its messages are now; its name stays, and a pinned one stays where it was."""
    topic = centroid.topic
    _describe(topic, found, row, sample, terms)
    if not topic.pinned:
        centroid.vector, centroid.threshold = found.vectors[row].tobytes(), float(found.thresholds[row])
        centroid.save()


def _describe(topic: Topic, found: Found, row: int, sample: Sample, terms: Sequence[str]) -> None:
    topic.terms = list(terms)
    topic.size = int((found.members == row).sum())
    topic.examples = [str(sample.ids[position]) for position in found.examples[row]]
    topic.save()


def _vectors(known: Sequence[Centroid]) -> Vectors:
    return stacked([centroid.unit for centroid in known])
