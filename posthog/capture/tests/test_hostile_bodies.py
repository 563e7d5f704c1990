"""Whatever bytes arrive: an answer below 500, soon, and nothing in the log that ingestion could not read."""

import base64
import gzip
import json
import random
import time
import tracemalloc
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.test.client import FakePayload
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from posthog.capture.tests.conftest import HELLO, Sender
from posthog.common import limits

pytestmark = pytest.mark.django_db
VALUES: list[Any] = [
    None, True, False, 0, -1, 2**63, -(2**63), 10**30, 0.5, 1e308, "", " ", "\0", "\u202e", "a" * 10_000, "phc_", "phx_a", "null",
    "[object Object]", "undefined", "NaN", "{}", "'; DROP TABLE events; --", "{x:String}", "%s%n", "../../etc/passwd",
    "<script>alert(1)</script>", "\ud800", "\U0010ffff", [], [[]], [None], {}, {"": ""}, {"a": {"a": {"a": []}}}, {"__proto__": 1},
    {"$set": {"$set": 1}}, ["x"] * 500, {"k" * 1000: 1}, "1e999", "0x10", "²",
]  # fmt: skip
FIELDS = [
    "api_key", "token", "$token", "event", "distinct_id", "$distinct_id", "uuid", "properties", "timestamp", "offset", "sent_at", "batch",
    "historical_migration", "$set", "$set_once", "$unset", "type", "context",
]  # fmt: skip
HEADERS = ["", "gzip", "gzip-js", "lz64", "base64", "deflate", "\x00", "gzip, gzip"]


def is_sound(sender: Sender) -> None:
    """What stands in the log keeps every promise that ingestion builds on."""
    for event in sender.events():
        assert str(UUID(event["uuid"])) == event["uuid"]
        assert type(event["properties"]) is dict
        assert 0 < len(event["event"]) <= limits.EVENT_NAME_LENGTH
        assert 0 < len(event["distinct_id"]) <= limits.DISTINCT_ID_LENGTH
        assert "\0" not in event["distinct_id"]
        assert type(event.get("timestamp", "")) is str
        assert type(event.get("offset", 0)) is int


def wrong_types(token: str) -> Iterator[bytes]:
    for field in FIELDS:
        for value in VALUES:
            for body in ({**HELLO, "api_key": token, field: value}, {"api_key": token, "batch": [{**HELLO, field: value}, HELLO]}):
                yield json.dumps(body).encode()


def nested(token: str) -> Iterator[bytes]:
    key = token.encode()
    for depth in (10, 239, 241, 511, 513, 1_024, 1_100, 100_000, 1_000_000):
        for start, middle, end in ((b"[", b"", b"]"), (b'{"a":', b"1", b"}")):
            deep = start * depth + middle + end * depth
            yield deep
            yield start * depth
            yield b'{"token":"' + key + b'","event":"e","distinct_id":"d","properties":{"a":' + deep + b"}}"
            yield b'{"token":"' + key + b'","event":"e","distinct_id":' + deep + b"}"


def heavy(token: str) -> Iterator[bytes]:
    key = token.encode()
    yield b'{"token":"' + key + b'","event":"e","distinct_id":"d","properties":{' + b",".join(b'"%d":1' % i for i in range(100_000)) + b"}}"
    yield b'{"token":"' + key + b'","event":"e","distinct_id":"d","properties":{"n":' + b"9" * 1_000_000 + b"}}"
    yield b'{"token":"' + key + b'","event":"e","distinct_id":"d","offset":' + b"9" * 4_000 + b"}"
    yield b'{"a":1,' + b'"a":1,' * 100_000 + b'"a":1}'
    yield b'"' + b"\\ud800" * 100_000 + b'"'
    yield b"[" + b"1," * 900_000 + b"1]"
    yield b"-" * 500_000
    yield b"data=" + b"%" * 100_000
    yield b"data=" + b"%41" * 100_000
    yield b"&".join([b"data=e30="] * 10_000)
    yield b"a=b&" * 100_000


def packed(token: str) -> Iterator[bytes]:
    text = json.dumps({**HELLO, "api_key": token}).encode()
    good = gzip.compress(text)
    bomb = gzip.compress(b"0" * 50_000_000)
    yield from (good[:end] for end in range(0, len(good), 3))
    yield from (good[:at] + bytes((good[at] ^ 0xFF,)) + good[at + 1 :] for at in range(len(good)))
    yield bomb
    yield gzip.compress(bomb)
    yield base64.b64encode(bomb)
    yield good * 20
    yield b"".join(gzip.compress(b" ") for _ in range(5_000))
    yield good + b"trailing"
    yield b"\x1f\x8b\x08" + b"\0" * 1_000
    yield b"\x1f\x8b\x08\x04\x00\x00\x00\x00\x00\xff\xff\xff" + b"\0" * 100


def noise() -> Iterator[bytes]:
    dice = random.Random(20261123)
    for _ in range(300):
        yield dice.randbytes(dice.randrange(1, 400))
    yield from (bytes((byte,)) for byte in range(256))


def test_two_thousand_hostile_bodies(sender: Sender) -> None:
    bodies = [*wrong_types(sender.token), *nested(sender.token), *heavy(sender.token), *packed(sender.token), *noise()]
    assert len(bodies) >= 2_000
    for number, body in enumerate(bodies):
        started = time.monotonic()
        answer = sender.post("/e/", body, "text/plain", **{"Content-Encoding": HEADERS[number % len(HEADERS)]} if number % 3 == 0 else {})
        assert answer.status_code < 500, (answer.status_code, body[:200])
        assert time.monotonic() - started < 5, body[:200]
        if number % 500 == 0:
            is_sound(sender)
            sender.forget()
    is_sound(sender)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.dictionaries(st.sampled_from(FIELDS), json_values),
    path=st.sampled_from(["/e/", "/batch/", "/engage/", "/s/", "/flags/", "/decide/?v=3"]),
)
def test_any_json_in_any_field(sender: Sender, body: dict[str, Any], path: str) -> None:
    sender.forget()
    assert sender.post(path, {"api_key": sender.token, **body}).status_code in (200, 400, 401)
    is_sound(sender)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.binary(max_size=300), kind=st.sampled_from(["text/plain", "application/x-www-form-urlencoded"]), hint=st.sampled_from(HEADERS)
)
def test_any_bytes(sender: Sender, body: bytes, kind: str, hint: str) -> None:
    assert sender.post("/e/?compression=" + hint.replace("\0", "%00").replace(" ", "+"), body, kind).status_code in (200, 400, 401)


@pytest.mark.parametrize(
    "query", ["%00", "data=%", "token=" + "a" * 5_000, "&" * 10_000, "_=" + "9" * 5_000, "compression=" + "x" * 5_000, "ip=%ff&v=%f0"]
)
def test_any_query(sender: Sender, query: str) -> None:
    for path in ("/e/", "/flags/", "/array/x/config"):
        assert sender.post(f"{path}?{query}", sender.event()).status_code in (200, 400, 401)


def test_a_bomb_costs_no_more_memory_than_the_bound(sender: Sender) -> None:
    bomb = gzip.compress(b"0" * 200_000_000)
    sender.post("/e/", sender.event())
    tracemalloc.start()
    started = time.monotonic()
    answer = sender.post("/batch/", bomb)
    seconds, peak = time.monotonic() - started, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert answer.status_code == 413
    assert peak < limits.BODY_BATCH_ENDPOINT + 25 * 1024 * 1024
    assert seconds < 2


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("POST", "/e/", 413), ("PUT", "/e/", 405), ("POST", "/i/v0/ai/otel", 401), ("POST", "/i/v1/analytics/events", 401)],
)
def test_a_body_that_is_refused_is_taken_in_to_its_end(sender: Sender, method: str, path: str, status: int) -> None:
    """A sender that is cut off would see a broken connection, not the answer, and send the same again."""
    body = FakePayload(b"x" * (limits.BODY_EVENTS_ENDPOINT + 1_000_000))
    answer = sender.browser.generic(method, path, content_type="text/plain", **{"wsgi.input": body, "CONTENT_LENGTH": str(len(body))})
    assert answer.status_code == status
    assert len(body) == 0
