"""Writes: the first start, members, projects, keys."""

from django.db import transaction

from posthog.tenancy import keys, tokens
from posthog.tenancy.models import Membership, Organization, PersonalAPIKey, Project, User


class AlreadyInitialized(Exception):
    """The first user exists; further ones are added by an administrator."""


def is_initialized() -> bool:
    return User.objects.exists()


@transaction.atomic
def initialize(
    *, email: str, password: str, first_name: str = "", organization_name: str, project_name: str, project_token: str = ""
) -> User:
    """First organization, project and owner. Raises AlreadyInitialized when there is a user."""
    if is_initialized():
        raise AlreadyInitialized
    organization = _first_organization(organization_name)
    project = create_project(organization, project_name, project_token)
    user = User.objects.create_user(email, password, first_name=first_name, current_project=project)
    Membership.objects.create(user=user, organization=organization, level=Membership.Level.OWNER)
    return user


def _first_organization(name: str) -> Organization:
    """A demo project may be there before the first user; its organization is taken over."""
    waiting = Organization.objects.filter(memberships=None).first()
    if waiting is None:
        return Organization.objects.create(name=name)
    waiting.name = name
    waiting.save(update_fields=["name"])
    return waiting


def create_project(organization: Organization, name: str, token: str = "", *, is_demo: bool = False) -> Project:
    """token: a given project token, else a new `phc_…` one."""
    project = Project.objects.create(organization=organization, name=name, is_demo=is_demo, api_token=token or keys.new_project_token())
    tokens.forget()
    return project


@transaction.atomic
def add_member(organization: Organization, *, email: str, password: str, first_name: str = "") -> Membership:
    user = User.objects.create_user(email, password, first_name=first_name)
    return Membership.objects.create(user=user, organization=organization)


def ensure_personal_key(user: User, value: str, label: str) -> None:
    """Store a key whose value the operator chose; doing it again changes nothing."""
    PersonalAPIKey.objects.get_or_create(
        secure_value=keys.hash_personal_key(value),
        defaults={"user": user, "label": label, "scopes": ["*"], "mask_value": keys.mask(value)},
    )


def reset_token(project: Project) -> None:
    project.api_token = keys.new_project_token()
    project.save(update_fields=["api_token", "updated_at"])
    tokens.forget()
