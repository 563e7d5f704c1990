"""Settings by concern. Every value that an operator may change comes from the environment and stands in docs/settings.md."""

from posthog.settings.logs import *  # noqa: F403
from posthog.settings.pipeline import *  # noqa: F403
from posthog.settings.stores import *  # noqa: F403
from posthog.settings.web import *  # noqa: F403

VERSION = "0.1.0"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "rest_framework",
    "drf_spectacular",
    "posthog.clickhouse",
    "posthog.classifiers",
    "posthog.tenancy",
    "posthog.query",
    "posthog.people",
    "posthog.definitions",
    "posthog.topics",
    "posthog.own_labels",
    "posthog.conversations",
    "posthog.insights",
    "posthog.ingestion",
    "posthog.eventlog",
    "posthog.capture",
    "posthog.flags",
    "posthog.web",
]
MIDDLEWARE = [
    "posthog.capture.middleware.CaptureMiddleware",
    "posthog.rest.middleware.SizedBodies",
    "posthog.web.middleware.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "posthog.web.middleware.StaticFiles",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
# Its migrations are of ClickHouse tables: `manage.py migrate_clickhouse`.
MIGRATION_MODULES = {"clickhouse": None}
ROOT_URLCONF = "posthog.web.urls"
WSGI_APPLICATION = "posthog.web.wsgi.application"
AUTH_USER_MODEL = "tenancy.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True
