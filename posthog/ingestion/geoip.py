"""The country of an address, from the data set that the package geoip2fast ships (GeoLite2). Nothing is asked over the network."""

import ipaddress
from functools import cache
from pathlib import Path
from typing import Any

import geoip2fast

_DATA = "geoip2fast-ipv6.dat.gz"
_COUNTRY_LENGTH = 2


def locate(properties: dict[str, Any]) -> None:
    """Add `$geoip_country_code` and `$geoip_country_name` for `$ip`, unless `$geoip_disable` is set or the address has no country."""
    address = properties.get("$ip")
    if not isinstance(address, str) or properties.get("$geoip_disable"):
        return
    found = _country(address)
    if found:
        code, name = found
        properties.setdefault("$geoip_country_code", code)
        properties.setdefault("$geoip_country_name", name)


def _country(address: str) -> tuple[str, str] | None:
    try:
        parsed = ipaddress.ip_address(address.strip())
    except ValueError:
        return None
    parsed = getattr(parsed, "ipv4_mapped", None) or parsed
    if not parsed.is_global:
        return None
    found = _data().lookup(str(parsed))
    return (found.country_code, found.country_name) if len(found.country_code) == _COUNTRY_LENGTH and found.country_code.isalpha() else None


@cache
def _data() -> Any:
    """About 50 MB, loaded when the first address comes."""
    return geoip2fast.GeoIP2Fast(geoip2fast_data_file=str(Path(geoip2fast.__file__).parent / _DATA))
