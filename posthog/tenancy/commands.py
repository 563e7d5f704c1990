"""What commands ask about projects."""

from django.core.management.base import CommandError

from posthog.tenancy.models import Project


def require_project(project_id: int) -> None:
    """Raises CommandError for a project that does not exist."""
    if not Project.objects.filter(pk=project_id).exists():
        raise CommandError(f"there is no project {project_id}")
