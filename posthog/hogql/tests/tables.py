"""Which tables printed SQL reads, as the guard splits it into words."""

from itertools import pairwise

from posthog.hogql import guard


def tables_of(sql: str) -> list[str]:
    """The stored tables that the text reads, with repetitions."""
    pairs = pairwise(guard.lex(sql))
    return [found.text.strip("`") for before, found in pairs if before.text in {"FROM", "JOIN"} and found.kind == "name"]
