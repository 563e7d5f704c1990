"""What ingestion tells Prometheus."""

from prometheus_client import Counter, Gauge, Histogram

EVENTS = Counter("posthog_ingestion_events_total", "Events by what became of them", ["outcome", "reason"])
BATCH_SECONDS = Histogram(
    "posthog_ingestion_batch_seconds", "Time of one batch through all stages", buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
)
STAGE_SECONDS = Counter("posthog_ingestion_stage_seconds_total", "Time spent in each stage", ["stage"])
LAG_SECONDS = Gauge("posthog_ingestion_lag_seconds", "Age of the newest event of the last batch when it was written", ["partition"])
RETRIES = Counter("posthog_ingestion_batch_retries_total", "Batches that stay pending, by the part that failed", ["cause"])
WARNINGS = Counter("posthog_ingestion_warnings_total", "Things in events that were ignored", ["type"])
LABEL_CACHE = Counter("posthog_ingestion_label_cache_total", "Messages whose labels were known already, or not", ["answer"])
CLASSIFIED = Counter("posthog_ingestion_classified_total", "Messages classified", ["by"])
WAITING = Gauge(
    "posthog_ingestion_labels_waiting",
    "Stored messages that wait for labels: of none at all, or of the present model's",
    ["has"],
    multiprocess_mode="mostrecent",
)
UNLABELLED = Counter("posthog_ingestion_unlabelled_total", "Messages that went in without labels, to be labelled later", ["cause"])
UNREADABLE = Counter("posthog_ingestion_unreadable_total", "Messages that stay without labels because the model fails on them")
