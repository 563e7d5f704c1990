"""The people of every test (Alice owns a project, Bob is in her organization, Charlie is a stranger with one of her own) and its stores."""

import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pytest
from django.test import Client
from pytest_django import Settings

from posthog.clickhouse.tests import tables
from posthog.common.redis import client as redis_client
from posthog.own_labels import heads
from posthog.tenancy import services, tokens
from posthog.tenancy.models import Membership, Organization, PersonalAPIKey, Project, User
from posthog.tenancy.schema import PersonalKeySerializer
from posthog.topics import centroids

PASSWORD = "a long enough password"


@dataclass(frozen=True)
class Person:
    """A signed-in user with a browser (`client`) and a project."""

    user: User
    project: Project
    client: Client

    def key(self, *scopes: str, scoped_teams: Sequence[int] = ()) -> str:
        """Value of a new personal API key with these scopes, for all projects unless some are named."""
        data = PersonalKeySerializer(data={"label": "test", "scopes": list(scopes) or ["*"], "scoped_teams": list(scoped_teams)})
        data.is_valid(raise_exception=True)
        key: PersonalAPIKey = data.save(user=self.user)
        return str(key.plain_value)  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def _fresh_caches() -> Iterator[None]:
    tokens.forget()
    centroids.forget()
    heads.forget()
    yield
    tokens.forget()


@pytest.fixture
def stores(engine: object, valkey: object) -> None:
    """Both stores, empty."""
    tables.empty()
    redis_client().flushdb()


@pytest.fixture
def make_person(db: None) -> Callable[..., Person]:
    """make_person("dora") has an organization of her own; make_person("eve", project) joins the one of project."""

    def make(name: str, project: Project | None = None) -> Person:
        level = Membership.Level.MEMBER if project else Membership.Level.OWNER
        home = project or services.create_project(Organization.objects.create(name=f"{name}'s organization"), f"{name}'s project")
        user = User.objects.create_user(f"{name}@example.com", PASSWORD, first_name=name.title(), current_project=home)
        Membership.objects.create(user=user, organization=home.organization, level=level)
        client = Client()
        client.force_login(user)
        return Person(user, home, client)

    return make


@pytest.fixture
def alice(make_person: Callable[..., Person]) -> Person:
    return make_person("alice")


@pytest.fixture
def bob(make_person: Callable[..., Person], alice: Person) -> Person:
    return make_person("bob", alice.project)


@pytest.fixture
def charlie(make_person: Callable[..., Person]) -> Person:
    return make_person("charlie")


@pytest.fixture
def without_valkey(settings: Settings) -> Iterator[None]:
    """Nobody answers at the address of Valkey."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        settings.REDIS_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        redis_client.cache_clear()
        yield
    redis_client.cache_clear()
