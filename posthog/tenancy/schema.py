"""Typed input and output of the tenancy API."""

from typing import Any
from zoneinfo import available_timezones

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from rest_framework import serializers

from posthog.tenancy import keys
from posthog.tenancy.models import Membership, Organization, PersonalAPIKey, Project, User
from posthog.tenancy.scopes import is_scope


class SetupInput(serializers.Serializer[Any]):
    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(max_length=128, trim_whitespace=False)
    first_name = serializers.CharField(max_length=150, allow_blank=True, default="")
    organization_name = serializers.CharField(max_length=64, default="My organization")
    project_name = serializers.CharField(max_length=200, default="Default project")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        check_password(attrs["password"], attrs["email"])
        return attrs


class LoginInput(serializers.Serializer[Any]):
    email = serializers.CharField(max_length=254)
    password = serializers.CharField(max_length=128, trim_whitespace=False)


class OrganizationOutput(serializers.ModelSerializer[Organization]):
    class Meta:
        model = Organization
        fields = ["id", "name", "created_at"]


class ProjectSerializer(serializers.ModelSerializer[Project]):
    project_id = serializers.IntegerField(source="id", read_only=True)

    class Meta:
        model = Project
        fields = [
            *("id", "uuid", "project_id", "organization", "name", "api_token", "timezone", "week_start_day", "anonymize_ips"),
            *("test_account_filters", "person_display_name_properties", "is_demo", "ingested_event", "created_at", "updated_at"),
        ]
        read_only_fields = ["id", "uuid", "organization", "api_token", "is_demo", "ingested_event"]

    def validate_timezone(self, value: str) -> str:
        if value not in available_timezones():
            raise serializers.ValidationError(f"'{value}' is not a time zone. Use a name such as Europe/Berlin.")
        return value

    def validate_test_account_filters(self, value: object) -> object:
        if not isinstance(value, list):
            raise serializers.ValidationError("Use a list of property filters.")
        return value

    def validate_person_display_name_properties(self, value: object) -> object:
        if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
            raise serializers.ValidationError("Use a list of property names.")
        return value


class ProjectSummary(serializers.ModelSerializer[Project]):
    class Meta:
        model = Project
        fields = ["id", "name", "api_token", "is_demo"]


class MeOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="pk")
    uuid = serializers.UUIDField()
    distinct_id = serializers.CharField(source="uuid")
    email = serializers.EmailField()
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    organization = OrganizationOutput(allow_null=True)
    team = ProjectSerializer(allow_null=True)
    projects = ProjectSummary(many=True)


class PreflightOutput(serializers.Serializer[Any]):
    initialized = serializers.BooleanField()
    version = serializers.CharField()
    demo = serializers.BooleanField()
    signed_in = serializers.BooleanField()


class MePatch(serializers.Serializer[Any]):
    set_current_team = serializers.IntegerField(required=False)


class MemberOutput(serializers.ModelSerializer[Membership]):
    email = serializers.EmailField(source="user.email")
    first_name = serializers.CharField(source="user.first_name")

    class Meta:
        model = Membership
        fields = ["id", "email", "first_name", "level", "joined_at"]


class MemberInput(serializers.Serializer[Any]):
    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(max_length=128, trim_whitespace=False)
    first_name = serializers.CharField(max_length=150, allow_blank=True, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        check_password(attrs["password"], attrs["email"])
        if User.objects.filter(email=attrs["email"].lower()).exists():
            raise serializers.ValidationError({"email": "There is an account with this email already."})
        return attrs


class PersonalKeySerializer(serializers.ModelSerializer[PersonalAPIKey]):
    """`value` is there only in the answer to the creation: afterwards nobody can read it, us included."""

    value = serializers.SerializerMethodField(method_name="plain_value")

    class Meta:
        model = PersonalAPIKey
        fields = ["id", "label", "value", "mask_value", "scopes", "scoped_teams", "created_at", "last_used_at", "user_id"]
        extra_kwargs = {"scopes": {"required": True}}
        read_only_fields = ["mask_value", "last_used_at", "created_at", "user_id"]

    def plain_value(self, instance: Any) -> str | None:
        return getattr(instance, "plain_value", None)

    def validate_scopes(self, value: object) -> list[str]:
        if not isinstance(value, list) or not value:
            raise serializers.ValidationError("Give at least one scope, for example ['query:read'].")
        for scope in value:
            if not is_scope(scope):
                raise serializers.ValidationError(f"Unknown scope '{scope}'.")
        return [str(scope) for scope in value]

    def validate_scoped_teams(self, value: object) -> list[int]:
        if not isinstance(value, list) or not all(type(item) is int for item in value):  # True is an int
            raise serializers.ValidationError("Use a list of project ids.")
        return value

    def create(self, validated_data: dict[str, Any]) -> PersonalAPIKey:
        value = keys.new_personal_key()
        key = PersonalAPIKey.objects.create(**validated_data, secure_value=keys.hash_personal_key(value), mask_value=keys.mask(value))
        key.plain_value = value  # type: ignore[attr-defined]
        return key


def check_password(password: str, email: str) -> None:
    try:
        validate_password(password, User(email=email))
    except ValidationError as error:
        raise serializers.ValidationError({"password": error.messages}) from error
