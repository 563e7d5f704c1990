"""Ground for every view inside a project: `self.project` is set by the one door, after the scope check."""

from typing import Any

from rest_framework.request import Request
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from posthog.tenancy import access
from posthog.tenancy.models import Project

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


class ProjectScopedView(APIView):
    """One resource or action of a project."""

    project: Project
    # Object of the scope a personal API key needs: `<scope_object>:read` or `:write`.
    scope_object: str
    # Methods that only read although HTTP says otherwise (a query is POSTed).
    read_methods: set[str] = set()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        reads = request.method in SAFE_METHODS or request.method in self.read_methods
        scope = f"{self.scope_object}:{'read' if reads else 'write'}"
        self.project = access.project_for(request, kwargs["project_id"], scope)


class ProjectScopedViewSet(ProjectScopedView, GenericViewSet[Any]):
    """A collection of a project."""
