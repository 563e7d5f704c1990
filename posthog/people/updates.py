"""What an event says about its person: explicit $set, $set_once and $unset, and properties that describe the person by themselves."""

from collections.abc import Iterable
from typing import Any

from posthog.people.schema import Properties
from posthog.people.storable import changed

_DEVICE = [
    *("$app_build", "$app_name", "$app_namespace", "$app_version", "$browser", "$browser_version", "$device_type", "$current_url"),
    *("$pathname", "$os", "$os_version", "$referring_domain", "$referrer"),
]
_CAMPAIGN = [
    *("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term", "gclid", "gad_source", "gclsrc", "dclid", "gbraid", "wbraid"),
    *("fbclid", "msclkid", "twclid", "li_fat_id", "mc_cid", "igshid", "ttclid", "rdt_cid", "_kx", "irclid", "epik", "qclid", "sccid"),
]
_PLACE = ["$geoip_country_code", "$geoip_country_name"]
# Event property -> the person property that keeps its first value.
AUTOMATIC = {name: f"$initial_{name.removeprefix('$')}" for name in (*_DEVICE, *_CAMPAIGN, *_PLACE)}


def updated(before: Properties, event: Properties) -> Properties:
    """The person's properties after this event. The given ones are left alone; the same object comes back when nothing changes."""
    latest, first = _automatic(event)
    latest.update(_object(event.get("$set")))
    first.update(_object(event.get("$set_once")))
    after = {**first, **before, **latest}
    for name in _names(event.get("$unset")):
        after.pop(name, None)
    return changed(before, after)


def _automatic(event: Properties) -> tuple[dict[str, Any], dict[str, Any]]:
    present = {name: event[name] for name in AUTOMATIC.keys() & event.keys()}
    return present, {AUTOMATIC[name]: value for name, value in present.items()}


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _names(value: Any) -> Iterable[str]:
    """$unset is a list of names or an object whose keys are names."""
    return (name for name in value if isinstance(name, str)) if isinstance(value, list | dict) else ()
