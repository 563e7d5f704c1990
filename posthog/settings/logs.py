"""One line per log record on standard error; the supervisor adds the part's name and keeps the combined file."""

from posthog.settings import environment

LEVELS = ("debug", "info", "warning", "error", "critical")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": environment.choice("LOG_LEVEL", "info", LEVELS).upper()},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "celery.app.trace": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
    },
}
