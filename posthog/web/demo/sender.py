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
NO_ANSWER = 0
HEADERS = {"Content-Type": "application/json", "Content-Encoding": "gzip"}


class SendFailed(RuntimeError):
    """Capture did not take a batch; the message holds its answer."""


def send(events: Iterable[dict[str, Any]], token: str, host: str, port: int) -> Iterator[int]:
    """Send in gzip batches; yields the number of events after each. Waits and tries again while the server is busy or away."""
    connection = http.client.HTTPConnection(host, port, timeout=30)
    source = iter(events)
    while batch := list(islice(source, BATCH_SIZE)):
        body = gzip.compress(json.dumps({"api_key": token, "batch": batch, "sent_at": utc_now().isoformat()}), 1)
        _post(connection, body)
        yield len(batch)
    connection.close()


def _post(connection: http.client.HTTPConnection, body: bytes) -> None:
    for attempt in range(ATTEMPTS):
        status, answer = _ask(connection, body)
        if status == 200:
            return
        if status not in (NO_ANSWER, 503):
            break
        time.sleep(min(2**attempt, 10))
    raise SendFailed(f"Capture did not take a batch, {f'status {status}' if status else 'no answer'}: {answer[:300]}")


def _ask(connection: http.client.HTTPConnection, body: bytes) -> tuple[int, str]:
    """Status and text of the answer; NO_ANSWER and the reason when none comes, as while the web server is restarted."""
    try:
        connection.request("POST", "/batch/", body, HEADERS)
        response = connection.getresponse()
        return response.status, response.read().decode("utf-8", "replace")
    except (OSError, http.client.HTTPException) as error:
        connection.close()
        return NO_ANSWER, str(error)
