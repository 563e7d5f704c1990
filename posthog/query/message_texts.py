"""Filters on event properties whose texts are stored as messages: an event matches where one of the property's messages does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from posthog.clickhouse.texts import REFERENCE
from posthog.hogql import ast
from posthog.hogql import build as b
from posthog.query.operators import Operand, Value, condition, opposite

_MESSAGE_IDS = rf'"\{REFERENCE}":"([0-9a-f-]{{36}})"'


def message_condition(references: Operand, operator: str, values: Sequence[Value]) -> ast.Expr:
    """`references` is the events' message_refs under the property's name. Operators compare the content of single messages."""
    positive = opposite(operator)
    if positive is not None:
        return b.not_(message_condition(references, positive, values))
    stored = b.call("JSONExtractRaw", references.field, references.name)
    if operator == "is_set":
        return b.not_eq(stored, "")
    matching = ast.SelectQuery(
        select=[b.call("toString", b.field("message_id"))],
        select_from=b.table("messages"),
        where=condition(replace(references, field=b.field("content")), operator, values),
    )
    matches = b.lambda_(["message_id"], b.in_(b.field("message_id"), matching))
    return b.call("arrayExists", matches, b.call("extractAll", stored, _MESSAGE_IDS))
