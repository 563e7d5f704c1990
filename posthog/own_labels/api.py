"""Own labels over HTTP."""

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from posthog.classifiers.service import ModelUnavailable
from posthog.clickhouse.errors import ClickHouseError
from posthog.common import apart
from posthog.own_labels import schema, selectors, services
from posthog.own_labels.models import OwnLabel
from posthog.query.errors import as_answer
from posthog.rest.errors import Unavailable
from posthog.tenancy import access
from posthog.tenancy.views import ProjectScopedView


class _OwnLabels(ProjectScopedView):
    scope_object = "own_label"

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, ModelUnavailable | apart.Failed):
            exc = Unavailable(f"No label can be trained now: {exc}")
        return super().handle_exception(as_answer(exc) if isinstance(exc, ClickHouseError) else exc)

    def found(self, label_id: int) -> OwnLabel:
        label = selectors.label(self.project.pk, label_id)
        if label is None:
            raise NotFound("Label not found.")
        return label


class OwnLabels(_OwnLabels):
    @extend_schema(operation_id="own_labels_list", responses=schema.OwnLabelListSerializer)
    def get(self, request: Request, project_id: str) -> Response:
        """The labels that the project has defined by examples."""
        return Response(schema.OwnLabelListSerializer({"results": selectors.labels(self.project.pk)}).data)

    @extend_schema(
        operation_id="own_labels_create", request=schema.OwnLabelInputSerializer, responses={201: schema.OwnLabelDetailSerializer}
    )
    def post(self, request: Request, project_id: str) -> Response:
        """Train a label. New messages get it from now on, stored ones within a while: see `history`."""
        data = schema.OwnLabelInputSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        wish = schema.wish_from(self.project.pk, data.validated_data["speaker"], data.validated_data)
        label = services.create(self.project.pk, data.validated_data["name"], wish, access.signed_in_user(request))
        return Response(schema.OwnLabelDetailSerializer(selectors.detail(label)).data, status=status.HTTP_201_CREATED)


class OneOwnLabel(_OwnLabels):
    @extend_schema(operation_id="own_labels_retrieve", responses=schema.OwnLabelDetailSerializer)
    def get(self, request: Request, project_id: str, label_id: int) -> Response:
        return Response(schema.OwnLabelDetailSerializer(selectors.detail(self.found(label_id))).data)

    @extend_schema(operation_id="own_labels_change", request=schema.OwnLabelChangeSerializer, responses=schema.OwnLabelDetailSerializer)
    def patch(self, request: Request, project_id: str, label_id: int) -> Response:
        """Another name, or other examples. The properties keep their names."""
        label = self.found(label_id)
        data = schema.OwnLabelChangeSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        given = data.validated_data
        trains = "examples" in given or "counter_examples" in given
        wish = schema.wish_from(self.project.pk, label.speaker, given, label) if trains else None
        return Response(schema.OwnLabelDetailSerializer(selectors.detail(services.change(label, given.get("name"), wish))).data)

    @extend_schema(operation_id="own_labels_delete", responses={204: None})
    def delete(self, request: Request, project_id: str, label_id: int) -> Response:
        """New messages do not get it any more, and stored ones lose it within a while."""
        services.delete(self.found(label_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class Preview(_OwnLabels):
    read_methods = {"POST"}

    @extend_schema(operation_id="own_labels_preview", request=schema.OwnLabelTrainingSerializer, responses=schema.OwnLabelPreviewSerializer)
    def post(self, request: Request, project_id: str) -> Response:
        """Train without saving: how good the label would be, and which stored messages match best."""
        data = schema.OwnLabelTrainingSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        wish = schema.wish_from(self.project.pk, data.validated_data["speaker"], data.validated_data)
        trained = services.train(self.project.pk, wish)
        return Response(schema.OwnLabelPreviewSerializer(selectors.preview(self.project.pk, wish, trained)).data)
