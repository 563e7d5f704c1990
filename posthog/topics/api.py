"""Topics over HTTP."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import APIException, NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from posthog.query.errors import as_answers
from posthog.rest.errors import InvalidInput
from posthog.tenancy.views import ProjectScopedView
from posthog.topics import fits, selectors, services, tasks
from posthog.topics.models import Topic
from posthog.topics.schema import (
    TopicChangeSerializer,
    TopicFitSerializer,
    TopicListSerializer,
    TopicMergeSerializer,
    TopicSerializer,
)


class Conflict(APIException):
    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


class _Topics(ProjectScopedView):
    scope_object = "topic"

    def found(self, topic_id: int) -> Topic:
        topic = selectors.topic(self.project.pk, topic_id)
        if topic is None:
            raise NotFound("Topic not found.")
        return topic

    def shown(self, topic: Topic) -> Response:
        with as_answers():
            return Response(TopicSerializer(selectors.one(topic)).data)


class Topics(_Topics):
    @extend_schema(
        operation_id="topics_list",
        parameters=[OpenApiParameter("hidden", bool, description="with the hidden ones")],
        responses=TopicListSerializer,
    )
    def get(self, request: Request, project_id: str) -> Response:
        """What the project's users write about: pinned topics first, then the largest."""
        hidden = request.query_params.get("hidden", "").lower() in ("true", "1", "yes")
        with as_answers():
            found = selectors.topics(self.project.pk, hidden=hidden)
        return Response(TopicListSerializer({"results": found}).data)


class OneTopic(_Topics):
    @extend_schema(operation_id="topics_retrieve", responses=TopicSerializer)
    def get(self, request: Request, project_id: str, topic_id: int) -> Response:
        return self.shown(self.found(topic_id))

    @extend_schema(operation_id="topics_change", request=TopicChangeSerializer, responses=TopicSerializer)
    def patch(self, request: Request, project_id: str, topic_id: int) -> Response:
        """Rename, pin or hide. A new name and hiding reach stored messages within a while: see `labelled` of the fit."""
        topic = self.found(topic_id)
        data = TopicChangeSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        services.change(topic, data.validated_data)
        tasks.remind()
        return self.shown(topic)


class MergeTopic(_Topics):
    @extend_schema(operation_id="topics_merge", request=TopicMergeSerializer, responses=TopicSerializer)
    def post(self, request: Request, project_id: str, topic_id: int) -> Response:
        """Make this topic a part of another one, also for later fits. Answers with the other one."""
        topic = self.found(topic_id)
        data = TopicMergeSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        into = selectors.topic(self.project.pk, data.validated_data["into"])
        if into is None:
            raise InvalidInput(f"into: the project has no topic {data.validated_data['into']}", "into")
        merged = services.merge(topic, into)
        tasks.remind()
        return self.shown(merged)


class Fit(_Topics):
    @extend_schema(operation_id="topics_fit_status", responses=TopicFitSerializer)
    def get(self, request: Request, project_id: str) -> Response:
        """How the newest search for topics stands."""
        return Response(TopicFitSerializer(selectors.fit_status(self.project.pk)).data)

    @extend_schema(operation_id="topics_fit", request=None, responses={202: TopicFitSerializer})
    def post(self, request: Request, project_id: str) -> Response:
        """Look for topics again, in the background. 409 while another search is on its way."""
        with as_answers():
            try:
                fits.request(self.project.pk, by_hand=True)
            except fits.FitRefused as error:
                raise Conflict(str(error)) if error.is_running else InvalidInput(str(error), code="too_few") from error
        tasks.remind()
        return Response(TopicFitSerializer(selectors.fit_status(self.project.pk)).data, status=202)
