"""The few types that resolving keeps apart: enough to read JSON properties, dates and missing values rightly."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal["String", "Integer", "Float", "Boolean", "DateTime", "Date", "UUID", "Array", "Tuple", "Map", "Interval", "Any"]
NUMBERS = frozenset({"Integer", "Float"})


@dataclass(frozen=True)
class Type:
    kind: Kind
    nullable: bool = False

    def or_null(self, nullable: bool = True) -> Type:
        return self if nullable == self.nullable else replace(self, nullable=nullable)

    @property
    def is_number(self) -> bool:
        return self.kind in NUMBERS


STRING = Type("String")
INTEGER = Type("Integer")
FLOAT = Type("Float")
BOOLEAN = Type("Boolean")
DATETIME = Type("DateTime")
DATE = Type("Date")
UUID_TYPE = Type("UUID")
ANY = Type("Any", nullable=True)


def common(types: list[Type]) -> Type:
    """The type of an expression that takes its value from one of several."""
    kinds = {item.kind for item in types}
    nullable = any(item.nullable for item in types)
    if len(kinds) == 1:
        return types[0].or_null(nullable)
    return Type("Float", nullable) if kinds <= NUMBERS else Type("Any", nullable)
