"""Person property filters of the REST list: `properties=[{"key", "value", "operator"}]`, all of which must hold."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet, TextField
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast

from posthog.common import json, limits
from posthog.people.models import Person
from posthog.rest.errors import InvalidInput


def apply_properties(rows: QuerySet[Person], text: str) -> QuerySet[Person]:
    """rows that satisfy the filters in this JSON text. Raises InvalidInput."""
    for number, one in enumerate(_parsed(text)):
        rows = rows.annotate(**{_value(number): KeyTransform(one["key"], "properties"), _text(number): text_of(one["key"])})
        rows = rows.filter(_condition(number, one))
    return rows


def text_of(key: str) -> Cast:
    """A property as plain text; without the cast, comparisons would take the other side for JSON."""
    return Cast(KeyTextTransform(key, "properties"), TextField())


def _parsed(text: str) -> list[dict[str, Any]]:
    try:
        given = json.loads(text)
    except json.JSONError as error:
        raise InvalidInput(f"properties is not JSON: {error}", "properties") from error
    found = given if isinstance(given, list) else [given]
    if len(found) > limits.QUERY_FILTERS:
        raise InvalidInput(f"properties holds {len(found)} filters; the limit is {limits.QUERY_FILTERS}", "properties")
    if not all(isinstance(one, dict) and isinstance(one.get("key"), str) for one in found):
        raise InvalidInput('properties must be a list of objects with a "key"', "properties")
    return found


def _condition(number: int, one: dict[str, Any]) -> Q:
    operator = one.get("operator") or "exact"
    build = _OPERATORS.get(operator)
    if build is None:
        raise InvalidInput(f"operator {operator!r} is not one of {', '.join(sorted(_OPERATORS))}", "properties")
    return build(number, one.get("value"))


def _exact(number: int, value: Any) -> Q:
    found = Q()
    for one in value if isinstance(value, list) else [value]:
        found |= Q(**{_text(number): _as_text(one)})
    return found


def _containing(number: int, value: Any) -> Q:
    return Q(**{f"{_text(number)}__icontains": _as_text(value)})


def _compared(lookup: str) -> Callable[[int, Any], Q]:
    def build(number: int, value: Any) -> Q:
        try:
            return Q(**{f"{_value(number)}__{lookup}": float(value)})
        except (TypeError, ValueError) as error:
            raise InvalidInput(f"{value!r} is not a number", "properties") from error

    return build


def _is_set(number: int, value: Any) -> Q:
    return Q(**{f"{_text(number)}__isnull": False})


def _negated(build: Callable[[int, Any], Q]) -> Callable[[int, Any], Q]:
    """The opposite; a person without the property satisfies it."""
    return lambda number, value: ~(build(number, value) & _is_set(number, value))


_OPERATORS: dict[str, Callable[[int, Any], Q]] = {
    "exact": _exact,
    "is_not": _negated(_exact),
    "icontains": _containing,
    "not_icontains": _negated(_containing),
    "gt": _compared("gt"),
    "gte": _compared("gte"),
    "lt": _compared("lt"),
    "lte": _compared("lte"),
    "is_set": _is_set,
    "is_not_set": _negated(_is_set),
}


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps_text(value)


def _value(number: int) -> str:
    return f"filtered_value_{number}"


def _text(number: int) -> str:
    return f"filtered_text_{number}"
