"""Exports of spans as OpenTelemetry's exporters write them."""

from typing import Any

from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

TRACE_ID, SPAN_ID, PARENT_ID = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", "00f067aa0ba902b7"
START, END = 1_795_000_000_000_000_000, 1_795_000_002_500_000_000  # nanoseconds; the end is on 2026-11-18
PROTOBUF, JSON = "application/x-protobuf", "application/json"


def value(said: Any) -> AnyValue:
    if isinstance(said, list):
        made = AnyValue()
        made.array_value.values.extend(value(item) for item in said)
        return made
    return AnyValue(**{{str: "string_value", bool: "bool_value", int: "int_value", float: "double_value"}[type(said)]: said})


def pairs(attributes: dict[str, Any]) -> list[KeyValue]:
    return [KeyValue(key=name, value=value(said)) for name, said in attributes.items()]


def export(*spans: dict[str, Any], resource: dict[str, Any] | None = None) -> ExportTraceServiceRequest:
    """One request with these spans; a span's fields may be left out."""
    request = ExportTraceServiceRequest()
    resource_spans = request.resource_spans.add()
    resource_spans.resource.attributes.extend(pairs(resource or {}))
    added = resource_spans.scope_spans.add().spans
    for fields in spans:
        span = added.add(name=fields.get("name", "chat small-model"), start_time_unix_nano=START, end_time_unix_nano=END)
        span.trace_id, span.span_id = bytes.fromhex(fields.get("trace_id", TRACE_ID)), bytes.fromhex(fields.get("span_id", SPAN_ID))
        span.parent_span_id = bytes.fromhex(fields.get("parent_id", PARENT_ID))
        span.attributes.extend(pairs(fields.get("attributes", {})))
        span.status.code, span.status.message = fields.get("status", (0, ""))
        for name, said in fields.get("events", []):
            span.events.add(name=name).attributes.extend(pairs(said))
    return request


def as_json(request: ExportTraceServiceRequest) -> dict[str, Any]:
    """OTLP's JSON: as protobuf's, but with the ids of spans in hexadecimal digits."""
    made: dict[str, Any] = MessageToDict(request, use_integers_for_enums=True)
    message_spans = request.resource_spans[0].scope_spans[0].spans
    for told, span in zip(made["resourceSpans"][0]["scopeSpans"][0]["spans"], message_spans, strict=True):
        told |= {"traceId": span.trace_id.hex(), "spanId": span.span_id.hex(), "parentSpanId": span.parent_span_id.hex()}
    return made
