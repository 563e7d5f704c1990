"""Events over HTTP: the classic list, which PostHog has deprecated and clients still use."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from posthog.conversations import event_lists
from posthog.query.errors import as_answers
from posthog.rest.paging import page_url
from posthog.tenancy.views import ProjectScopedView


class EventSerializer(serializers.Serializer[Any]):
    """Only describes answers; rows are made in event_lists."""

    id = serializers.UUIDField()
    uuid = serializers.UUIDField()
    distinct_id = serializers.CharField()
    properties = serializers.DictField()
    event = serializers.CharField()
    timestamp = serializers.DateTimeField()
    person = serializers.DictField()
    elements = serializers.ListField()
    elements_chain = serializers.CharField()
    conversation_id = serializers.CharField(allow_null=True)


class EventPageSerializer(serializers.Serializer[Any]):
    results = EventSerializer(many=True)
    next = serializers.URLField(allow_null=True)


class Events(ProjectScopedView):
    scope_object = "event"

    @extend_schema(
        operation_id="events_list",
        parameters=[
            OpenApiParameter(name, str) for name in ("event", "person_id", "distinct_id", "properties", "after", "before", "orderBy")
        ]
        + [OpenApiParameter(name, int) for name in ("limit", "offset")],
        responses=EventPageSerializer,
    )
    def get(self, request: Request, project_id: str) -> Response:
        """Events, newest first."""
        wanted = event_lists.wish(request.query_params.dict(), self.project)
        with as_answers():
            found = event_lists.events(self.project, wanted)
        page, more = found[: wanted.limit], len(found) > wanted.limit
        return Response({"results": page, "next": page_url(request, **event_lists.following(wanted, page)) if more else None})


class OneEvent(ProjectScopedView):
    scope_object = "event"

    @extend_schema(operation_id="events_retrieve", responses=EventSerializer)
    def get(self, request: Request, project_id: str, event_uuid: UUID) -> Response:
        with as_answers():
            found = event_lists.event(self.project, event_uuid)
        if found is None:
            raise NotFound("Event not found.")
        return Response(found)
