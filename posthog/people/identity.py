"""Whom an event belongs to: `$identify`, `$create_alias`, `$merge_dangerously`, and events without a person profile."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from posthog.common.ids import stored_distinct_id
from posthog.people import groups, updates
from posthog.people.schema import PersonEvent, PersonMode, PersonResult, PersonState, Properties, Warning
from posthog.people.storable import within_limit
from posthog.people.world import World, person_id_for

# The property of a merging event that names the other distinct id.
OTHER_ID = {"$identify": "$anon_distinct_id", "$create_alias": "alias", "$merge_dangerously": "alias"}
# Ids that broken instrumentation sends for everybody: merging on one would make all users one person.
_ILLEGAL_IN_ANY_CASE = frozenset(
    ["anonymous", "guest", "distinctid", "distinct_id", "id", "not_authenticated", "email", "undefined", "true", "false"]
)
_ILLEGAL = frozenset(["[object Object]", "NaN", "None", "none", "null", "0", "undefined"])
_NEEDS_PROFILE = frozenset([*OTHER_ID, "$groupidentify"])
_STRIPPED_WITHOUT_PROFILE = frozenset(["$set", "$set_once", "$unset", "$groups"])
_NO_PERSON_SINCE = datetime(1970, 1, 1, tzinfo=UTC)


def apply_event(world: World, event: PersonEvent) -> PersonResult:
    """Apply one event to the people in world, and say whom it belongs to."""
    if event.properties.get("$process_person_profile") is False:
        return _without_profile(world, event)
    warnings: list[Warning] = []
    person = _identified(world, event, warnings)
    if event.event == "$groupidentify":
        groups.identify(world, event, warnings)
    keys = groups.groups_of(world, event, warnings)
    return PersonResult(person.id, "full", person.properties, person.created_at, stored_properties(event, "full", keys), keys, warnings)


def other_id(event: PersonEvent) -> str | None:
    """The second distinct id of a merging event, as text; None if it names none."""
    value = event.properties.get(OTHER_ID.get(event.event, ""))
    if value is None or isinstance(value, dict | list):
        return None
    text = ("true" if value else "false") if isinstance(value, bool) else str(value)
    return stored_distinct_id(text)


def is_illegal(distinct_id: str) -> bool:
    """Whether this id cannot stand for one person: blank, or a placeholder such as `null`, bare or in quotes."""
    text = distinct_id.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        text = text[1:-1].strip()
    return not text or text in _ILLEGAL or text.lower() in _ILLEGAL_IN_ANY_CASE


def _identified(world: World, event: PersonEvent, warnings: list[Warning]) -> PersonState:
    """The event's person with this event's changes, merged or made if need be."""
    other = other_id(event)
    marks = event.event == "$identify" if other is None else _joined(world, event, other, warnings)
    person = world.person_of(event.distinct_id) or _created(world, event)
    wanted = updates.updated(person.properties, event.properties)
    properties = within_limit(wanted, person.properties, event.uuid, warnings)
    return world.update(person, properties, is_identified=person.is_identified or marks)


def _joined(world: World, event: PersonEvent, other: str, warnings: list[Warning]) -> bool:
    """Merge both ids unless one is illegal. Returns whether the event's person is identified now."""
    illegal = next((one for one in (event.distinct_id, other) if is_illegal(one)), None)
    if illegal is None:
        return _merge(world, event, other, warnings) or event.event == "$identify"
    warnings.append(Warning("cannot_merge_with_illegal_distinct_id", {"illegal_distinct_id": illegal, "event_uuid": str(event.uuid)}))
    return False


def _merge(world: World, event: PersonEvent, other: str, warnings: list[Warning]) -> bool:
    """Make both ids one person's. Returns whether they are now."""
    source, target = world.person_of(other), world.person_of(event.distinct_id)
    if target is None:
        target = source or _created(world, event)
        if source:
            world.attach(event.distinct_id, source)
    if source is None and other != event.distinct_id:
        world.attach(other, target)
    elif source is not None and source.id != target.id:
        if source.is_identified and event.event != "$merge_dangerously":
            details = {"source_distinct_id": other, "target_distinct_id": event.distinct_id, "event_uuid": str(event.uuid)}
            warnings.append(Warning("cannot_merge_already_identified", details))
            return False
        joined = {**source.properties, **target.properties}
        world.merge(source, target, within_limit(joined, target.properties, event.uuid, warnings))
    return True


def _created(world: World, event: PersonEvent) -> PersonState:
    return world.create(event.distinct_id, event.timestamp, {"$creator_event_uuid": str(event.uuid)})


def without_person(project_id: int, event: PersonEvent) -> PersonResult:
    """The event counted for its distinct id alone."""
    mine = stored_properties(event, "propertyless", {})
    return PersonResult(person_id_for(project_id, event.distinct_id), "propertyless", {}, _NO_PERSON_SINCE, mine)


def stored_properties(event: PersonEvent, mode: PersonMode, groups: Mapping[int, str]) -> Properties:
    """The event's properties as they are stored: with its groups, or without what would have changed a person."""
    if mode != "full":
        return {name: value for name, value in event.properties.items() if name not in _STRIPPED_WITHOUT_PROFILE}
    return {**event.properties, **{f"$group_{index}": key for index, key in groups.items()}} if groups else event.properties


def _without_profile(world: World, event: PersonEvent) -> PersonResult:
    """Count the event for its distinct id, but make and change no person."""
    result = without_person(world.project_id, event)
    if event.event in _NEEDS_PROFILE:
        reason = "invalid_event_when_process_person_profile_is_false"
        return replace(result, warnings=[Warning(reason, {"event": event.event, "event_uuid": str(event.uuid)})], drop_reason=reason)
    person = world.person_of(event.distinct_id)
    if person is None:
        return result
    return replace(result, person_id=person.id, person_mode="force_upgrade", properties=person.properties, created_at=person.created_at)
