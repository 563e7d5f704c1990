"""Answers ConversationsQuery: the conversations behind a point of an insight, and the events in them that matched."""

from __future__ import annotations

from typing import Any

from posthog.common import limits
from posthog.conversations import selectors
from posthog.hogql import ast
from posthog.hogql import build as b
from posthog.insights.points import point_of
from posthog.query.rows import plain
from posthog.query.runner import QueryRunner, register
from posthog.query.schema import ConversationsQuery

_PAGE = 50


@register("ConversationsQuery")
class ConversationsQueryRunner(QueryRunner[ConversationsQuery]):
    def run(self) -> dict[str, Any]:
        limit, offset = self.query.limit or _PAGE, self.query.offset or 0
        where = point_of(self, self.query.source).events_where()
        conversations, without = self.execute(_totals(where)).rows[0]
        rows = self.execute(_page(where, limit, offset)).rows
        return {
            "results": self._described(rows),
            "count": conversations,
            "hasMore": offset + len(rows) < conversations,
            "events_without_conversation": without,
            "limit": limit,
            "offset": offset,
        }

    def _described(self, rows: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
        matched = {conversation: [str(uuid) for _, uuid in sorted(events)] for conversation, _, events in rows}
        found = {summary["id"]: summary for summary in selectors.summaries(self.project.pk, list(matched))}
        return [
            {**plain(found.get(conversation) or _unknown(conversation)), "matched_event_uuids": uuids}
            for conversation, uuids in matched.items()
        ]


def _unknown(conversation: str) -> dict[str, Any]:
    """An event that names a conversation without turns, such as a page view of the chat."""
    return {"id": conversation, "person": None, "started_at": None, "ended_at": None, "message_count": 0, "preview": None}


def _totals(where: ast.Expr) -> ast.SelectQuery:
    conversation = b.field("conversation_id")
    return ast.SelectQuery(
        select=[b.call("count", b.call("nullIf", conversation, ""), distinct=True), b.call("countIf", b.eq(conversation, ""))],
        select_from=b.table("events"),
        where=where,
    )


def _page(where: ast.Expr, limit: int, offset: int) -> ast.SelectQuery:
    """Newest match first; every matched event with its time, as many as one answer may hold."""
    moment = b.call("toUnixTimestamp64Micro", b.field("timestamp"))
    return ast.SelectQuery(
        select=[
            b.field("conversation_id"),
            b.alias("newest", b.call("max", b.field("timestamp"))),
            b.alias("matched", b.call("groupArray", b.tuple_(moment, b.field("uuid")), params=[limits.QUERY_MAX_ROWS])),
        ],
        select_from=b.table("events"),
        where=b.and_([where, b.not_eq(b.field("conversation_id"), "")]),
        group_by=[b.field("conversation_id")],
        order_by=[b.order(b.field("newest"), "DESC"), b.order(b.field("conversation_id"))],
        limit=limit,
        offset=offset,
    )
