"""Definitions over HTTP: what pickers of events and properties offer."""

from typing import Any
from uuid import UUID

from django.db.models import Model
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from posthog.common import limits
from posthog.definitions import selectors, services, values
from posthog.definitions.models import EventDefinition, PropertyDefinition
from posthog.definitions.schema import EventDefinitionSerializer, PropertyDefinitionSerializer
from posthog.definitions.selectors import PropertyWish, names_in
from posthog.rest.errors import InvalidInput
from posthog.rest.paging import LimitOffset
from posthog.tenancy.views import ProjectScopedView

_TYPES = ("event", "person", "group")
_PAGES = [OpenApiParameter(name, int) for name in ("limit", "offset")]


def _texts(*names: str) -> list[OpenApiParameter]:
    return [OpenApiParameter(name, str) for name in names]


class EventDefinitions(ProjectScopedView):
    scope_object = "event_definition"

    @extend_schema(parameters=[*_texts("search", "ordering", "event_type"), *_PAGES], responses=EventDefinitionSerializer(many=True))
    def get(self, request: Request, project_id: str) -> Response:
        """Names of events that were captured."""
        asked = request.query_params
        rows = selectors.event_definitions(self.project.pk, search=asked.get("search", ""), ordering=asked.get("ordering", "name"))
        if asked.get("event_type") == "action_event":
            rows = rows.none()
        pages = LimitOffset()
        page = pages.paginate_queryset(rows, request, self) or []
        return pages.get_paginated_response(EventDefinitionSerializer(page, many=True).data)


class PropertyDefinitions(ProjectScopedView):
    scope_object = "property_definition"

    @extend_schema(
        parameters=[
            *_texts("search", "type", "properties", "event_names", "excluded_properties"),
            OpenApiParameter("group_type_index", int),
            *(OpenApiParameter(name, bool) for name in ("is_numerical", "is_feature_flag", "filter_by_event_names", "exclude_hidden")),
            *_PAGES,
        ],
        responses=PropertyDefinitionSerializer(many=True),
    )
    def get(self, request: Request, project_id: str) -> Response:
        """Names of properties that were captured, labels included; `event_names` says with which events."""
        wish = _wish(request)
        services.define_labels(self.project.pk)
        pages = LimitOffset()
        page = pages.paginate_queryset(selectors.property_definitions(self.project.pk, wish), request, self) or []
        context = {"events_named": bool(wish.event_names)}
        return pages.get_paginated_response(PropertyDefinitionSerializer(page, many=True, context=context).data)


class _OneDefinition(ProjectScopedView):
    model: type[EventDefinition] | type[PropertyDefinition]
    serializer: type[EventDefinitionSerializer] | type[PropertyDefinitionSerializer]

    def find(self, definition_id: UUID) -> Model:
        row = self.model._default_manager.filter(project=self.project, pk=definition_id).first()
        if row is None:
            raise NotFound("Definition not found.")
        return row

    def read(self, definition_id: UUID) -> Response:
        return Response(self.serializer(self.find(definition_id)).data)

    def change(self, request: Request, definition_id: UUID) -> Response:
        data = self.serializer(self.find(definition_id), data=request.data, partial=True, context={"request": request})
        data.is_valid(raise_exception=True)
        with services.changing(self.project.pk):
            data.save()
        return Response(data.data)

    def delete_one(self, definition_id: UUID) -> Response:
        found = self.find(definition_id)
        with services.changing(self.project.pk):
            found.delete()
        return Response(status=status.HTTP_204_NO_CONTENT)


class OneEventDefinition(_OneDefinition):
    scope_object = "event_definition"
    model, serializer = EventDefinition, EventDefinitionSerializer

    @extend_schema(responses=EventDefinitionSerializer)
    def get(self, request: Request, project_id: str, definition_id: UUID) -> Response:
        return self.read(definition_id)

    @extend_schema(request=EventDefinitionSerializer, responses=EventDefinitionSerializer)
    def patch(self, request: Request, project_id: str, definition_id: UUID) -> Response:
        return self.change(request, definition_id)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, project_id: str, definition_id: UUID) -> Response:
        """Removes the name from pickers until an event uses it again."""
        return self.delete_one(definition_id)


class OnePropertyDefinition(_OneDefinition):
    scope_object = "property_definition"
    model, serializer = PropertyDefinition, PropertyDefinitionSerializer

    @extend_schema(responses=PropertyDefinitionSerializer)
    def get(self, request: Request, project_id: str, definition_id: UUID) -> Response:
        return self.read(definition_id)

    @extend_schema(request=PropertyDefinitionSerializer, responses=PropertyDefinitionSerializer)
    def patch(self, request: Request, project_id: str, definition_id: UUID) -> Response:
        return self.change(request, definition_id)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, project_id: str, definition_id: UUID) -> Response:
        """Removes the name from pickers until an event uses it again."""
        return self.delete_one(definition_id)


class EventValues(ProjectScopedView):
    scope_object = "event"

    @extend_schema(parameters=[OpenApiParameter("key", str, required=True), *_texts("value", "event_name")], responses=dict[str, Any])
    def get(self, request: Request, project_id: str) -> Response:
        """The most frequent values of an event property or label, to complete what is being typed: `[{"name": value}]`."""
        key = request.query_params.get("key", "")
        if not key:
            raise InvalidInput("key is missing: the name of an event property", "key", code="required")
        events = request.query_params.getlist("event_name")
        return Response(values.event_property_values(self.project, key, request.query_params.get("value", ""), events))


def _wish(request: Request) -> PropertyWish:
    asked = request.query_params
    kind = asked.get("type", "event")
    if kind not in _TYPES:
        raise InvalidInput(f"type is one of {', '.join(_TYPES)}", "type")
    index = _group_type_index(kind, asked.get("group_type_index"))
    return PropertyWish(
        search=asked.get("search", ""),
        type=kind,
        group_type_index=index,
        names=asked["properties"].split(",") if asked.get("properties") else None,
        excluded=names_in(asked["excluded_properties"], "excluded_properties") if asked.get("excluded_properties") else (),
        event_names=names_in(asked["event_names"], "event_names") if asked.get("event_names") else (),
        filter_by_event_names=_flag(asked.get("filter_by_event_names")) is True,
        is_numerical=_flag(asked.get("is_numerical")),
        is_feature_flag=_flag(asked.get("is_feature_flag")),
        exclude_hidden=_flag(asked.get("exclude_hidden")) is True,
    )


def _group_type_index(kind: str, text: str | None) -> int | None:
    if kind != "group":
        if text:
            raise InvalidInput("`group_type_index` can only be set for `group` type", "group_type_index")
        return None
    if text is None or text not in map(str, range(limits.GROUP_TYPES)):
        raise InvalidInput("`group_type_index` must be set for `group` type", "group_type_index")
    return int(text)


def _flag(text: str | None) -> bool | None:
    return None if text is None else text.lower() in ("true", "1", "yes")
