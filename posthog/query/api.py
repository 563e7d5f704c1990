"""POST /query/ and what belongs to it."""

from __future__ import annotations

import uuid
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import APIException, NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from posthog.query import runner
from posthog.query.overrides import apply_overrides
from posthog.query.schema import parse_query, unwrap
from posthog.query.status import QueryStatus
from posthog.rest.errors import InvalidInput
from posthog.tenancy.views import ProjectScopedView

_REFRESH = frozenset({"blocking", "async", "lazy_async", "async_except_on_cache_miss", "force_blocking", "force_async", "force_cache"})
_ID_LENGTH = 200


class _QueryView(ProjectScopedView):
    scope_object = "query"
    read_methods = {"POST", "DELETE"}


class RunQuery(_QueryView):
    """Run a query."""

    @extend_schema(request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, project_id: str) -> Response:
        return Response(self.answer(request))

    def answer(self, request: Request, kind: str | None = None) -> dict[str, Any]:
        body = _body(request)
        query = apply_overrides(unwrap(body.get("query")), body.get("filters_override"), body.get("variables_override"))
        if kind is not None and (not isinstance(query, dict) or query.get("kind") != kind):
            raise InvalidInput(f"query.kind: the path says {kind}", attr="kind")
        refresh, query_id = _refresh(body), _query_id(body)
        if query_id is None and "async" not in refresh:
            return runner.run(self.project, query, refresh)
        return self._followed(query, refresh, query_id or str(uuid.uuid4()))

    def _followed(self, query: Any, refresh: str, query_id: str) -> dict[str, Any]:
        """With a status that GET and DELETE of /query/<id>/ speak of."""
        status = QueryStatus(self.project, query_id)
        status.start()
        try:
            answer = runner.run(self.project, query, refresh, check=status.check)
        except APIException as error:
            status.fail(str(error.detail), error.status_code)
            raise
        finished = status.finish(answer)
        return {**answer, "query_status": finished} if "async" in refresh else answer


class NamedQuery(RunQuery):
    """`/query/<Kind>/` runs a query of that kind; `/query/<client_query_id>/` tells about one or cancels it."""

    @extend_schema(operation_id="projects_query_kind_create", request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, project_id: str, name: str = "") -> Response:
        return Response(self.answer(request, name))

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, project_id: str, name: str) -> Response:
        found = QueryStatus(self.project, name).read()
        if found is None:
            raise NotFound("Query not found.")
        code = found.pop("status_code", 200) if found["error"] else (200 if found["complete"] else 202)
        return Response({"query_status": found}, status=code)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, project_id: str, name: str) -> Response:
        QueryStatus(self.project, name).cancel()
        return Response(status=204)


class UpgradeQuery(_QueryView):
    """The newest shape of an older query."""

    @extend_schema(request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, project_id: str) -> Response:
        query = parse_query(_body(request).get("query"))
        return Response({"query": query.model_dump(mode="json", exclude_unset=True)})


def _body(request: Request) -> dict[str, Any]:
    if not isinstance(request.data, dict):
        raise InvalidInput("expected a JSON object with `query`", code="parse_error")
    return request.data


def _refresh(body: dict[str, Any]) -> str:
    wanted = body.get("refresh")
    if body.get("async") is True and wanted is None:
        return "async"
    if wanted is None or wanted is False:
        return "blocking"
    if wanted is True:
        return "force_blocking"
    if not isinstance(wanted, str) or wanted not in _REFRESH:
        raise InvalidInput(f"refresh: expected one of {', '.join(sorted(_REFRESH))}", attr="refresh")
    return wanted


def _query_id(body: dict[str, Any]) -> str | None:
    wanted = body.get("client_query_id")
    if wanted is None:
        return None
    if not isinstance(wanted, str) or not 0 < len(wanted) <= _ID_LENGTH:
        raise InvalidInput(f"client_query_id: a text of at most {_ID_LENGTH} characters", attr="client_query_id")
    return wanted
