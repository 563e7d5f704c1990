"""The routes that server SDKs call with a personal API key."""

import hashlib
from typing import Any

import orjson
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from posthog.flags import answers
from posthog.tenancy import access
from posthog.tenancy.models import Project
from posthog.tenancy.tokens import project_for_token
from posthog.tenancy.views import ProjectScopedView

_SCOPE = "feature_flag:read"


class Definitions(APIView):
    """Flag definitions for evaluation in the SDK; 304 when the sender's copy is current."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        project = _project_asked_for(request)
        answer = answers.definitions()
        tag = _tag(project, answer)
        if tag in request.headers.get("If-None-Match", ""):
            return Response(status=304, headers={"ETag": tag})
        return Response(answer, headers={"ETag": tag})


class RemoteConfig(ProjectScopedView):
    """The payload of one remote configuration flag; there are none."""

    scope_object = "feature_flag"

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, key: str, **_: Any) -> Response:
        raise NotFound(f"There is no feature flag {key[:200]!r}.")


def _project_asked_for(request: Request) -> Project:
    """The project of ?token=, if the requester may read its flags; without a token the requester's current one."""
    token = request.query_params.get("token")
    if not token:
        return access.project_for(request, "@current", _SCOPE)
    access.signed_in_user(request)
    project = project_for_token(token)
    return access.project_for(request, str(project.id) if project else "", _SCOPE)


def _tag(project: Project, answer: dict[str, Any]) -> str:
    digest = hashlib.sha256(orjson.dumps([project.pk, answer], option=orjson.OPT_SORT_KEYS)).hexdigest()
    return f'"{digest[:32]}"'
