"""Users, organizations, projects, memberships and keys."""

import secrets
import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models

from posthog.tenancy import keys

DISPLAY_NAME_PROPERTIES = ["email", "Email", "name", "Name", "username", "Username", "UserName"]


def default_display_names() -> list[str]:
    return list(DISPLAY_NAME_PROPERTIES)


def new_secret() -> str:
    return secrets.token_hex(32)


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        return user


class User(AbstractBaseUser):
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(unique=True)
    first_name = models.CharField(max_length=150, blank=True)
    last_name = models.CharField(max_length=150, blank=True)
    is_active = models.BooleanField(default=True)
    current_project = models.ForeignKey("Project", null=True, on_delete=models.SET_NULL, related_name="+")
    date_joined = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    def __str__(self) -> str:
        return self.email


class Organization(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    class Level(models.IntegerChoices):
        MEMBER = 1
        ADMIN = 8
        OWNER = 15

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="memberships")
    level = models.PositiveSmallIntegerField(choices=Level.choices, default=Level.MEMBER)
    joined_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "organization"], name="one_membership_per_organization")]


class Project(models.Model):
    """Events, persons and insights belong to one project; its id is `team_id` in ClickHouse."""

    class WeekStart(models.IntegerChoices):
        SUNDAY = 0
        MONDAY = 1

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="projects")
    name = models.CharField(max_length=200)
    api_token = models.CharField(
        max_length=200, unique=True, default=keys.new_project_token, validators=[RegexValidator(r"^[\x21-\x7e]+$")]
    )
    # Key of the hash that names messages: short texts could be guessed from a plain one.
    message_secret = models.CharField(max_length=64, default=new_secret, editable=False)
    timezone = models.CharField(max_length=64, default="UTC")
    week_start_day = models.PositiveSmallIntegerField(choices=WeekStart.choices, default=WeekStart.SUNDAY)
    anonymize_ips = models.BooleanField(default=False)
    test_account_filters = models.JSONField(default=list, blank=True)
    person_display_name_properties = models.JSONField(default=default_display_names, blank=True)
    is_demo = models.BooleanField(default=False)
    ingested_event = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.name


class PersonalAPIKey(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="personal_api_keys")
    label = models.CharField(max_length=40)
    secure_value = models.CharField(max_length=64, unique=True, editable=False)
    mask_value = models.CharField(max_length=16, editable=False)
    scopes = models.JSONField(default=list)
    # Empty: every project of the user.
    scoped_teams = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)
