"""Reads: the labels of a project, how good they are, and how far history has them."""

from typing import Any

from posthog.common import limits
from posthog.own_labels import texts
from posthog.own_labels.models import OwnLabel, OwnLabelState
from posthog.own_labels.services import Trained, Wish, wish_of
from posthog.own_labels.training import FEW, PRECISION_FLOOR, Figures

_MANY_ENOUGH = 50


def label(team_id: int, label_id: int) -> OwnLabel | None:
    return OwnLabel.objects.filter(project_id=team_id, pk=label_id, deleted=False).first()


def labels(team_id: int) -> list[dict[str, Any]]:
    return [shown(one) for one in OwnLabel.objects.filter(project_id=team_id, deleted=False).select_related("created_by").order_by("name")]


def shown(found: OwnLabel) -> dict[str, Any]:
    counters = found.examples.filter(counter=True).count()
    counted = Figures(found.true_positives, found.false_positives, found.false_negatives, found.folds)
    return {
        "id": found.pk,
        "name": found.name,
        "slug": found.slug,
        "speaker": found.speaker,
        "properties": found.properties,
        "figures": figures(counted, found.examples.count() - counters, counters, found.background),
        "threshold": found.threshold,
        "history": history(found),
        "created_by": found.created_by.email if found.created_by else None,
        "created_at": found.created_at,
        "updated_at": found.updated_at,
    }


def detail(found: OwnLabel) -> dict[str, Any]:
    wish = wish_of(found)
    return shown(found) | {"examples": wish.examples, "counter_examples": wish.counter_examples}


def history(found: OwnLabel) -> dict[str, Any]:
    """How many of the stored messages and turns have been looked at for the label as it is now."""
    state = OwnLabelState.objects.filter(pk=found.project_id).first() or OwnLabelState(pk=found.project_id)
    if state.applied_version >= found.version:
        return {"state": "applied", "progress": 1.0, "done": state.total, "total": state.total}
    name = "applying" if state.progress else "waiting"
    return {"state": name, "progress": state.progress, "done": round(state.progress * state.total), "total": state.total}


def preview(team_id: int, wish: Wish, trained: Trained) -> dict[str, Any]:
    """Figures and the best stored matches. Raises ClickHouseError."""
    head = trained.head
    matches = texts.best(team_id, wish.speaker, head.weights, head.bias, {*wish.examples, *wish.counter_examples})
    return {
        "figures": figures(trained.figures, len(wish.examples), len(wish.counter_examples), trained.background),
        "threshold": head.threshold,
        "seconds": round(trained.seconds, 2),
        "matches": [
            {"message_id": one.message_id, "text": one.text, "score": one.score, "has_label": one.score >= head.threshold}
            for one in matches
        ],
    }


def figures(counted: Figures, examples: int, counter_examples: int, background: int) -> dict[str, Any]:
    names = ("precision", "recall", "true_positives", "false_positives", "false_negatives", "folds")
    return {name: getattr(counted, name) for name in names} | {
        "examples": examples,
        "counter_examples": counter_examples,
        "background": background,
        "note": _note(counted, examples, counter_examples + background),
    }


def _note(counted: Figures, examples: int, others: int) -> str:
    notes = []
    if counted.precision is None or counted.precision < PRECISION_FLOOR:
        notes.append("Fewer than half of the messages that get this label deserve it: add examples and counter-examples.")
    if examples < FEW:
        one = f"{1 / examples:.0%}"
        notes.append(f"With {examples} examples one more or less right changes recall by {one}; from {_MANY_ENOUGH} on the numbers hold.")
    if others < limits.OWN_LABEL_EXAMPLES_LEAST * 10:
        notes.append(f"There are only {others} other messages to tell it from: expect more false labels than precision says.")
    return " ".join(notes)
