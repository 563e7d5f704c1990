"""The demo project itself."""

from posthog.tenancy import services
from posthog.tenancy.models import Organization, Project

NAME = "Demo"


def ensure_project() -> Project:
    """The demo project, made in the first organization if it is not there yet."""
    project = Project.objects.filter(is_demo=True).first()
    if project is not None:
        return project
    organization = Organization.objects.order_by("created_at").first() or Organization.objects.create(name="My organization")
    return services.create_project(organization, NAME, is_demo=True)
