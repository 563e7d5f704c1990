"""Sign-in, users, projects, members, personal API keys."""

from typing import Any, cast

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import mixins, status
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from posthog.common.address import client_address
from posthog.rest.errors import InvalidInput
from posthog.tenancy import access, services, throttling
from posthog.tenancy.authentication import SessionAuthentication
from posthog.tenancy.models import Membership, PersonalAPIKey, Project, User
from posthog.tenancy.schema import (
    LoginInput,
    MemberInput,
    MemberOutput,
    MeOutput,
    MePatch,
    PersonalKeySerializer,
    PreflightOutput,
    ProjectSerializer,
    SetupInput,
)
from posthog.tenancy.views import ProjectScopedView


class Preflight(APIView):
    """What the interface asks before anything else."""

    permission_classes = [AllowAny]
    authentication_classes = [SessionAuthentication]

    @extend_schema(responses=PreflightOutput)
    def get(self, request: Request) -> Response:
        answer = {
            "initialized": services.is_initialized(),
            "version": settings.VERSION,
            "demo": Project.objects.filter(is_demo=True).exists(),
            "signed_in": request.user.is_authenticated,
        }
        return Response(answer)


class Setup(APIView):
    """First run: makes the organization, the project and its owner, and signs the owner in. Closed for good afterwards."""

    permission_classes = [AllowAny]

    @extend_schema(request=SetupInput, responses={201: MeOutput})
    def post(self, request: Request) -> Response:
        if services.is_initialized():
            raise PermissionDenied("This server has been set up already. Sign in instead.")
        data = SetupInput(data=request.data)
        data.is_valid(raise_exception=True)
        user = services.initialize(**data.validated_data)
        login(request._request, user, backend=BACKEND)
        return Response(describe(user, access.projects_of(user)), status=status.HTTP_201_CREATED)


BACKEND = "django.contrib.auth.backends.ModelBackend"


class Login(APIView):
    permission_classes = [AllowAny]

    @extend_schema(request=LoginInput, responses=MeOutput)
    def post(self, request: Request) -> Response:
        data = LoginInput(data=request.data)
        data.is_valid(raise_exception=True)
        email = data.validated_data["email"].lower()
        address = client_address(request._request)
        throttling.count_attempt(email, address)
        user = authenticate(request._request, username=email, password=data.validated_data["password"])
        if not isinstance(user, User):
            raise InvalidInput("Invalid email or password.", code="invalid_credentials")
        throttling.forget_attempts(email, address)
        login(request._request, user)
        return Response(describe(user, access.projects_of(user)))


class Logout(APIView):
    permission_classes = [AllowAny]

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        logout(request._request)
        return Response(status=status.HTTP_204_NO_CONTENT)


class Me(APIView):
    @extend_schema(responses=MeOutput)
    def get(self, request: Request) -> Response:
        access.check_scope(request, "user:read")
        return Response(describe(access.signed_in_user(request), access.projects_for(request)))

    @extend_schema(request=MePatch, responses=MeOutput)
    def patch(self, request: Request) -> Response:
        """`set_current_team`: the project that @current means."""
        access.check_scope(request, "user:write")
        data = MePatch(data=request.data)
        data.is_valid(raise_exception=True)
        user = access.signed_in_user(request)
        wanted = data.validated_data.get("set_current_team")
        if wanted is not None:
            user.current_project = access.project_for(request, str(wanted))
            user.save(update_fields=["current_project"])
        return Response(describe(user, access.projects_for(request)))


def describe(user: User, projects: QuerySet[Project]) -> dict[str, Any]:
    """The signed-in user with organization, current project and all projects that the requester may use."""
    current = access.current_project(user, projects)
    known = {name: getattr(user, name) for name in ("pk", "uuid", "email", "first_name", "last_name")}
    organization = current.organization if current else None
    return MeOutput({**known, "organization": organization, "team": current, "projects": projects}).data


class Projects(mixins.ListModelMixin, mixins.CreateModelMixin, GenericViewSet[Project]):
    serializer_class = ProjectSerializer
    queryset = Project.objects.none()

    def get_queryset(self) -> QuerySet[Project]:
        return access.projects_for(self.request)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        access.check_scope(request, "project:read" if request.method == "GET" else "project:write")

    def perform_create(self, serializer: Any) -> None:
        """A new project in the requester's organization; only its administrators may."""
        if access.limited_to(self.request):
            raise PermissionDenied("API key is limited to some projects and cannot add one.")
        membership = Membership.objects.filter(user=access.signed_in_user(self.request), level__gte=Membership.Level.ADMIN).first()
        if membership is None:
            raise PermissionDenied("Only an administrator of the organization can add a project.")
        serializer.save(organization=membership.organization)


class ProjectDetail(ProjectScopedView):
    scope_object = "project"

    @extend_schema(responses=ProjectSerializer)
    def get(self, request: Request, project_id: str) -> Response:
        return Response(ProjectSerializer(self.project).data)

    @extend_schema(request=ProjectSerializer, responses=ProjectSerializer)
    def patch(self, request: Request, project_id: str) -> Response:
        data = ProjectSerializer(self.project, data=request.data, partial=True)
        data.is_valid(raise_exception=True)
        data.save()
        return Response(data.data)


class ResetToken(ProjectScopedView):
    scope_object = "project"

    @extend_schema(request=None, responses=ProjectSerializer)
    def patch(self, request: Request, project_id: str) -> Response:
        _require_admin(request, self.project)
        services.reset_token(self.project)
        return Response(ProjectSerializer(self.project).data)


class Members(ProjectScopedView):
    """People of the project's organization."""

    scope_object = "project"

    @extend_schema(responses=inline_serializer("MemberList", {"results": MemberOutput(many=True)}))
    def get(self, request: Request, project_id: str) -> Response:
        members = Membership.objects.filter(organization=self.project.organization_id).select_related("user").order_by("joined_at")
        return Response({"results": MemberOutput(members, many=True).data})

    @extend_schema(request=MemberInput, responses=MemberOutput)
    def post(self, request: Request, project_id: str) -> Response:
        access.check_in_person(request, "Members are added")
        _require_admin(request, self.project)
        data = MemberInput(data=request.data)
        data.is_valid(raise_exception=True)
        member = services.add_member(self.project.organization, **data.validated_data)
        return Response(MemberOutput(member).data, status=status.HTTP_201_CREATED)


class PersonalKeys(mixins.ListModelMixin, mixins.CreateModelMixin, mixins.DestroyModelMixin, GenericViewSet[PersonalAPIKey]):
    """The requester's own keys. A key cannot make or remove keys: only a signed-in person can."""

    serializer_class = PersonalKeySerializer
    queryset = PersonalAPIKey.objects.none()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        access.check_in_person(request, "Personal API keys are managed")

    def get_queryset(self) -> QuerySet[PersonalAPIKey]:
        return PersonalAPIKey.objects.filter(user=cast(User, self.request.user)).order_by("-created_at")

    def perform_create(self, serializer: Any) -> None:
        serializer.save(user=access.signed_in_user(self.request))


def _require_admin(request: Request, project: Project) -> None:
    if not access.is_admin(access.signed_in_user(request), project):
        raise PermissionDenied("Only an administrator of the organization can do this.")
