"""OTLP over HTTP: both encodings, and the answers that exporters rely on."""

import gzip
import json
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from google.protobuf import json_format
from google.rpc.code_pb2 import INVALID_ARGUMENT, UNAUTHENTICATED, UNAVAILABLE
from google.rpc.status_pb2 import Status
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest, ExportTraceServiceResponse
from prometheus_client import REGISTRY
from pytest_django import Settings

from posthog.capture.tests.conftest import Sender
from posthog.capture.tests.traces import JSON, PARENT_ID, PROTOBUF, SPAN_ID, TRACE_ID, as_json, export
from posthog.common import limits

pytestmark = pytest.mark.django_db
PATH = "/i/v0/ai/otel"
CHAT = {"attributes": {"gen_ai.operation.name": "chat", "user.id": "ada"}}
BAD = {"span_id": "00" * 8}


def body_of(request: ExportTraceServiceRequest, kind: str) -> bytes:
    return request.SerializeToString() if kind == PROTOBUF else json.dumps(as_json(request)).encode()


def send(sender: Sender, request: ExportTraceServiceRequest | bytes, kind: str = PROTOBUF, path: str = PATH, **headers: str) -> Any:
    body = request if isinstance(request, bytes) else body_of(request, kind)
    return sender.post(path, body, kind, **{"Content-Type": kind, "Authorization": f"Bearer {sender.token}", **headers})


def told(answer: Any, message: Any) -> Any:
    if answer["Content-Type"] == PROTOBUF:
        message.ParseFromString(answer.content)
        return message
    return json_format.Parse(answer.content, message)


@pytest.mark.parametrize("path", [PATH, f"{PATH}/", f"{PATH}/v1/traces"])
@pytest.mark.parametrize("kind", [PROTOBUF, JSON])
def test_spans_are_taken_and_the_answer_is_empty(sender: Sender, kind: str, path: str) -> None:
    answer = send(sender, export(CHAT, {**CHAT, "span_id": PARENT_ID, "parent_id": ""}), kind, path)
    assert (answer.status_code, answer["Content-Type"]) == (200, kind)
    assert answer.content == (b"" if kind == PROTOBUF else b"{}")
    child, root = sender.events()
    assert (child["properties"]["$ai_trace_id"], child["properties"]["$ai_span_id"]) == (TRACE_ID, SPAN_ID)
    assert (child["properties"]["$ai_parent_id"], root["properties"]["$ai_span_id"]) == (PARENT_ID, PARENT_ID)
    (entry,) = sender.entries()
    assert (entry["lane"], entry["sent_at"], entry["ip"], entry["historical"]) == ("ai", None, None, False)


def test_both_encodings_make_the_same_events(sender: Sender) -> None:
    request = export(CHAT, {"status": (2, "failed"), "span_id": PARENT_ID}, resource={"service.name": "shop"})
    made = []
    for kind in (PROTOBUF, JSON):
        sender.forget()
        assert send(sender, request, kind).status_code == 200
        made.append(sender.events())
    assert made[0] == made[1]


@pytest.mark.parametrize("kind", [PROTOBUF, JSON])
@pytest.mark.parametrize(("name", "compress"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_compressed_exports(sender: Sender, kind: str, name: str, compress: Callable[[bytes], bytes]) -> None:
    body = compress(body_of(export(CHAT), kind))
    assert send(sender, body, kind, **{"Content-Encoding": name}).status_code == 200
    assert len(sender.events()) == 1


@pytest.mark.parametrize("kind", [PROTOBUF, JSON])
def test_an_export_of_which_a_part_is_refused(sender: Sender, kind: str) -> None:
    answer = send(sender, export(BAD, CHAT, BAD), kind)
    assert answer.status_code == 200
    partial = told(answer, ExportTraceServiceResponse()).partial_success
    assert (partial.rejected_spans, partial.error_message) == (2, "span without a span id of 8 bytes, not all zero")
    assert len(sender.events()) == 1


@pytest.mark.parametrize("wrong", ["1", "no digits"])
def test_an_id_that_is_not_hexadecimal_refuses_its_span_alone(sender: Sender, wrong: str) -> None:
    body = as_json(export(CHAT, CHAT))
    body["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["spanId"] = wrong
    partial = told(send(sender, json.dumps(body).encode(), JSON), ExportTraceServiceResponse()).partial_success
    assert (partial.rejected_spans, partial.error_message) == (1, "span without a span id of 8 bytes, not all zero")
    assert len(sender.events()) == 1


def test_a_span_that_is_too_large_is_refused_alone(sender: Sender) -> None:
    large = {"attributes": {"text": "x" * limits.EVENT_BYTES_AI}}
    partial = told(send(sender, export(large, {**CHAT, "span_id": PARENT_ID})), ExportTraceServiceResponse()).partial_success
    assert (partial.rejected_spans, partial.error_message) == (1, f"maximum event size exceeded: at most {limits.EVENT_BYTES_AI} bytes")
    assert [event["distinct_id"] for event in sender.events()] == ["ada"]


@pytest.mark.parametrize("kind", [PROTOBUF, JSON])
def test_an_export_of_nothing_is_a_success(sender: Sender, kind: str) -> None:
    assert send(sender, ExportTraceServiceRequest().SerializeToString() if kind == PROTOBUF else b"{}", kind).status_code == 200
    assert sender.entries() == []


WRONG: dict[str, tuple[ExportTraceServiceRequest | bytes, dict[str, str], int, int, str]] = {
    "no token": (export(CHAT), {"Authorization": ""}, 401, UNAUTHENTICATED, "API key not provided. Send the header"),
    "nobody's token": (export(CHAT), {"Authorization": "Bearer phc_of_nobody"}, 401, UNAUTHENTICATED, "Project API key invalid."),
    "nobody's token and no span": (b"", {"Authorization": "Bearer phc_of_nobody"}, 401, UNAUTHENTICATED, "Project API key invalid."),
    "a personal key": (export(CHAT), {"Authorization": "Bearer phx_a"}, 401, UNAUTHENTICATED, "API key is not valid: this is a personal"),
    "no export": (b"\xff\xff", {}, 400, INVALID_ARGUMENT, "Malformed request data: "),
    "nothing but bad spans": (export(BAD, BAD), {}, 400, INVALID_ARGUMENT, "span without a span id of 8 bytes, not all zero"),
    "damaged gzip": (b"\x1f\x8b\x08broken", {}, 400, INVALID_ARGUMENT, "Malformed request data: not valid gzip data"),
    "another compression": (b"", {"Content-Encoding": "zstd"}, 400, INVALID_ARGUMENT, "Malformed request data: unsupported compression"),
    "too large": (b"x" * (limits.BODY_BATCH_ENDPOINT + 1), {}, 413, INVALID_ARGUMENT, "Request too large. The body may hold at most"),
    "a zip bomb": (gzip.compress(b"x" * (limits.BODY_BATCH_ENDPOINT + 1)), {}, 413, INVALID_ARGUMENT, "Request too large."),
}


@pytest.mark.parametrize("kind", [PROTOBUF, JSON])
@pytest.mark.parametrize("case", WRONG)
def test_wrong_requests(sender: Sender, case: str, kind: str) -> None:
    request, headers, status, code, message = WRONG[case]
    if kind == JSON and request == b"":
        request = b"{}"
    answer = send(sender, request, kind, **headers)
    said = told(answer, Status())
    assert (answer.status_code, said.code, answer["Content-Type"]) == (status, code, kind)
    assert said.message.startswith(message)
    assert sender.events() == []


def test_a_resource_counts_for_each_of_its_spans(sender: Sender) -> None:
    """It is written onto each event: a small body could become any number of gigabytes."""
    spans = [{"span_id": f"{number:016x}"} for number in range(1, 100)]
    answer = send(sender, export(*spans, resource={"text": "x" * (limits.BODY_BATCH_ENDPOINT // 90)}))
    assert (answer.status_code, sender.entries()) == (413, [])
    assert told(answer, Status()).message == (
        f"Request too large. All spans, each with the attributes of its resource, may hold at most {limits.BODY_BATCH_ENDPOINT} bytes."
    )


@pytest.mark.parametrize("body", [[], 7, {"resourceSpans": {}}, {"resourceSpans": [{"scopeSpans": [{"spans": [{"traceId": 7}]}]}]}])
def test_json_that_is_no_export(sender: Sender, body: object) -> None:
    answer = send(sender, json.dumps(body).encode(), JSON)
    assert answer.status_code == 400
    assert answer.json()["message"].startswith("Malformed request data: not an OTLP ExportTraceServiceRequest: ")


def test_what_newer_exporters_add_is_ignored(sender: Sender) -> None:
    body = as_json(export(CHAT)) | {"news": 1}
    body["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["links"] = [{"traceId": TRACE_ID, "spanId": SPAN_ID, "mood": "good"}]
    assert send(sender, json.dumps(body).encode(), JSON).status_code == 200
    assert len(sender.events()) == 1


def test_other_types_are_told_which_are_taken(sender: Sender) -> None:
    answer = send(sender, b"x", "text/plain")
    assert (answer.status_code, answer.json()["message"]) == (
        415,
        'Content-Type "text/plain" is not taken; send application/x-protobuf or application/json.',
    )


def test_only_post_is_answered(sender: Sender) -> None:
    assert sender.browser.get(PATH).status_code == 405


def test_a_log_that_is_full_asks_to_come_back(sender: Sender, settings: Settings) -> None:
    settings.EVENT_LOG_MAX_BYTES = 1
    assert send(sender, export(CHAT)).status_code == 200
    answer = send(sender, export(CHAT))
    assert (answer.status_code, told(answer, Status()).code) == (503, UNAVAILABLE)
    assert int(answer["Retry-After"]) > 0


def test_spans_are_counted(sender: Sender) -> None:
    names: list[tuple[str, dict[str, str]]] = [
        ("posthog_capture_requests_total", {"endpoint": "otel", "status": "200"}),
        ("posthog_capture_events_accepted_total", {"lane": "ai"}),
        ("posthog_capture_events_refused_total", {"reason": "invalid_span_id"}),
    ]
    before = [REGISTRY.get_sample_value(name, labels) or 0 for name, labels in names]
    send(sender, export(CHAT, {**CHAT, "span_id": PARENT_ID}, BAD))
    after = [REGISTRY.get_sample_value(name, labels) or 0 for name, labels in names]
    assert [new - old for new, old in zip(after, before, strict=True)] == [1, 2, 1]


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5) | st.just(TRACE_ID),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["resourceSpans", "resource", "attributes", "key", "value", "arrayValue", "values", "stringValue", "intValue",
                         "scopeSpans", "spans", "traceId", "spanId", "events", "status", "startTimeUnixNano"]),
        inner,
        max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=JSON_VALUES)
def test_any_json_gets_an_answer(sender: Sender, body: Any) -> None:
    for value in (body, {"resourceSpans": [{"scopeSpans": [{"spans": [body]}]}]}):
        assert send(sender, json.dumps(value).encode(), JSON).status_code in (200, 400)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 400), byte=st.integers(0, 255))
def test_any_bytes_get_an_answer(sender: Sender, place: int, byte: int) -> None:
    body = bytearray(export(CHAT, resource={"service.name": "shop"}).SerializeToString())
    body[place % len(body)] = byte
    assert send(sender, bytes(body)).status_code in (200, 400)
