"""Writes: applying a batch of events to a project's people."""

from collections.abc import Sequence
from dataclasses import replace

from django.db import transaction

from posthog.people import identity, loading, replay
from posthog.people.models import AppliedBatch
from posthog.people.schema import Applied, OverrideRow, PersonEvent, PersonResult
from posthog.people.world import World, person_id_for
from posthog.tenancy.models import Project

__all__ = ["apply", "person_id_for"]


def apply(project_id: int, events: Sequence[PersonEvent], *, lane: str = "", token: str = "") -> Applied:
    """Apply the events in order, in one transaction: one load, one save.

    The same token in the same lane again gives the stored results of the first time for each event (known by its uuid) and changes nothing,
    so a batch that is taken up again after a crash yields the same rows; without a token nothing is remembered. An event that fails
    changes nothing and carries its error; the others go on. Raises only what the database raises.
    """
    with transaction.atomic():
        _lock(project_id)
        remembered = AppliedBatch.objects.filter(project_id=project_id, lane=lane, token=token).first() if token else None
        past = replay.read(bytes(remembered.results)) if remembered else replay.NOTHING
        fresh = [event for event in events if event.uuid not in past.results]
        applied = _apply(project_id, fresh)
        if token and fresh:
            results = {"token": token, "results": replay.write(past, fresh, applied)}
            AppliedBatch.objects.update_or_create(project_id=project_id, lane=lane, defaults=results)
    return replay.joined(past, events, applied)


def _apply(project_id: int, events: Sequence[PersonEvent]) -> Applied:
    if not events:
        return Applied([], [], [], [])
    world = loading.load(project_id, events)
    applied = _rows(world, [_apply_one(world, event) for event in events])
    loading.save(world)
    return applied


def _lock(project_id: int) -> None:
    """One writer per project at a time, on every database: ids of one person may arrive through several partitions at once."""
    list(Project.objects.select_for_update(no_key=True).filter(pk=project_id).values_list("pk"))


def _apply_one(world: World, event: PersonEvent) -> PersonResult:
    try:
        with world.attempt():
            return identity.apply_event(world, event)
    except Exception as error:
        return replace(identity.without_person(world.project_id, event), error=f"{type(error).__name__}: {error}")


def _rows(world: World, results: list[PersonResult]) -> Applied:
    moved = sorted(world.changed_mapping().items())
    return Applied(
        results,
        persons=world.changed_persons(),
        overrides=[
            OverrideRow(name, to.person_id, to.version) for name, to in moved if _differs(world.project_id, name, to.person_id, to.version)
        ],
        groups=world.changed_groups(),
    )


def _differs(project_id: int, distinct_id: str, person_id: object, version: int) -> bool:
    """Whether stored events of this id may carry another person than the id's present one."""
    return version > 0 or person_id != person_id_for(project_id, distinct_id)
