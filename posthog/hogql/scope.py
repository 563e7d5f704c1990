"""What names mean at one place of a query."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from posthog.hogql import ast
from posthog.hogql.context import Context
from posthog.hogql.errors import QueryTooComplexError, ResolutionError
from posthog.hogql.resolved import Join, Name, Operand, PropertyRead, Query, Resolved, SetQuery

MAX_QUERIES = 200
MAX_INLINED = 1_000
MAX_QUERY_DEPTH = 24
RESERVED_PREFIX = "__t"


@dataclass
class Budget:
    """Counts of one resolving, shared by all its scopes: repeated CTEs may not multiply without end."""

    aliases: int = 0
    queries: int = 0
    inlined: int = 0

    def alias(self) -> str:
        self.aliases += 1
        return f"{RESERVED_PREFIX}{self.aliases - 1}"

    def count_query(self) -> None:
        self.queries += 1
        if self.queries > MAX_QUERIES:
            raise QueryTooComplexError(f"The query has more than {MAX_QUERIES} sub-queries, counting each use of a WITH.")

    def count_inlined(self) -> None:
        self.inlined += 1
        if self.inlined > MAX_INLINED:
            raise QueryTooComplexError(f"The expressions of WITH are used more than {MAX_INLINED} times.")


class Relation(Protocol):
    """Something that stands in FROM."""

    def has(self, name: str) -> bool:
        """Whether a chain may begin with that name."""

    def read(self, chain: Sequence[str], position: int | None) -> Operand | None:
        """The column, or None when the first name is none of this relation's."""

    def columns(self) -> list[str]:
        """What `*` means."""

    def joins(self) -> list[Join]:
        """The sources to print for it; complete only when everything else has been resolved."""

    def conditions(self) -> list[Resolved]:
        """What the query that it stands in has to filter by."""


@dataclass
class Definition:
    """A WITH entry and where it was defined: a CTE sees those before it, not itself."""

    cte: ast.CTE
    scope: Scope


@dataclass
class Scope:
    context: Context
    budget: Budget
    subquery: Callable[[ast.SelectQuery | ast.SelectSetQuery, Scope], Query | SetQuery]
    depth: int = 0
    ctes: dict[str, Definition] = field(default_factory=dict)
    relations: dict[str, Relation] = field(default_factory=dict)
    aliases: dict[str, Operand] = field(default_factory=dict)
    lambda_args: list[set[str]] = field(default_factory=list)
    windows: set[str] = field(default_factory=set)

    def child(self) -> Scope:
        """The scope of a query inside this one: it sees WITH, and no columns."""
        if self.depth >= MAX_QUERY_DEPTH:
            raise QueryTooComplexError(f"Sub-queries are nested more than {MAX_QUERY_DEPTH} deep.")
        return Scope(self.context, self.budget, self.subquery, self.depth + 1, dict(self.ctes))

    def with_definitions(self, ctes: dict[str, Definition]) -> Scope:
        """This scope's columns with other WITH entries, to resolve an inlined expression."""
        return Scope(
            self.context,
            self.budget,
            self.subquery,
            self.depth,
            dict(ctes),
            self.relations,
            self.aliases,
            self.lambda_args,
            self.windows,
        )

    def define_alias(self, name: str, operand: Operand, position: int | None) -> None:
        check_name(name, position)
        if name in self.aliases:
            raise ResolutionError(f"The alias {name[:64]} is used twice.", position=position)
        self.aliases[name] = as_alias(name, operand)

    @contextmanager
    def arguments(self, names: Sequence[str]) -> Iterator[None]:
        for name in names:
            check_name(name, None)
        self.lambda_args.append(set(names))
        yield
        self.lambda_args.pop()

    def is_argument(self, name: str) -> bool:
        return any(name in names for names in self.lambda_args)


def as_alias(name: str, operand: Operand) -> Operand:
    if isinstance(operand, PropertyRead):
        original, declared = operand.read, operand.declared
        usual = operand.settle()
        return PropertyRead(declared, lambda wanted: Name(name, type=usual.type) if wanted == declared else original(wanted))
    return Name(name, type=operand.type)


def check_name(name: str, position: int | None) -> None:
    """Names that start like our own table aliases could stand before the guard's column."""
    if not name or len(name) > 400:
        raise ResolutionError("A name must have 1 to 400 characters.", position=position)
    if name.lower().startswith(RESERVED_PREFIX):
        raise ResolutionError(f"Names that start with {RESERVED_PREFIX} are reserved: {name[:64]}", position=position)
