"""OTLP over HTTP: requests in protobuf or JSON, answers in the encoding of their request."""

from base64 import b64encode
from typing import Any

from django.http import HttpRequest, HttpResponse
from google.protobuf import json_format
from google.protobuf.message import DecodeError, Message
from google.rpc import code_pb2
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest, ExportTraceServiceResponse

from posthog.common.sdk import body
from posthog.common.sdk.answers import JSON_TYPE, Refused, holds_too_much, malformed, unsupported_type

PROTOBUF_TYPE = "application/x-protobuf"
_ID_FIELDS = ("traceId", "spanId", "parentSpanId")
_CODES = {
    400: code_pb2.INVALID_ARGUMENT,
    401: code_pb2.UNAUTHENTICATED,
    405: code_pb2.UNIMPLEMENTED,
    413: code_pb2.INVALID_ARGUMENT,
    415: code_pb2.INVALID_ARGUMENT,
    503: code_pb2.UNAVAILABLE,
}


def read(request: HttpRequest, limit: int) -> ExportTraceServiceRequest:
    """What is exported. Raises Refused."""
    kind, export = _type_of(request), ExportTraceServiceRequest()
    try:
        if kind == PROTOBUF_TYPE:
            export.ParseFromString(body.binary(request, limit))
        elif kind == JSON_TYPE:
            fields = _with_binary_ids(body.decode(request, {}, limit))
            json_format.ParseDict(fields, export, ignore_unknown_fields=True)
        else:
            raise unsupported_type(kind, f"{PROTOBUF_TYPE} or {JSON_TYPE}")
    except (DecodeError, json_format.ParseError) as error:
        raise malformed(f"not an OTLP ExportTraceServiceRequest: {error}"[:300]) from error
    if _spread(export) > limit:
        raise holds_too_much(f"All spans, each with the attributes of its resource, may hold at most {limit} bytes.")
    return export


def _spread(export: ExportTraceServiceRequest) -> int:
    """Bytes with each resource counted for every span of it, as it stands on every event."""
    return sum(
        len(scope_spans.spans) * resource_spans.resource.ByteSize() + scope_spans.ByteSize()
        for resource_spans in export.resource_spans
        for scope_spans in resource_spans.scope_spans
    )


def success(request: HttpRequest, reasons: list[str]) -> HttpResponse:
    """`reasons` are of the spans that were refused while others were taken."""
    response = ExportTraceServiceResponse()
    if reasons:
        response.partial_success.rejected_spans = len(reasons)
        response.partial_success.error_message = "; ".join(sorted(set(reasons)))
    return _answer(request, response, 200)


def refusal(request: HttpRequest, refused: Refused) -> HttpResponse:
    status = Status(code=_CODES.get(refused.status, code_pb2.INTERNAL), message=refused.detail)
    return _answer(request, status, refused.status)


def _answer(request: HttpRequest, message: Message, status: int) -> HttpResponse:
    if _type_of(request) == PROTOBUF_TYPE:
        return HttpResponse(message.SerializeToString(), content_type=PROTOBUF_TYPE, status=status)
    return HttpResponse(json_format.MessageToJson(message, indent=None), content_type=JSON_TYPE, status=status)


def _type_of(request: HttpRequest) -> str:
    return (request.content_type or "").lower()


def _with_binary_ids(value: Any) -> dict[str, Any]:
    """OTLP writes the ids of spans in hexadecimal digits, where the JSON of protobuf has base64."""
    if not isinstance(value, dict):
        raise json_format.ParseError("expected an object")
    for resource_spans in _objects(value.get("resourceSpans")):
        for scope_spans in _objects(resource_spans.get("scopeSpans")):
            for span in _objects(scope_spans.get("spans")):
                span.update({name: _in_base64(span[name]) for name in _ID_FIELDS if name in span})
    return value


def _objects(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _in_base64(digits: Any) -> Any:
    """Empty for a text of other characters: then its span alone is refused, as one without an id."""
    if not isinstance(digits, str):
        return digits
    try:
        return b64encode(bytes.fromhex(digits)).decode()
    except ValueError:
        return ""
