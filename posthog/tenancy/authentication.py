"""Who is asking: a browser session (with CSRF protection) or a personal API key."""

from datetime import timedelta

from rest_framework import authentication, exceptions
from rest_framework.request import Request

from posthog.common.time import utc_now
from posthog.tenancy import keys
from posthog.tenancy.models import PersonalAPIKey, User

# A key's last use is noted at most this often, so that reading through the API does not write on every request.
_USE_NOTED_EVERY = timedelta(minutes=5)


class SessionAuthentication(authentication.SessionAuthentication):
    """Answers 401 without credentials (the plain class answers 403), as PostHog's clients expect."""

    def authenticate_header(self, request: Request) -> str:
        return "Session"


class PersonalKeyAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer phx_…`, or `personal_api_key` in the query or the body."""

    def authenticate(self, request: Request) -> tuple[User, PersonalAPIKey] | None:
        value = _presented_key(request)
        if value is None:
            return None
        key = find_key(value)
        if key is None:
            raise exceptions.AuthenticationFailed("Personal API key found in request is invalid.")
        return key.user, key

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def find_key(value: str) -> PersonalAPIKey | None:
    """The live key with this value; its user must be active."""
    key = PersonalAPIKey.objects.select_related("user").filter(secure_value=keys.hash_personal_key(value), user__is_active=True).first()
    if key and (key.last_used_at is None or utc_now() - key.last_used_at > _USE_NOTED_EVERY):
        PersonalAPIKey.objects.filter(pk=key.pk).update(last_used_at=utc_now())
    return key


def _presented_key(request: Request) -> str | None:
    header = request.headers.get("Authorization", "")
    if header.lower().startswith("bearer "):
        return header[7:].strip()
    if "personal_api_key" in request.query_params:
        return request.query_params["personal_api_key"]
    has_body = request.method in ("POST", "PATCH", "PUT") and (request.content_type or "").startswith("application/json")
    value = request.data.get("personal_api_key") if has_body and isinstance(request.data, dict) else None
    return value if isinstance(value, str) else None
