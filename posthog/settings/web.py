"""HTTP: hosts, cookies, headers, static files, REST framework."""

from posthog.settings import environment
from posthog.settings.secrets import stored_secret
from posthog.settings.stores import DATA_DIR, ROOT


def own_address(host: str) -> str:
    """Where the product's own processes reach a web server that listens on host."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 – compared, not listened on


def host_in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


DEBUG = environment.flag("DEBUG", False)
SECRET_KEY = environment.text("SECRET_KEY") or stored_secret(DATA_DIR / "secrets" / "secret_key")
HOST = environment.text("HOST", "127.0.0.1")
PORT_MAX = 65_535
PORT = environment.integer("PORT", 8000, least=1, most=PORT_MAX)
OWN_ADDRESS = own_address(HOST)
_BROWSERS_REACH = "localhost" if OWN_ADDRESS in ("127.0.0.1", "::1") else host_in_url(HOST)
SITE_URL = environment.url("SITE_URL", "https://host", ("http", "https"), f"http://{_BROWSERS_REACH}:{PORT}").rstrip("/")
# The product asks itself whether it is up, whatever names others may use.
ALLOWED_HOSTS = [
    *environment.words("ALLOWED_HOSTS", ["*"] if HOST == "127.0.0.1" else ["localhost", "127.0.0.1", host_in_url(HOST)]),
    host_in_url(OWN_ADDRESS),
]
CSRF_TRUSTED_ORIGINS = [SITE_URL]
# X-Forwarded-For and X-Forwarded-Proto are believed only behind a proxy that sets them.
TRUST_PROXY = environment.flag("TRUST_PROXY", False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUST_PROXY else None

SESSION_COOKIE_NAME = "posthog_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SITE_URL.startswith("https://")
SESSION_ENGINE = "django.contrib.sessions.backends.db"
CSRF_COOKIE_NAME = "posthog_csrftoken"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
APPEND_SLASH = False

STATIC_URL = "/static/"
FRONTEND_DIR = ROOT / "frontend" / "dist"
WHITENOISE_AUTOREFRESH = False

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "posthog.tenancy.authentication.PersonalKeyAuthentication",
        "posthog.tenancy.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["posthog.rest.rendering.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "posthog.rest.rendering.Negotiation",
    "DEFAULT_PARSER_CLASSES": ["posthog.rest.parsing.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "posthog.rest.paging.LimitOffset",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "posthog.rest.errors.handle",
    "PAGE_SIZE": 100,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "PostHog-LLM",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "PREPROCESSING_HOOKS": ["posthog.rest.openapi.documented_routes"],
}
