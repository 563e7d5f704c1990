"""Formulas over series: `A / (A + B) * 100`. Letters name series in order; dividing by zero gives 0."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from string import ascii_uppercase

from posthog.common import limits
from posthog.rest.errors import InvalidInput

Evaluate = Callable[[Sequence[float]], float]

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)|(?P<letter>[A-Za-z])(?![A-Za-z0-9_])|(?P<sign>\*\*|[-+*/%()]))"
)
# How tightly an operator binds; powers group to the right.
_BINDING = {"+": 1, "-": 1, "*": 2, "/": 2, "%": 2, "**": 4}
_UNARY = 3


def parse(text: str, series: int) -> Evaluate:
    """A function from the values of the series to the value of the formula. Raises InvalidInput."""
    return _Parser(text, series).parse()


def used(text: str) -> set[int]:
    """Indexes of the series that a formula names."""
    return {ascii_uppercase.index(found["letter"].upper()) for found in _TOKEN.finditer(text) if found["letter"]}


class _Parser:
    def __init__(self, text: str, series: int) -> None:
        self.text, self.series, self.depth = text, series, 0
        self.tokens = self._read()
        self.at = 0

    def parse(self) -> Evaluate:
        found = self._binary(0)
        if self._next():
            raise self._wrong(f"did not expect {self._next()!r}")
        return found

    def _read(self) -> list[str]:
        tokens, at, text = list[str](), 0, self.text.rstrip()
        while at < len(text):
            found = _TOKEN.match(text, at)
            if not found:
                raise self._wrong(f"cannot read {text[at:].strip()[:20]!r}")
            tokens.append(found[0].strip())
            at = found.end()
        if len(tokens) > limits.QUERY_FORMULA_PARTS:
            raise self._wrong(f"has more than {limits.QUERY_FORMULA_PARTS} names, numbers and signs")
        return tokens

    def _wrong(self, why: str) -> InvalidInput:
        return InvalidInput(f"Formula {self.text[:100]!r}: {why}", attr="formula")

    def _next(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def _take(self) -> str:
        token = self._next()
        if not token:
            raise self._wrong("ends too early")
        self.at += 1
        return token

    def _binary(self, floor: int) -> Evaluate:
        self.depth += 1
        if self.depth > limits.QUERY_FORMULA_DEPTH:
            raise self._wrong(f"is nested deeper than {limits.QUERY_FORMULA_DEPTH} levels")
        left = self._operand()
        while (binding := _BINDING.get(self._next(), 0)) > floor:
            sign = self._take()
            left = _apply(sign, left, self._binary(binding - 1 if sign == "**" else binding))
        self.depth -= 1
        return left

    def _operand(self) -> Evaluate:
        sign = self._take()
        if sign in ("+", "-"):
            value, factor = self._binary(_UNARY), -1.0 if sign == "-" else 1.0
            return lambda values: factor * value(values)
        if sign == "(":
            inner = self._binary(0)
            if self._take() != ")":
                raise self._wrong("a parenthesis is not closed")
            return inner
        if sign.isalpha():
            return self._letter(sign.upper())
        if sign in _BINDING or sign == ")":
            raise self._wrong(f"did not expect {sign!r}")
        number = float(sign)
        return lambda values: number

    def _letter(self, letter: str) -> Evaluate:
        index = ascii_uppercase.index(letter)
        if index >= self.series:
            known = ", ".join(ascii_uppercase[: self.series])
            defined = f"only {self.series} series {'is' if self.series == 1 else 'are'} defined ({known})"
            raise InvalidInput(f"Formula references series {letter}, but {defined}", attr="formula")
        return lambda values: values[index]


def _apply(sign: str, left: Evaluate, right: Evaluate) -> Evaluate:
    compute = _OPERATIONS[sign]

    def evaluate(values: Sequence[float]) -> float:
        try:
            result = compute(left(values), right(values))
        except (ZeroDivisionError, OverflowError, ValueError):
            return 0.0
        return result if isinstance(result, float) and math.isfinite(result) else 0.0

    return evaluate


_OPERATIONS: dict[str, Callable[[float, float], float]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right,
    "%": lambda left, right: math.fmod(left, right),
    "**": lambda left, right: left**right,
}
