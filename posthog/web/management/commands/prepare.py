"""`manage.py prepare`: what must be true before the parts start: all tables there, and what INITIAL_* asks for."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.db.utils import OperationalError
from redis.exceptions import RedisError

from posthog.classifiers import service
from posthog.common import limits, redis
from posthog.settings import environment
from posthog.tenancy import keys, services
from posthog.tenancy.models import Organization, Project, User
from posthog.tenancy.schema import SetupInput
from posthog.web.demo import project as demo

_VARIABLES = {"email": "INITIAL_EMAIL", "organization_name": "INITIAL_ORGANIZATION", "project_name": "INITIAL_PROJECT"}


class Command(BaseCommand):
    help = "Migrate both databases, and make the first user, project and key given by INITIAL_* variables."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--demo", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        _ask_the_log()
        _migrate()
        call_command("migrate_clickhouse")
        self._provision()
        if options["demo"]:
            demo.ensure_project()
        if settings.LABELS_ENABLED and not service.label_version():
            self.stdout.write(f"There is no model in MODEL_DIR={settings.MODEL_DIR}: events go in without labels.")
        if not services.is_initialized():
            self.stdout.write("No user yet: open the address below in a browser and make the first one.")

    def _provision(self) -> None:
        """INITIAL_EMAIL, INITIAL_PASSWORD, INITIAL_PROJECT_TOKEN, INITIAL_PERSONAL_API_KEY. Doing it again changes nothing."""
        email, password = environment.text("INITIAL_EMAIL"), environment.text("INITIAL_PASSWORD")
        if not email:
            return
        if not password and not services.is_initialized():
            raise CommandError("INITIAL_EMAIL is set but INITIAL_PASSWORD is not.")
        with transaction.atomic():
            user = self._user(email, password)
            _give_token(user)
            _give_key(user)

    def _user(self, email: str, password: str) -> User:
        if services.is_initialized():
            return User.objects.filter(email=email.lower()).first() or User.objects.order_by("id")[0]
        wanted = _wanted(email, password)
        self.stdout.write(f"Making the first user, {email}.")
        return services.initialize(**wanted, project_token=_token())


def _wanted(email: str, password: str) -> dict[str, Any]:
    """What the browser form would take, by the same rules."""
    given = {"email": email, "password": password}
    named = {"organization_name": environment.text("INITIAL_ORGANIZATION"), "project_name": environment.text("INITIAL_PROJECT")}
    form = SetupInput(data=given | {name: value for name, value in named.items() if value})
    if not form.is_valid():
        problems = "; ".join(
            f"{_VARIABLES.get(field, 'INITIAL_PASSWORD')}: {' '.join(map(str, said))}" for field, said in form.errors.items()
        )
        raise CommandError(problems)
    return dict(form.validated_data)


def _ask_the_log() -> None:
    try:
        redis.client().ping()
    except RedisError as error:
        raise CommandError(f"the event log does not answer, see REDIS_URL: {error}") from error


def _migrate() -> None:
    try:
        call_command("migrate", verbosity=0, interactive=False)
    except OperationalError as error:
        raise CommandError(f"the database does not take the tables, see DATABASE_URL: {error}") from error


def _token() -> str:
    """INITIAL_PROJECT_TOKEN, "" when it is not given."""
    token = environment.text("INITIAL_PROJECT_TOKEN")
    if len(token) > limits.TOKEN_LENGTH or not token.isascii() or token.startswith(keys.PERSONAL_KEY_PREFIX):
        raise CommandError(f"INITIAL_PROJECT_TOKEN must be at most {limits.TOKEN_LENGTH} ASCII characters and must not start with phx_.")
    return token


def _give_token(user: User) -> None:
    """The project of INITIAL_PROJECT_TOKEN exists, made if need be."""
    token = _token()
    if not token or Project.objects.filter(api_token=token).exists():
        return
    organization = Organization.objects.filter(memberships__user=user)[0]
    services.create_project(organization, "Provisioned project", token)


def _give_key(user: User) -> None:
    value = environment.text("INITIAL_PERSONAL_API_KEY")
    if not value:
        return
    if len(value) < 20:
        raise CommandError("INITIAL_PERSONAL_API_KEY must have at least 20 characters.")
    services.ensure_personal_key(user, value, "Initial key")
