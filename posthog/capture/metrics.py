"""Counters of capture for Prometheus. Labels come from closed lists, never from what was sent."""

from prometheus_client import Counter, Histogram

REQUESTS = Counter("posthog_capture_requests", "Requests by endpoint and HTTP status.", ["endpoint", "status"])
ACCEPTED = Counter("posthog_capture_events_accepted", "Events that stand in the log, by lane.", ["lane"])
REFUSED = Counter("posthog_capture_events_refused", "Events refused with an answer that says so, by reason.", ["reason"])
DROPPED = Counter("posthog_capture_events_dropped", "Events answered with success and not kept on purpose, by reason.", ["reason"])
SECONDS = Histogram(
    "posthog_capture_request_seconds",
    "Time from the first line of the view to the answer.",
    ["endpoint"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0),
)
