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


def apply(project_id: int, events: Sequence[PersonEvent], *, lane: str = "", token: str = "", resend: bool = False) -> Applied:
    """Apply the events in order, in one transaction: one load, one save.

    The same token in the same lane again gives the stored results of the first time for each event (known by its uuid) and changes nothing,
    so a batch that is taken up again after a crash yields the same rows; without a token nothing is remembered. With resend there are
    also rows of people, ids and groups that did not change, for a store that lost some. An event that fails
    changes nothing and carries its error; the others go on. Raises only what the database raises.
    """
    with transaction.atomic():
        _lock(project_id)
        remembered = AppliedBatch.objects.filter(project_id=project_id, lane=lane, token=token).first() if token else None
        past = replay.read(bytes(remembered.results)) if remembered else replay.NOTHING
        fresh = [event for event in events if event.uuid not in past.results]
        applied = _apply(project_id, fresh, resend)
        if token and fresh:
            results = {"token": token, "results": replay.write(past, fresh, applied)}
            AppliedBatch.objects.update_or_create(project_id=project_id, lane=lane, defaults=results)
    return replay.joined(past, events, applied)


def _apply(project_id: int, events: Sequence[PersonEvent], resend: bool) -> Applied:
    if not events:
        return Applied([], [], [], [])
    world = loading.load(project_id, events)
    applied = _rows(world, [_apply_one(world, event) for event in events], resend)
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


def _rows(world: World, results: list[PersonResult], resend: bool) -> Applied:
    moved = world.mapping if resend else world.changed_mapping()
    return Applied(
        results,
        persons=list(world.persons.values()) if resend else world.changed_persons(),
        overrides=[
            OverrideRow(name, to.person_id, to.version)
            for name, to in sorted(moved.items())
            if _differs(world.project_id, name, to.person_id, to.version)
        ],
        groups=list(world.groups.values()) if resend else world.changed_groups(),
    )


def _differs(project_id: int, distinct_id: str, person_id: object, version: int) -> bool:
    """Whether stored events of this id may carry another person than the id's present one."""
    return version > 0 or person_id != person_id_for(project_id, distinct_id)
