"""Every shape of a body in every encoding that SDKs have ever used ends in the log as the same events."""

import base64
import gzip
import json
from array import array
from collections.abc import Callable
from io import BytesIO
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

import lzstring
import pytest

from posthog.capture.tests.conftest import HELLO, Sender

pytestmark = pytest.mark.django_db
BYE = {"event": "chat closed", "$distinct_id": "dora@example.com", "properties": {"minutes": 4, "rating": None}}
UNCHANGED = [("message sent", HELLO["properties"]), ("chat closed", BYE["properties"])]


def with_token(event: dict[str, Any], token: str) -> dict[str, Any]:
    return {**event, "properties": {**event["properties"], "token": token}}


SHAPES: dict[str, Callable[[str], tuple[Any, int]]] = {
    "list with tokens": lambda token: ([{**HELLO, "token": token}, {**BYE, "$token": token}], 2),
    "list with tokens in properties": lambda token: ([with_token(HELLO, token), with_token(BYE, token)], 2),
    "list with one token": lambda token: ([HELLO, {**BYE, "api_key": token}], 2),
    "batch with api_key": lambda token: ({"api_key": token, "batch": [HELLO, BYE]}, 2),
    "batch with token": lambda token: ({"token": token, "batch": [HELLO, BYE], "sent_at": "2026-11-23T12:00:00Z"}, 2),
    "historical batch": lambda token: ({"api_key": token, "historical_migration": True, "batch": [HELLO, BYE]}, 2),
    "single with api_key": lambda token: ({**HELLO, "api_key": token}, 1),
    "single with token in properties": lambda token: (with_token(HELLO, token), 1),
    "single with extras": lambda token: ({**HELLO, "token": token, "type": "capture", "library": "x", "messageId": "1", "context": {}}, 1),
}

Request = tuple[bytes, str, str, dict[str, str]]  # body, content type, query string, headers
JSON, TEXT, FORM = "application/json", "text/plain", "application/x-www-form-urlencoded"


def lz64(text: bytes) -> bytes:
    units = array("H", text.decode().encode("utf-16-le"))  # as strings are in a browser
    return str(lzstring.LZString.compressToBase64("".join(map(chr, units)))).encode()


ENCODINGS: dict[str, Callable[[bytes], Request]] = {
    "plain": lambda text: (text, JSON, "", {}),
    "plain as text": lambda text: (text, TEXT, "", {}),
    "plain with a wrong type": lambda text: (text, FORM, "", {}),
    "plain after a byte order mark": lambda text: (b"\xef\xbb\xbf " + text, JSON, "", {}),
    "gzip by header": lambda text: (gzip.compress(text), JSON, "", {"Content-Encoding": "gzip"}),
    "gzip by query": lambda text: (gzip.compress(text), TEXT, "compression=gzip", {}),
    "gzip-js by query": lambda text: (gzip.compress(text), TEXT, "compression=gzip-js&ip=1&_=1790000000000&ver=1.20.0", {}),
    "gzip without a word": lambda text: (gzip.compress(text), TEXT, "", {}),
    "gzip as form": lambda text: (gzip.compress(text), FORM, "", {}),
    "gzip of two members": lambda text: (gzip.compress(text[:9]) + gzip.compress(text[9:]), TEXT, "", {}),
    "gzip said but not done": lambda text: (text, TEXT, "compression=gzip-js", {}),
    "lz64 by query": lambda text: (lz64(text), TEXT, "compression=lz64", {}),
    "lz-string by header": lambda text: (lz64(text), TEXT, "", {"Content-Encoding": "lz-string"}),
    "lz64 in a form": lambda text: (urlencode({"data": lz64(text), "compression": "lz64"}).encode(), FORM, "", {}),
    "base64": lambda text: (base64.b64encode(text), TEXT, "", {}),
    "base64 by query": lambda text: (base64.b64encode(text), TEXT, "compression=base64", {}),
    "base64 without padding": lambda text: (base64.urlsafe_b64encode(text).rstrip(b"="), TEXT, "compression=b64", {}),
    "base64 of gzip": lambda text: (base64.b64encode(gzip.compress(text)), TEXT, "compression=gzip", {}),
    "base64 in a form": lambda text: (urlencode({"data": base64.b64encode(text)}).encode(), FORM, "", {}),
    "base64 in a form, by beacon": lambda text: (
        urlencode({"data": base64.b64encode(text)}).encode(),
        FORM,
        "compression=base64&beacon=1",
        {},
    ),
    "base64 in a form, not quoted": lambda text: (b"data=" + base64.b64encode(text), FORM, "", {}),
    "base64 in a form of another type": lambda text: (b"data=" + quote(base64.b64encode(text)).encode(), TEXT, "", {}),
    "base64 with its plus signs as spaces": lambda text: (b"data=" + base64.b64encode(text).replace(b"+", b" "), FORM, "", {}),
    "plain in a form": lambda text: (b"data=" + quote_plus(text).encode(), FORM, "", {}),
    "gzip in a form": lambda text: (
        urlencode({"data": base64.b64encode(gzip.compress(text)), "compression": "gzip"}).encode(),
        FORM,
        "",
        {},
    ),
    "form with the hint first": lambda text: (b"compression=base64&data=" + quote(base64.b64encode(text)).encode(), FORM, "", {}),
    "plain in the query": lambda text: (b"", JSON, urlencode({"data": text}), {}),
    "base64 in the query": lambda text: (b"", JSON, urlencode({"data": base64.b64encode(text)}), {}),
    "base64 of gzip in the query": lambda text: (b"", JSON, urlencode({"data": base64.b64encode(gzip.compress(text))}), {}),
}
PATHS = ["/capture/", "/e/", "/i/v0/e/", "/batch/", "/track/", "/engage/", "/i/v0/ai/batch/"]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_in_every_encoding(sender: Sender, shape: str, encoding: str) -> None:
    body, count = SHAPES[shape](sender.token)
    payload, content_type, query, headers = ENCODINGS[encoding](json.dumps(body, ensure_ascii=False).encode())
    answer = sender.post(f"/e/?{query}", payload, content_type, **headers)
    assert (answer.status_code, answer.content) == ((204, b"") if "beacon" in query else (200, b'{"status":1}'))
    stored = [(event["event"], {k: v for k, v in event["properties"].items() if k != "token"}) for event in sender.events()]
    assert stored == UNCHANGED[:count]
    assert {event["distinct_id"] for event in sender.events()} == {"dora@example.com"}
    assert {entry["historical"] for entry in sender.entries()} == {shape == "historical batch"}
    assert {(entry["token"], entry["v"], entry["lane"]) for entry in sender.entries()} == {(sender.token, 1, "events")}


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("path", PATHS)
def test_every_path_takes_every_shape_with_and_without_slash(sender: Sender, path: str, slash: str) -> None:
    for shape in SHAPES.values():
        assert sender.post(path.rstrip("/") + slash, shape(sender.token)[0]).status_code == 200
    assert len(sender.events()) == sum(shape(sender.token)[1] for shape in SHAPES.values())
    assert {entry["lane"] for entry in sender.entries()} == {"ai" if "/ai/" in path else "events"}


@pytest.mark.parametrize("path", PATHS)
def test_events_come_by_get_too(sender: Sender, path: str) -> None:
    answer = sender.browser.get(path, {"data": json.dumps(HELLO), "token": sender.token, "ip": "0"})
    assert answer.status_code == 200
    assert [event["event"] for event in sender.events()] == ["message sent"]


def test_a_form_sent_by_a_browser_is_read(sender: Sender) -> None:
    answer = sender.browser.post("/e/", urlencode({"data": json.dumps(sender.event())}), content_type=f"{FORM}; charset=UTF-8")
    assert answer.status_code == 200
    assert sender.events()[0]["properties"] == HELLO["properties"]


def test_what_json_cannot_say_is_replaced(sender: Sender) -> None:
    text = (
        b'{"token":"%s","event":"score","distinct_id":"d","properties":{"a":NaN,"b":-Infinity,"c":1e999,"d":"\\ud83d","e":"\\ud83d\\ude00"}}'
        % sender.token.encode()
    )
    assert sender.post("/e/", text).status_code == 200
    assert sender.events()[0]["properties"] == {"a": None, "b": None, "c": None, "d": "�", "e": "😀"}


def test_bytes_that_are_not_utf_8_are_replaced(sender: Sender) -> None:
    text = b'{"token":"%s","event":"score","distinct_id":"d","properties":{"a":"caf\xe9"}}' % sender.token.encode()
    assert sender.post("/e/", text).status_code == 200
    assert sender.events()[0]["properties"] == {"a": "caf�"}


def test_a_large_batch_is_kept_whole_and_in_order(sender: Sender) -> None:
    batch = [{"event": f"step {number}", "distinct_id": "dora", "properties": {}} for number in range(1_203)]
    assert sender.post("/batch/", gzip.compress(json.dumps({"api_key": sender.token, "batch": batch}).encode())).status_code == 200
    assert [event["event"] for event in sender.events()] == [event["event"] for event in batch]
    assert max(len(entry["events"]) for entry in sender.entries()) <= 500


def test_each_persons_events_stay_in_one_partition(sender: Sender) -> None:
    batch = [{"event": "step", "distinct_id": f"person-{number % 20}", "properties": {"number": number}} for number in range(100)]
    assert sender.post("/batch/", {"api_key": sender.token, "batch": batch}).status_code == 200
    people = [{event["distinct_id"] for event in entry["events"]} for entry in sender.entries()]
    assert len(people) == 2
    assert not people[0] & people[1]
    for person in range(20):
        numbers = [event["properties"]["number"] for event in sender.events() if event["distinct_id"] == f"person-{person}"]
        assert numbers == sorted(numbers)


def test_a_body_without_its_length_is_read_to_its_end(sender: Sender) -> None:
    body = json.dumps(sender.event()).encode()
    over_http_2 = {"wsgi.input": BytesIO(body), "wsgi.input_terminated": True, "CONTENT_LENGTH": ""}
    assert sender.browser.post("/i/v0/e/", content_type=JSON, **over_http_2).status_code == 200
    assert [event["event"] for event in sender.events()] == [HELLO["event"]]
