"""Sends events to this server's own capture endpoint, as an SDK does."""

import gzip
import http.client
import time
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from posthog.common import json
from posthog.common.time import utc_now

BATCH_SIZE = 50
ATTEMPTS = 8


class SendFailed(RuntimeError):
    """Capture did not take a batch; the message holds its answer."""


def send(events: Iterable[dict[str, Any]], token: str, host: str, port: int) -> Iterator[int]:
    """Send in gzip batches; yields the number of events after each. Waits and tries again while the server is busy."""
    connection = http.client.HTTPConnection(host, port, timeout=30)
    source = iter(events)
    while batch := list(islice(source, BATCH_SIZE)):
        body = gzip.compress(json.dumps({"api_key": token, "batch": batch, "sent_at": utc_now().isoformat()}), 1)
        _post(connection, body)
        yield len(batch)
    connection.close()


def _post(connection: http.client.HTTPConnection, body: bytes) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    for attempt in range(ATTEMPTS):
        connection.request("POST", "/batch/", body, headers)
        response = connection.getresponse()
        answer = response.read().decode("utf-8", "replace")
        if response.status == 200:
            return
        if response.status != 503:
            break
        time.sleep(min(2**attempt, 10))
    raise SendFailed(f"capture answered {response.status}: {answer[:300]}")
