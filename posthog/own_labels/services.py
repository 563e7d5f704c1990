"""Writes: labels are made, changed, deleted, trained again; and the question that ingestion asks."""

import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from posthog.classifiers import service
from posthog.clickhouse.embeddings import Vectors
from posthog.common import apart, limits, redis
from posthog.definitions.models import PropertyDefinition
from posthog.own_labels import heads, tasks, texts, training
from posthog.own_labels.models import Example, OwnLabel, OwnLabelState
from posthog.own_labels.training import Figures, Head
from posthog.rest.errors import InvalidInput
from posthog.tenancy.models import User

_NO_SLUG = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Wish:
    """What a label is to be: texts that have it, and some that have not."""

    speaker: str
    examples: Sequence[str]
    counter_examples: Sequence[str] = ()


@dataclass(frozen=True)
class Trained:
    """background: other messages of the project that it was trained and tested against."""

    head: Head
    figures: Figures
    background: int
    model: str
    seconds: float


def train(team_id: int, wish: Wish) -> Trained:
    """Raises InvalidInput for examples that cannot be learnt from, ModelUnavailable, apart.Failed, ClickHouseError."""
    began = time.monotonic()
    check(wish)
    model = service.label_version()
    said = {*wish.examples, *wish.counter_examples}
    background = texts.sample(team_id, wish.speaker, said)
    counter = texts.embed(wish.counter_examples)
    if len(counter) + len(background) < limits.OWN_LABEL_EXAMPLES_LEAST:
        raise InvalidInput(
            f"counter_examples: the project has {len(background)} other messages to tell the label from; give counter-examples "
            f"until there are {limits.OWN_LABEL_EXAMPLES_LEAST} together",
            "counter_examples",
        )
    others = np.concatenate([counter, background])
    head, figures = apart.call(training.train, texts.embed(wish.examples), others, seconds=limits.OWN_LABEL_TRAINING_SECONDS)
    return Trained(head, figures, len(background), model, time.monotonic() - began)


def check(wish: Wish) -> None:
    """Raises InvalidInput when there are too few or too many examples, or one stands on both sides."""
    least, most = limits.OWN_LABEL_EXAMPLES_LEAST, limits.OWN_LABEL_EXAMPLES
    if len(wish.examples) < least:
        raise InvalidInput(f"examples: at least {least} different texts are needed, {len(wish.examples)} were given", "examples")
    for field, given in (("examples", wish.examples), ("counter_examples", wish.counter_examples)):
        if len(given) > most:
            raise InvalidInput(f"{field}: at most {most:,} texts are taken, {len(given):,} were given", field)
    both = next((text for text in wish.counter_examples if text in set(wish.examples)), None)
    if both is not None:
        raise InvalidInput(f"counter_examples: {both[:80]!r} is also one of the examples", "counter_examples")


def create(team_id: int, name: str, wish: Wish, user: User | None) -> OwnLabel:
    """Raises as train does."""
    slug = slug_of(name)
    _check_room(team_id, slug, name)
    trained = train(team_id, wish)
    with changing(team_id) as version:
        _check_room(team_id, slug, name)
        fields = _fields(trained) | {"speaker": wish.speaker, "version": version}
        label = OwnLabel.objects.create(project_id=team_id, name=name.strip(), slug=slug, created_by=user, **fields)
        _store_examples(label, wish)
        _define(label)
    return label


def change(label: OwnLabel, name: str | None = None, wish: Wish | None = None) -> OwnLabel:
    """Another name (the properties keep theirs), or trained anew. Raises as create does, and InvalidInput for a label deleted meanwhile."""
    renamed = {} if name is None else _renamed(label, name)
    if wish is None:
        return _write(label, renamed)
    trained = train(label.project_id, wish)
    with changing(label.project_id) as version:
        _write(label, renamed | _fields(trained) | {"version": version})
        label.examples.all().delete()
        _store_examples(label, wish)
    return label


def _renamed(label: OwnLabel, name: str) -> dict[str, Any]:
    _check_name(label.project_id, slug_of(name), name, apart_from=label)
    return {"name": name.strip()}


def _write(label: OwnLabel, fields: dict[str, Any], **unchanged: Any) -> OwnLabel:
    """Only these fields: while it was trained, the label may have got another name or been deleted. Raises InvalidInput."""
    rows = OwnLabel.objects.filter(pk=label.pk, deleted=False, **unchanged)
    if not rows.update(**fields, updated_at=timezone.now()):
        raise InvalidInput("the label was deleted or trained by someone else meanwhile")
    label.refresh_from_db()
    return label


def delete(label: OwnLabel) -> None:
    """New messages do not get it any more; the worker takes it from stored ones."""
    with changing(label.project_id) as version:
        label.deleted, label.version = True, version
        label.save(update_fields=["deleted", "version", "updated_at"])
        PropertyDefinition.objects.filter(project_id=label.project_id, name__in=label.properties).delete()


def retrain_outdated() -> int:
    """Train labels again whose weights are for another model's embeddings. Returns how many. Raises ModelUnavailable, ClickHouseError."""
    model, done = service.label_version(), 0
    for label in OwnLabel.objects.filter(deleted=False).exclude(model=model) if model else ():
        if not redis.client().set(f"own_labels:retrained:{label.pk}", 1, nx=True, ex=limits.OWN_LABEL_RETRAIN_SECONDS):
            continue
        try:
            _retrain(label)
        except InvalidInput:  # too few messages are left, and the weights stay unused; or people changed the label meanwhile
            continue
        done += 1
    return done


def _retrain(label: OwnLabel) -> None:
    """New weights from the same examples; where people train it with others meanwhile, theirs stand."""
    trained = train(label.project_id, wish_of(label))
    with changing(label.project_id) as version:
        _write(label, _fields(trained) | {"version": version}, version=label.version)


def wish_of(label: OwnLabel) -> Wish:
    rows = list(label.examples.order_by("pk"))
    return Wish(label.speaker, [row.text for row in rows if not row.counter], [row.text for row in rows if row.counter])


def values(team_id: int, roles: Sequence[str], embeddings: Vectors) -> list[dict[str, Any]]:
    """Own labels of messages of a project, from their roles and unit vectors (n, 384), in order."""
    return heads.current(team_id).labels(["user" if role == "user" else "agent" for role in roles], embeddings)


def owned(team_id: int) -> list[str]:
    """Names of all labels that messages of the project may have from here, those of deleted labels included."""
    return [name for label in OwnLabel.objects.filter(project_id=team_id) for name in label.properties]


def waiting() -> list[OwnLabelState]:
    """Projects of which stored messages do not have the labels as they are now."""
    return list(OwnLabelState.objects.filter(applied_version__lt=F("version")).order_by("pk"))


def unsettled() -> list[OwnLabelState]:
    """Projects whose stored messages have the labels as they are now, apart from those that were on their way meanwhile."""
    before = timezone.now() - timedelta(seconds=limits.OWN_LABEL_SETTLE_SECONDS)
    rows = OwnLabelState.objects.filter(applied_version=F("version"), settled_version__lt=F("version"), changed_at__lte=before)
    return list(rows.order_by("pk"))


def note_progress(state: OwnLabelState, progress: float, total: int) -> None:
    """The rewriting of stored labels for the version of this state has come so far."""
    OwnLabelState.objects.filter(pk=state.pk, version=state.version).update(progress=progress, total=total)


def note_applied(state: OwnLabelState) -> None:
    """All stored messages have the labels of the version of this state."""
    rows = OwnLabelState.objects.filter(pk=state.pk, version=state.version)
    rows.update(applied_version=state.version, progress=1.0, changed_at=timezone.now())


def note_settled(state: OwnLabelState) -> None:
    """Nothing with labels of before can come any more."""
    with transaction.atomic():
        if OwnLabelState.objects.filter(pk=state.pk, version=state.version).update(settled_version=state.version):
            OwnLabel.objects.filter(project_id=state.pk, deleted=True, version__lte=state.version).delete()


@contextmanager
def changing(team_id: int) -> Iterator[int]:
    """A transaction in which the project's labels become others: new messages get them at once, stored ones from the worker."""
    with transaction.atomic():
        OwnLabelState.objects.get_or_create(pk=team_id)
        OwnLabelState.objects.filter(pk=team_id).update(version=F("version") + 1, progress=0.0)
        version = OwnLabelState.objects.values_list("version", flat=True).get(pk=team_id)
        yield version
    heads.publish(team_id, version)
    tasks.remind()


def slug_of(name: str) -> str:
    """The name as part of a property's name: small letters, digits, underscores. Raises InvalidInput when nothing is left."""
    slug = _NO_SLUG.sub("_", name.lower()).strip("_")
    if not slug or slug.endswith("_score"):
        raise InvalidInput(f"name: {name!r} needs a Latin letter or digit, and may not end in 'score', to become a property's name", "name")
    return slug


def _check_room(team_id: int, slug: str, name: str) -> None:
    _check_name(team_id, slug, name)
    if OwnLabel.objects.filter(project_id=team_id, deleted=False).count() >= limits.OWN_LABELS:
        raise InvalidInput(f"name: a project has at most {limits.OWN_LABELS} own labels: delete one first", "name")


def _check_name(team_id: int, slug: str, name: str, apart_from: OwnLabel | None = None) -> None:
    if len(name) > limits.OWN_LABEL_NAME_LENGTH:
        raise InvalidInput(f"name: at most {limits.OWN_LABEL_NAME_LENGTH} characters are taken", "name")
    taken = OwnLabel.objects.filter(project_id=team_id, deleted=False, slug=slug)
    if (taken.exclude(pk=apart_from.pk) if apart_from else taken).exists():
        raise InvalidInput(f"name: the project has a label whose properties are called {slug!r} already", "name")


def _fields(trained: Trained) -> dict[str, Any]:
    figures, head = trained.figures, trained.head
    return {
        "weights": head.weights.tobytes(),
        "bias": head.bias,
        "threshold": head.threshold,
        "model": trained.model,
        "true_positives": figures.true_positives,
        "false_positives": figures.false_positives,
        "false_negatives": figures.false_negatives,
        "folds": figures.folds,
        "background": trained.background,
    }


def _store_examples(label: OwnLabel, wish: Wish) -> None:
    rows = [Example(label=label, text=text) for text in wish.examples]
    rows += [Example(label=label, text=text, counter=True) for text in wish.counter_examples]
    Example.objects.bulk_create(rows)


def _define(label: OwnLabel) -> None:
    """Pickers offer the properties before the first message has them."""
    rows = [PropertyDefinition(project_id=label.project_id, name=name, property_type="Numeric") for name in label.properties]
    PropertyDefinition.objects.bulk_create(rows, ignore_conflicts=True)
