"""The tree after resolving: nothing in it is a name that the engine could read in another way.

Every column stands with the alias of its source, every function is on the list, every table is one of ours. Aliases of sources are made
here (`__t0`, `__t1`, …) and users cannot write such names, so that nothing a query defines can stand before the guard's column.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from posthog.hogql.ast import ConstantValue, SetOperator, WindowFrame
from posthog.hogql.property_types import PropertyType, ReadAs
from posthog.hogql.types import ANY, Type


@dataclass
class Resolved:
    type: Type = field(default=ANY, kw_only=True)


@dataclass
class Value(Resolved):
    value: ConstantValue


@dataclass
class Column(Resolved):
    """A column of a source; `path` leads into a JSON column, key by key."""

    source: str
    name: str
    path: tuple[str, ...] = ()
    whole_object: bool = False


@dataclass
class Name(Resolved):
    """An alias of this select, or an argument of a lambda."""

    name: str


@dataclass
class Function(Resolved):
    name: str
    args: list[Resolved]
    params: list[Resolved] | None = None
    distinct: bool = False


@dataclass
class LambdaFunction(Resolved):
    args: list[str]
    body: Resolved


@dataclass
class Order:
    expr: Resolved
    descending: bool = False
    nulls: str | None = None


@dataclass
class Window:
    partition_by: list[Resolved]
    order_by: list[Order]
    method: str | None = None
    start: WindowFrame | None = None
    end: WindowFrame | None = None


@dataclass
class WindowCall(Resolved):
    function: Function
    window: Window | str


@dataclass
class TableSource:
    """A physical table. The printer guards it, and takes it only as the first source of a query."""

    table: str
    alias: str


@dataclass
class QuerySource:
    query: Query | SetQuery
    alias: str


@dataclass
class NumbersSource:
    """`numbers(offset, count)`."""

    offset: int
    count: int
    alias: str


Source = TableSource | QuerySource | NumbersSource


@dataclass
class Join:
    source: Source
    kind: str = ""
    on: Resolved | None = None


@dataclass
class Output:
    """A column of a query's answer; `alias` says whether the engine must know the name."""

    name: str
    expr: Resolved
    alias: bool = True


@dataclass
class Query(Resolved):
    outputs: list[Output]
    sources: list[Join] = field(default_factory=list)
    distinct: bool = False
    array_join: list[Output] = field(default_factory=list)
    array_join_op: str = "ARRAY JOIN"
    where: list[Resolved] = field(default_factory=list)
    group_by: list[Resolved] = field(default_factory=list)
    having: Resolved | None = None
    windows: dict[str, Window] = field(default_factory=dict)
    order_by: list[Order] = field(default_factory=list)
    limit_by: tuple[int, int | None, list[Resolved]] | None = None
    limit: int | None = None
    offset: int | None = None


@dataclass
class SetQuery(Resolved):
    queries: list[Query | SetQuery]
    operators: list[SetOperator]
    limit: int | None = None

    @property
    def outputs(self) -> list[Output]:
        return self.queries[0].outputs


@dataclass
class PropertyRead:
    """A JSON property before it is known what it is compared with. `declared` is its type by definition; "String" also when unknown."""

    declared: PropertyType
    read: Callable[[ReadAs], Resolved]

    def settle(self, wanted: ReadAs | None = None) -> Resolved:
        """Read as `wanted`, unless a definition says that it is something other than text and numbers, dates or booleans are wanted."""
        if wanted == "String" or (wanted is not None and self.declared == "String"):
            return self.read(wanted)
        return self.read(self.declared)


Operand = Resolved | PropertyRead


def settle(operand: Operand, wanted: ReadAs | None = None) -> Resolved:
    return operand.settle(wanted) if isinstance(operand, PropertyRead) else operand


def text(value: str) -> Value:
    return Value(value, type=Type("String"))


def function(name: str, *args: Resolved, type: Type = ANY) -> Function:
    return Function(name, list(args), type=type)
