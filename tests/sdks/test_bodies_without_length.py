"""A body that comes in chunks, as Go's and Java's clients and `curl -T -` send it, is taken like any other."""

import http.client
import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from tests.product import Product, wait_until


def chunked(product: Product, path: str, body: dict[str, Any]) -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", product.port, timeout=30)
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {product.key}", "Transfer-Encoding": "chunked"}
    connection.request("POST", path, _pieces(json.dumps(body).encode()), headers, encode_chunked=True)
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read())


def _pieces(body: bytes) -> Iterator[bytes]:
    for start in range(0, len(body), 40):
        yield body[start : start + 40]


def test_events_and_queries_in_chunks(product: Product) -> None:
    person = f"grace-{uuid4()}"
    event = {"event": "chapter read", "distinct_id": person, "properties": {}}
    assert chunked(product, "/batch/", {"api_key": product.token, "batch": [event]})[0] == 200
    text = f"SELECT count() FROM events WHERE distinct_id = '{person}'"
    query = {"query": {"kind": "HogQLQuery", "query": text}, "refresh": "force_blocking"}

    def counted() -> bool:
        status, answer = chunked(product, "/api/projects/@current/query/", query)
        assert status == 200, answer
        return bool(answer["results"] == [[1]])

    assert wait_until(counted, 30)


def test_a_body_without_an_end_is_refused(product: Product) -> None:
    status, answer = chunked(product, "/api/projects/@current/query/", {"query": "x" * (6 * 1024 * 1024)})
    assert (status, "larger than" in answer["detail"]) == (400, True)
