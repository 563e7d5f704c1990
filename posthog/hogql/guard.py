"""A second reading of printed SQL that shares no code with the printer: a small lexer, and rules on the tokens.

It takes only the narrow form that the printer writes. Words must be known keywords or functions on the list; each SELECT may read one
table, first in its FROM, and must then begin its WHERE with the project guard on that table's alias; aliases of sources look like `__t0`,
are given once, and nothing else carries such a name; IN may not name a table. Whatever it does not know, it refuses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from posthog.hogql.errors import GuardError
from posthog.hogql.functions import FUNCTIONS
from posthog.hogql.schema import GUARD_COLUMN, MERGED_TABLES, STORED_TABLES

_TOKEN = re.compile(
    r"""\s+
    | (?P<text>'(?:[^'\\]|\\.)*'(?!'))
    | (?P<name>`(?:[^`\\]|\\.)+`(?!`))
    | (?P<number>-?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|inf|nan)\b)
    | (?P<word>[A-Za-z_]\w*)
    | (?P<sign>->|[(),.^\[\]*])
    """,
    re.VERBOSE | re.DOTALL,
)
_KEYWORD_LIST = """
    SELECT DISTINCT AS FROM WHERE GROUP BY HAVING WINDOW ORDER LIMIT OFFSET ON ASC DESC NULLS FIRST LAST UNION ALL INTERSECT EXCEPT
    INNER LEFT RIGHT FULL CROSS SEMI ANTI ANY ASOF JOIN ARRAY OVER PARTITION ROWS RANGE BETWEEN AND UNBOUNDED PRECEDING FOLLOWING CURRENT
    ROW FINAL NULL true false"""
_KEYWORDS = frozenset(_KEYWORD_LIST.split())
_PRINTED_FUNCTION_LIST = """
    and or not if multiIf ifNull coalesce isNull isNotNull equals notEquals less lessOrEquals greater greaterOrEquals like ilike notLike
    notILike in notIn exists match concat tuple now64 toDate toDateTime64 toTimeZone parseDateTime64BestEffortOrNull toString toUUID
    accurateCastOrNull CAST toFloat64OrNull dynamicType dynamicElement numbers"""
_PRINTED_FUNCTIONS = frozenset(_PRINTED_FUNCTION_LIST.split())
_SOURCE_ALIAS = re.compile(r"`__t\d+`")
_RESERVED = re.compile(r"`__t", re.IGNORECASE)
_AFTER_CONDITION = frozenset({"GROUP", "HAVING", "WINDOW", "ORDER", "LIMIT", "OFFSET"})
_AFTER_FROM = _AFTER_CONDITION | {"WHERE", "ARRAY"}


@dataclass(frozen=True)
class Token:
    kind: str
    text: str


@dataclass
class Level:
    """What is open between two brackets; `table` is the alias of one that must be guarded."""

    table: str = ""
    sources: int = 0
    is_select: bool = False
    sided: bool = False
    in_from: bool = False
    has_where: bool = False


def check(sql: str, team_id: int) -> None:
    """Raises GuardError when the text is not of the form that keeps a query inside its project."""
    tokens = list(lex(sql))
    _check_words(tokens)
    _check_aliases(tokens)
    _check_membership(tokens)
    _Walk(tokens, team_id).check()


def lex(sql: str) -> Iterator[Token]:
    place = 0
    while place < len(sql):
        found = _TOKEN.match(sql, place)
        if found is None:
            raise GuardError(f"Unexpected character at {place} in printed SQL.")
        if found.lastgroup is not None:
            yield Token(found.lastgroup, found[0])
        place = found.end()


def _check_words(tokens: list[Token]) -> None:
    for index, token in enumerate(tokens):
        called = _is_called(tokens, index)
        if token.kind != "word" or (token.text in _KEYWORDS and not called):
            continue
        known = token.text in _PRINTED_FUNCTIONS or token.text.lower() in FUNCTIONS
        if not (called and known) and token.text not in _KEYWORDS:
            raise GuardError(f"The word {token.text[:64]} may not be printed.")


def _is_called(tokens: list[Token], index: int) -> bool:
    return index + 1 < len(tokens) and tokens[index + 1].text == "("


def _check_aliases(tokens: list[Token]) -> None:
    """Reserved names qualify columns or are given once to a source; every other qualified name begins with one."""
    given: set[str] = set()
    for index, token in enumerate(tokens):
        if token.kind != "name":
            continue
        before, after = _text(tokens, index - 1), _text(tokens, index + 1)
        if before in {".", "^"}:
            continue
        if _RESERVED.match(token.text):
            if before == "AS" and _SOURCE_ALIAS.fullmatch(token.text) and token.text not in given and after != ".":
                given.add(token.text)
            elif after != ".":
                raise GuardError("A reserved name stands where it may not.")
        elif after == ".":
            raise GuardError("A column is qualified by something other than a source.")


def _text(tokens: list[Token], index: int) -> str:
    return tokens[index].text if 0 <= index < len(tokens) else ""


def _check_membership(tokens: list[Token]) -> None:
    """The second argument of IN begins with a bracket or a function, never with a name."""
    for index, token in enumerate(tokens):
        if token.text in {"in", "notIn"} and _is_called(tokens, index):
            comma = _first_comma(tokens, index + 2)
            after = tokens[comma + 1]
            if not (after.text == "(" or (after.kind == "word" and _is_called(tokens, comma + 1))):
                raise GuardError("IN names something that could be a table.")


def _first_comma(tokens: list[Token], start: int) -> int:
    depth = 0
    for index in range(start, len(tokens) - 1):
        text = tokens[index].text
        if text == "," and depth == 0:
            return index
        depth += (text in {"(", "["}) - (text in {")", "]"})
    raise GuardError("IN without a second argument.")


class _Walk:
    """Once through the tokens with a stack of brackets."""

    def __init__(self, tokens: list[Token], team_id: int) -> None:
        self.tokens = tokens
        self.guard = ["equals", "(", "", ".", f"`{GUARD_COLUMN}`", ",", str(team_id), ")"]
        self.levels = [Level()]

    def check(self) -> None:
        for index, token in enumerate(self.tokens):
            if token.text in {"(", "["}:
                self.levels.append(Level())
            elif token.text in {")", "]"}:
                self._close()
            elif token.text == "," and self.levels[-1].in_from:
                raise GuardError("Sources are joined, not listed.")
            elif token.kind == "word":
                self._word(index, token.text)
        self._close()
        if self.levels:
            raise GuardError("Brackets do not match.")

    def _close(self) -> None:
        if not self.levels:
            raise GuardError("Brackets do not match.")
        self._finish(self.levels.pop())

    def _finish(self, level: Level) -> None:
        if level.table and not level.has_where:
            raise GuardError(f"The table at {level.table} has no guard.")
        if level.table and level.sided:
            raise GuardError("A guarded table stands in a RIGHT or FULL join.")

    def _word(self, index: int, word: str) -> None:
        level = self.levels[-1]
        level.in_from = (level.in_from and word not in _AFTER_FROM) or word == "FROM"
        if word == "SELECT":
            self._finish(level)
            self.levels[-1] = Level(is_select=True)
        elif word in {"FROM", "JOIN"} and _text(self.tokens, index - 1) != "ARRAY":
            self._source(index, level, word)
        elif word in {"RIGHT", "FULL"} and not _is_called(self.tokens, index):
            level.sided = True
        elif word == "WHERE":
            self._where(index, level)
        elif word == "FINAL" and (_text(self.tokens, index - 4) != "FROM" or _text(self.tokens, index - 3).strip("`") not in MERGED_TABLES):
            raise GuardError("FINAL stands where it may not.")

    def _source(self, index: int, level: Level, word: str) -> None:
        """A bracket, numbers(…), or, first in FROM only, a table of ours with its alias."""
        level.sources += 1
        token = self.tokens[index + 1]
        if token.text == "(" or (token.text == "numbers" and _is_called(self.tokens, index + 1)):
            return
        alias = _text(self.tokens, index + 3)
        if not level.is_select or word != "FROM" or level.sources != 1:
            raise GuardError("A table stands where it cannot be guarded.")
        if token.kind != "name" or token.text.strip("`") not in STORED_TABLES:
            raise GuardError(f"{token.text[:64]} is no table for queries.")
        if _text(self.tokens, index + 2) != "AS" or not _SOURCE_ALIAS.fullmatch(alias):
            raise GuardError("A table needs an alias of ours.")
        level.table = alias

    def _where(self, index: int, level: Level) -> None:
        """The guard alone, or as the first of `and(…)` that is the whole condition."""
        if level.has_where or not level.is_select:
            raise GuardError("Unexpected WHERE.")
        level.has_where = True
        if not level.table:
            return
        start = index + 1
        joined = _text(self.tokens, start) == "and"
        start += 2 if joined else 0
        wanted = [part or level.table for part in self.guard]
        found = [token.text for token in self.tokens[start : start + len(wanted)]]
        if found != wanted:
            raise GuardError(f"The table at {level.table} has no guard.")
        if joined and _text(self.tokens, start + len(wanted)) != ",":
            raise GuardError("The guard is not one of several conditions.")
        self._whole_condition(index + 1)

    def _whole_condition(self, start: int) -> None:
        """Nothing may follow the bracket that holds the guard but the next clause."""
        depth = 0
        for index in range(start, len(self.tokens)):
            text = self.tokens[index].text
            depth += (text in {"(", "["}) - (text in {")", "]"})
            if depth == 0 and text == ")":
                after = _text(self.tokens, index + 1)
                if after and after != ")" and after not in _AFTER_CONDITION:
                    raise GuardError("Something follows the guarded condition.")
                return
        raise GuardError("Brackets do not match.")
