"""The only door to a project. Every view gets its project from here, and nowhere else."""

from django.db.models import QuerySet
from django.http import HttpRequest
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request

from posthog.tenancy.models import Membership, PersonalAPIKey, Project, User
from posthog.tenancy.scopes import allows


def project_for(request: Request, project_id: str, required_scope: str | None = None) -> Project:
    """The project with this id, or the user's current one for "@current", if the requester may use it.

    Raises NotFound for a project that does not exist or that the user is no member of (the two cannot be told apart), PermissionDenied
    when a personal API key lacks required_scope or is limited to other projects.
    """
    user = signed_in_user(request)
    project = current_project(user) if project_id == "@current" else _by_id(user, project_id)
    if project is None:
        raise NotFound("Project not found.")
    if (allowed := limited_to(request)) and project.pk not in allowed:
        raise PermissionDenied("API key does not have access to this project.")
    if required_scope:
        check_scope(request, required_scope)
    return project


def check_scope(request: Request, required_scope: str) -> None:
    """Raises PermissionDenied when a personal API key lacks the scope; a session has all of them."""
    if isinstance(request.auth, PersonalAPIKey) and not allows(request.auth.scopes, required_scope):
        raise PermissionDenied(f"API key missing required scope '{required_scope}'")


def signed_in_user(request: Request | HttpRequest) -> User:
    """The user behind a session or a personal API key. Raises PermissionDenied for anyone else."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def projects_for(request: Request) -> QuerySet[Project]:
    """All that the requester may use: those of the user, without others than the personal API key is limited to."""
    mine = projects_of(signed_in_user(request))
    allowed = limited_to(request)
    return mine.filter(pk__in=allowed) if allowed else mine


def check_in_person(request: Request, what: str) -> None:
    """Raises PermissionDenied for a personal API key: it must not give itself, or anyone, more than it was given."""
    if request.auth is not None:
        raise PermissionDenied(f"{what} in the browser, not with a key.")


def projects_of(user: User) -> QuerySet[Project]:
    return Project.objects.filter(organization__memberships__user=user).order_by("id")


def current_project(user: User, among: QuerySet[Project] | None = None) -> Project | None:
    """The one that the user has chosen, else the first; None for a user without projects."""
    mine = projects_of(user) if among is None else among
    return mine.filter(pk=user.current_project_id or 0).first() or mine.first()


def is_admin(user: User, project: Project) -> bool:
    return Membership.objects.filter(user=user, organization=project.organization_id, level__gte=Membership.Level.ADMIN).exists()


def limited_to(request: Request) -> list[int]:
    """Ids of the projects that a personal API key is limited to; none for a key for all projects, and for a session."""
    return request.auth.scoped_teams if isinstance(request.auth, PersonalAPIKey) else []


def _by_id(user: User, project_id: str) -> Project | None:
    if not project_id.isascii() or not project_id.isdigit() or len(project_id) > 18:
        return None
    return projects_of(user).filter(pk=int(project_id)).first()
