"""Saved insights over HTTP."""

from __future__ import annotations

from typing import Any, cast

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from posthog.insights import selectors, services
from posthog.insights.models import Insight
from posthog.insights.schema import NO_RESULT, InsightSerializer
from posthog.query import runner
from posthog.query.overrides import apply_overrides
from posthog.query.schema import unwrap
from posthog.rest.paging import LimitOffset
from posthog.tenancy.models import User
from posthog.tenancy.views import ProjectScopedViewSet

# `refresh` of the query string as the mode of the query endpoint.
_MODES = {"true": "force_blocking", "1": "force_blocking", "false": "", "0": ""}


class Insights(ProjectScopedViewSet):
    scope_object = "insight"
    serializer_class = InsightSerializer
    pagination_class = LimitOffset

    @extend_schema(responses=InsightSerializer(many=True))
    def list(self, request: Request, project_id: str) -> Response:
        found = selectors.matching(self.project, cast("User", request.user), request.query_params)
        page = self.paginate_queryset(found) or []
        return self.get_paginated_response([self._shown(insight, request) for insight in page])

    @extend_schema(request=InsightSerializer, responses={201: InsightSerializer})
    def create(self, request: Request, project_id: str) -> Response:
        data = InsightSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        insight = services.create(self.project, cast("User", request.user), data.validated_data)
        return Response(self._shown(insight, request), status=201)

    @extend_schema(responses=InsightSerializer)
    def retrieve(self, request: Request, project_id: str, pk: str) -> Response:
        return Response(self._shown(self._found(pk), request))

    @extend_schema(request=InsightSerializer, responses=InsightSerializer)
    def partial_update(self, request: Request, project_id: str, pk: str) -> Response:
        insight = self._found(pk)
        data = InsightSerializer(insight, data=request.data, partial=True)
        data.is_valid(raise_exception=True)
        return Response(self._shown(services.update(insight, cast("User", request.user), data.validated_data), request))

    @extend_schema(request=None, responses={201: None})
    def viewed(self, request: Request, project_id: str, pk: str) -> Response:
        services.viewed(self._found(pk))
        return Response(status=201)

    def _found(self, name: str) -> Insight:
        insight = selectors.by_id(self.project, name)
        if insight is None:
            raise NotFound("Insight not found.")
        return insight

    def _shown(self, insight: Insight, request: Request) -> dict[str, Any]:
        """With its result when `refresh` asks for one."""
        return {**InsightSerializer(insight).data, **NO_RESULT, **self._result(insight, request)}

    def _result(self, insight: Insight, request: Request) -> dict[str, Any]:
        asked = request.query_params.get("refresh", "")
        mode = _MODES.get(asked.lower(), asked)
        if not mode:
            return {}
        query = apply_overrides(unwrap(insight.query), None, None)
        answer = runner.run(self.project, query, mode)
        return {"result": answer["results"], **{name: answer.get(name) for name in NO_RESULT if name != "result"}}
