"""Groups: companies, workspaces and the like that an event belongs to besides its person."""

from typing import Any

from posthog.common import limits
from posthog.people.schema import GroupState, PersonEvent, Properties, Warning
from posthog.people.storable import changed, within_limit
from posthog.people.world import GroupId, World


def groups_of(world: World, event: PersonEvent, warnings: list[Warning]) -> dict[int, str]:
    """Group keys of the event by group type index, from `$groups`. A type beyond the last index is ignored with a warning."""
    named = event.properties.get("$groups")
    found: dict[int, str] = {}
    for group_type, key in named.items() if isinstance(named, dict) else ():
        text = group_key(key)
        index = _index(world, group_type, warnings) if group_type and text else None
        if index is not None:
            found[index] = text
    return found


def identify(world: World, event: PersonEvent, warnings: list[Warning]) -> None:
    """`$groupidentify`: set properties of one group, key by key."""
    group_type, key = event.properties.get("$group_type"), group_key(event.properties.get("$group_key"))
    if not isinstance(group_type, str) or not group_type or not key:
        warnings.append(Warning("group_without_type_or_key", {"event_uuid": str(event.uuid)}))
        return
    index = _index(world, group_type, warnings)
    if index is not None:
        _upsert(world, (index, key), event, warnings)


def _upsert(world: World, group: GroupId, event: PersonEvent, warnings: list[Warning]) -> None:
    given = event.properties.get("$group_set")
    before = world.groups.get(group)
    known: Properties = before.properties if before else {}
    wanted = changed(known, {**known, **given}) if isinstance(given, dict) else known
    after = within_limit(wanted, known, event.uuid, warnings)
    if before is None:
        world.put_group(GroupState(*group, after, event.timestamp, version=0))
    elif after is not known:
        world.put_group(GroupState(*group, after, before.created_at, before.version + 1))


def _index(world: World, group_type: str, warnings: list[Warning]) -> int | None:
    index = world.group_type_index(group_type.replace("\0", "\ufffd")[: limits.GROUP_TYPE_LENGTH])
    if index is None:
        warnings.append(Warning("too_many_group_types", {"group_type": group_type, "limit": str(limits.GROUP_TYPES)}))
    return index


def group_key(value: Any) -> str:
    """Keys are strings or numbers; anything else names no group."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value).replace("\0", "\ufffd")[: limits.GROUP_KEY_LENGTH]
