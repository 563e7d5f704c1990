"""The syntax tree of HogQL.

Text becomes this tree in `parser`, insights build it directly with `build`. Nothing in it is resolved: a `Field` is a chain of names as
somebody wrote them. `resolver` turns the tree into one of `resolved` nodes and never changes it, so that one node may stand in many trees.
`start` is the offset in characters of the node in the text it came from, for messages.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

ConstantValue = str | int | float | bool | None | datetime | date | UUID


@dataclass
class Node:
    start: int | None = field(default=None, compare=False, repr=False, kw_only=True)


@dataclass
class Expr(Node):
    """Anything that has a value."""


@dataclass
class Constant(Expr):
    """A value. A naive `datetime` is read as UTC."""

    value: ConstantValue


@dataclass
class Field(Expr):
    """Names as written: ["properties", "$browser"], ["e", "person", "properties", "email"], ["*"]."""

    chain: Sequence[str | int]


@dataclass
class Placeholder(Expr):
    """`{filters}` or `{variables.name}`: replaced by a node before resolving."""

    chain: Sequence[str | int]

    @property
    def name(self) -> str:
        return ".".join(str(part) for part in self.chain)


@dataclass
class Alias(Expr):
    """`expr AS alias`; stands only directly in a select list, in ARRAY JOIN, or in WITH."""

    alias: str
    expr: Expr


@dataclass
class Call(Expr):
    """`name(params)(args)`; `params` are those of parametric aggregates, as in `quantile(0.5)(x)`."""

    name: str
    args: Sequence[Expr] = field(default_factory=list)
    params: Sequence[Expr] | None = None
    distinct: bool = False


@dataclass
class And(Expr):
    exprs: Sequence[Expr]


@dataclass
class Or(Expr):
    exprs: Sequence[Expr]


@dataclass
class Not(Expr):
    expr: Expr


class CompareOperationOp(StrEnum):
    Eq = "=="
    NotEq = "!="
    Gt = ">"
    GtEq = ">="
    Lt = "<"
    LtEq = "<="
    Like = "like"
    ILike = "ilike"
    NotLike = "not like"
    NotILike = "not ilike"
    In = "in"
    NotIn = "not in"
    GlobalIn = "global in"
    GlobalNotIn = "global not in"
    InCohort = "in cohort"
    NotInCohort = "not in cohort"
    Regex = "=~"
    NotRegex = "!~"
    IRegex = "=~*"
    NotIRegex = "!~*"


@dataclass
class CompareOperation(Expr):
    """A comparison that is never NULL: a missing side makes positive operators false and negative ones true."""

    op: CompareOperationOp
    left: Expr
    right: Expr


class ArithmeticOperationOp(StrEnum):
    Add = "+"
    Sub = "-"
    Mult = "*"
    Div = "/"
    Mod = "%"


@dataclass
class ArithmeticOperation(Expr):
    op: ArithmeticOperationOp
    left: Expr
    right: Expr


@dataclass
class Between(Expr):
    expr: Expr
    low: Expr
    high: Expr
    negated: bool = False


@dataclass
class TypeCast(Expr):
    """`expr::type`; `type_name` is one of the closed list in `functions.CAST_TYPES`."""

    expr: Expr
    type_name: str


@dataclass
class Lambda(Expr):
    args: Sequence[str]
    expr: Expr


@dataclass
class Tuple(Expr):
    exprs: Sequence[Expr]


@dataclass
class Array(Expr):
    exprs: Sequence[Expr]


@dataclass
class Dict(Expr):
    """`{'a': 1}`, a ClickHouse Map."""

    items: Sequence[tuple[Expr, Expr]]


@dataclass
class ArrayAccess(Expr):
    """`array[property]`: arrays count from 1; on JSON a string names the key."""

    array: Expr
    property: Expr


@dataclass
class ArraySlice(Expr):
    array: Expr
    begin: Expr | None
    end: Expr | None


@dataclass
class TupleAccess(Expr):
    """`tuple.1`, counted from 1."""

    tuple: Expr
    index: int


@dataclass
class OrderExpr(Node):
    expr: Expr
    order: Literal["ASC", "DESC"] = "ASC"
    nulls: Literal["FIRST", "LAST"] | None = None


@dataclass
class WindowFrame(Node):
    """One end of a frame; `value` None with PRECEDING or FOLLOWING means unbounded."""

    kind: Literal["CURRENT ROW", "PRECEDING", "FOLLOWING"]
    value: int | None = None


@dataclass
class WindowExpr(Node):
    partition_by: Sequence[Expr] = field(default_factory=list)
    order_by: Sequence[OrderExpr] = field(default_factory=list)
    frame_method: Literal["ROWS", "RANGE"] | None = None
    frame_start: WindowFrame | None = None
    frame_end: WindowFrame | None = None


@dataclass
class WindowFunction(Expr):
    """`name(args) OVER (…)` or `OVER name`."""

    name: str
    args: Sequence[Expr] = field(default_factory=list)
    params: Sequence[Expr] | None = None
    over_expr: WindowExpr | None = None
    over_identifier: str | None = None


@dataclass
class RatioExpr(Node):
    """`SAMPLE left/right`."""

    left: float
    right: float | None = None


@dataclass
class JoinExpr(Node):
    """One table of FROM and, in `next_join`, those after it. `join_type` and `constraint` belong to this table."""

    table: Expr | SelectQuery | SelectSetQuery
    alias: str | None = None
    table_args: Sequence[Expr] | None = None
    join_type: str | None = None
    constraint: Expr | None = None
    sample: RatioExpr | None = None
    next_join: JoinExpr | None = None


@dataclass
class CTE(Node):
    """`name AS (SELECT …)` (an `expr` that is a query) or `expr AS name` (any other)."""

    name: str
    expr: Expr


@dataclass
class LimitBy(Node):
    n: int
    exprs: Sequence[Expr]
    offset: int | None = None


@dataclass
class SelectQuery(Expr):
    select: Sequence[Expr]
    distinct: bool = False
    ctes: Sequence[CTE] = field(default_factory=list)
    select_from: JoinExpr | None = None
    array_join: Sequence[Expr] = field(default_factory=list)
    array_join_op: Literal["ARRAY JOIN", "LEFT ARRAY JOIN"] = "ARRAY JOIN"
    prewhere: Expr | None = None
    where: Expr | None = None
    group_by: Sequence[Expr] = field(default_factory=list)
    having: Expr | None = None
    order_by: Sequence[OrderExpr] = field(default_factory=list)
    limit_by: LimitBy | None = None
    limit: int | None = None
    offset: int | None = None
    window_exprs: dict[str, WindowExpr] = field(default_factory=dict)


SetOperator = Literal["UNION ALL", "UNION DISTINCT", "INTERSECT", "EXCEPT"]


@dataclass
class SelectSetQuery(Expr):
    """Two or more queries: `queries[0] operators[0] queries[1] …`; all of them UNION ALL when no operators are given."""

    queries: Sequence[SelectQuery | SelectSetQuery]
    operators: Sequence[SetOperator] = ()
    limit: int | None = None


def children(node: Node) -> Iterator[Node]:
    """The nodes directly below `node`, in written order."""
    for item in fields(node):
        yield from _nodes_in(getattr(node, item.name))


def _nodes_in(value: object) -> Iterator[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _nodes_in(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _nodes_in(item)


def walk(node: Node) -> Iterator[Node]:
    """`node` and everything below it, without recursion so that depth is no matter."""
    pending = [node]
    while pending:
        current = pending.pop()
        yield current
        pending.extend(children(current))
