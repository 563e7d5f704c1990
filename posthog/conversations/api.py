"""Conversations over HTTP."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from posthog.conversations import schema, selectors, transcripts
from posthog.conversations.schema import ConversationPageSerializer, ConversationSerializer, SummarySerializer
from posthog.query.errors import as_answers
from posthog.rest.paging import page_url
from posthog.tenancy.views import ProjectScopedView


class Conversations(ProjectScopedView):
    scope_object = "conversation"

    @extend_schema(
        operation_id="conversations_list",
        parameters=[
            OpenApiParameter("label", str, many=True, description="`user_toxic` (said at all) or `user_emotion:anger`; all must hold"),
            OpenApiParameter("person", str, description="a person's id or one of their distinct ids"),
            OpenApiParameter("date_from", str, description="an ISO date or time, or `-7d` and its like"),
            OpenApiParameter("date_to", str),
            OpenApiParameter("search", str, description="words that one message has all of"),
            OpenApiParameter("limit", int),
            OpenApiParameter("cursor", str, description="from `next` of the page before"),
        ],
        responses=ConversationPageSerializer,
    )
    def get(self, request: Request, project_id: str) -> Response:
        """Conversations, the one that ended last first."""
        wish = schema.wish(request.query_params, self.project)
        with as_answers():
            found, cursor = selectors.page(self.project.pk, wish)
        results = SummarySerializer(found, many=True).data
        return Response({"results": results, "next": page_url(request, cursor=str(cursor)) if cursor else None})


class OneConversation(ProjectScopedView):
    scope_object = "conversation"

    @extend_schema(
        operation_id="conversations_retrieve",
        parameters=[
            OpenApiParameter("limit", int, description="messages on a page; 2,000 unless told, which is the most"),
            OpenApiParameter("offset", int, description="messages before the first one wanted"),
            OpenApiParameter("message", str, description="id of an event or a message: the page that has it, if there is one"),
        ],
        responses=ConversationSerializer,
    )
    def get(self, request: Request, project_id: str, conversation_id: str) -> Response:
        """A conversation with a page of its messages, oldest first."""
        wanted = schema.page_wish(request.query_params)
        with as_answers():
            found = transcripts.transcript(self.project.pk, conversation_id, wanted)
        if found is None:
            raise NotFound("Conversation not found.")
        return Response(ConversationSerializer(found | _other_pages(request, found, wanted.limit)).data)


def _other_pages(request: Request, found: dict[str, Any], limit: int) -> dict[str, str | None]:
    start = found["offset"]
    before = {"message": None, "offset": max(start - limit, 0), "limit": min(start, limit)}
    return {
        "previous_messages": page_url(request, **before) if start else None,
        "next_messages": page_url(request, message=None, offset=start + limit) if found["more"] else None,
    }
