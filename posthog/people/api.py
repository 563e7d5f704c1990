"""Persons over HTTP."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers, status
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from posthog.people import filters, selectors
from posthog.people.models import Person
from posthog.people.schema import PersonSummary
from posthog.rest import errors
from posthog.rest.errors import InvalidInput
from posthog.rest.paging import LimitOffset
from posthog.tenancy.views import ProjectScopedView

_CREATE_REFUSED = (
    "Creating persons via this API is not allowed. Please create persons by sending an $identify event. "
    "See https://posthog.com/docs/integrate/identifying-user for details."
)


@extend_schema_serializer(component_name="StoredPerson")
class PersonSerializer(serializers.Serializer[PersonSummary]):
    id = serializers.UUIDField()
    uuid = serializers.UUIDField(source="id")
    name = serializers.CharField()
    distinct_ids = serializers.ListField(child=serializers.CharField())
    properties = serializers.DictField()
    created_at = serializers.DateTimeField()
    is_identified = serializers.BooleanField()


class PersonsView(ProjectScopedView):
    scope_object = "person"

    @extend_schema(
        parameters=[OpenApiParameter(name, str) for name in ("search", "distinct_id", "email", "properties")]
        + [OpenApiParameter(name, int) for name in ("limit", "offset")],
        responses=PersonSerializer(many=True),
    )
    def get(self, request: Request, project_id: str) -> Response:
        """Persons, newest first."""
        asked = request.query_params
        rows = selectors.matching(
            self.project.pk, search=asked.get("search", "").strip(), distinct_id=asked.get("distinct_id", ""), email=asked.get("email", "")
        )
        if asked.get("properties"):
            rows = filters.apply_properties(rows, asked["properties"])
        paginator = LimitOffset()
        page: list[Person] = paginator.paginate_queryset(rows, request, self) or []
        summaries = selectors.summaries(self.project.pk, page)
        return paginator.get_paginated_response([PersonSerializer(one).data for one in summaries])

    @extend_schema(request=None, responses={405: None})
    def post(self, request: Request, project_id: str) -> Response:
        """Refused: persons come from events."""
        refusal = errors.body(status.HTTP_405_METHOD_NOT_ALLOWED, "method_not_allowed", _CREATE_REFUSED)
        return Response(refusal, status=status.HTTP_405_METHOD_NOT_ALLOWED)


class PersonView(ProjectScopedView):
    scope_object = "person"

    @extend_schema(responses=PersonSerializer)
    def get(self, request: Request, project_id: str, person_id: UUID) -> Response:
        found = selectors.by_ids(self.project.pk, [person_id])
        if person_id not in found:
            raise NotFound("Person not found.")
        return Response(PersonSerializer(found[person_id]).data)


class PersonValuesView(ProjectScopedView):
    scope_object = "person"

    @extend_schema(parameters=[OpenApiParameter("key", str, required=True), OpenApiParameter("value", str)], responses=dict[str, Any])
    def get(self, request: Request, project_id: str) -> Response:
        """The most frequent values of a person property, to complete what is being typed."""
        key = request.query_params.get("key", "")
        if not key:
            raise InvalidInput("key is missing: the name of a person property", "key", code="required")
        return Response(selectors.property_values(self.project.pk, key, request.query_params.get("value", "")))
