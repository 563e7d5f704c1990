"""Label values as the store's typed columns take them."""

from collections.abc import Mapping
from typing import Any

from posthog.clickhouse.labels import LABEL_VERSION, type_of
from posthog.common.numbers import finite

_TEXT_LENGTH = 200
_PREFIXES = ("user_", "agent_", LABEL_VERSION)


def as_labels(values: Mapping[str, object]) -> dict[str, Any]:
    """Those of the values that are labels and fit their column's type."""
    fitted = {name: _fit(kind, value) for name, value in values.items() if (kind := type_of(name))}
    return {name: value for name, value in fitted.items() if value is not None}


def given_by_client(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Labels that came with the event, from plugins elsewhere: they win over ours."""
    return as_labels({name: value for name, value in properties.items() if name.startswith(_PREFIXES)})


def _fit(kind: str, value: object) -> Any:
    if "String" in kind:
        return str(value)[:_TEXT_LENGTH] if isinstance(value, str | int | float) and value != "" else None
    number = _number(value)
    if number is None or "Float" in kind:
        return number
    return int(number) if number in (0, 1) else None


def _number(value: object) -> float | None:
    return finite(value) if isinstance(value, str | int | float) else None
