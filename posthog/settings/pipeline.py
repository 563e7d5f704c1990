"""Capture, the event log, labels and background work."""

from pathlib import Path

from posthog.settings import environment
from posthog.settings.stores import REDIS_URL

EVENT_LOG_PARTITIONS = environment.integer("EVENT_LOG_PARTITIONS", 2, least=1)
# Past this size of the log capture answers 503 with Retry-After instead of taking what it may not keep.
EVENT_LOG_MAX_BYTES = environment.integer("EVENT_LOG_MAX_BYTES", 512 * 1024 * 1024, least=1024 * 1024)
CAPTURE_UNKNOWN_TOKEN_STATUS = environment.integer("CAPTURE_UNKNOWN_TOKEN_STATUS", 401, least=200, most=599)

LABELS_ENABLED = environment.flag("LABELS_ENABLED", True)
# Labels that the model card turns off because they are too often wrong.
LABELS_ON = environment.words("LABELS_ON", [])
RELABEL_AUTOMATICALLY = environment.flag("RELABEL_AUTOMATICALLY", True)
# The routes of the original model servers, which have no key, answer also clients outside of private networks.
MODEL_SERVER_OPEN = environment.flag("MODEL_SERVER_OPEN", False)
MODEL_DIR = Path(environment.text("MODEL_DIR", str(Path(__file__).resolve().parent.parent / "classifiers" / "model")))
# What runs the model: "auto" takes the faster one of those that are there.
LABEL_ENGINE = environment.choice("LABEL_ENGINE", "auto", ("auto", "openvino", "onnxruntime"))

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_ROUTES = {"posthog.ingestion.tasks.*": {"queue": "ingestion"}}
CELERY_TIMEZONE = "UTC"
