"""From a span to the event that PostHog's SDKs would have sent for the same call."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from posthog.capture.events import Event, Refusal
from posthog.capture.otel.attributes import Attributes, parsed, plain, take
from posthog.capture.otel.said import take_said
from posthog.common.ids import stable_uuid

GENERATION, EMBEDDING, SPAN, TRACE = "$ai_generation", "$ai_embedding", "$ai_span", "$ai_trace"
BAD_TRACE_ID = Refusal("invalid_trace_id", "span without a trace id of 16 bytes, not all zero")
BAD_SPAN_ID = Refusal("invalid_span_id", "span without a span id of 8 bytes, not all zero")
# Where OpenTelemetry, OpenLLMetry, the Vercel AI SDK and OpenInference say what is done, and the last word of what they say.
_OPERATIONS = ("gen_ai.operation.name", "llm.request.type", "ai.operationId", "openinference.span.kind")
_EVENTS = {
    **dict.fromkeys(("chat", "text_completion", "generate_content", "completion", "dogenerate", "dostream", "llm"), GENERATION),
    **dict.fromkeys(("embeddings", "embedding", "doembed"), EMBEDDING),
}
_DISTINCT_IDS = ("posthog.distinct_id", "posthog_distinct_id", "user.id", "enduser.id")
_NAMES = ("gen_ai.tool.name", "gen_ai.agent.name", "agent_name", "ai.toolCall.name", "traceloop.entity.name")
# Property by the attributes that say it, the best first.
_RENAMED = {
    "$ai_session_id": ("gen_ai.conversation.id", "session.id", "session_id"),
    "$ai_model": ("gen_ai.request.model", "gen_ai.response.model", "llm.model_name", "embedding.model_name", "ai.model.id"),
    "$ai_provider": ("gen_ai.provider.name", "gen_ai.system", "llm.provider", "llm.system", "ai.model.provider"),
    "$ai_base_url": ("server.address",),
    "$ai_temperature": ("gen_ai.request.temperature",),
    "$ai_max_tokens": ("gen_ai.request.max_tokens",),
    "$ai_stream": ("gen_ai.request.stream",),
    "$ai_response_id": ("gen_ai.response.id",),
    "$ai_time_to_first_token": ("gen_ai.response.time_to_first_chunk",),
    "$ai_input_tokens": (
        "gen_ai.usage.input_tokens",
        "gen_ai.usage.prompt_tokens",
        "llm.token_count.prompt",
        "ai.usage.inputTokens",
        "ai.usage.promptTokens",
        "ai.usage.tokens",
    ),
    "$ai_output_tokens": (
        "gen_ai.usage.output_tokens",
        "gen_ai.usage.completion_tokens",
        "llm.token_count.completion",
        "ai.usage.outputTokens",
        "ai.usage.completionTokens",
    ),
    "$ai_total_tokens": ("gen_ai.usage.total_tokens", "llm.usage.total_tokens", "llm.token_count.total", "ai.usage.totalTokens"),
    "$ai_reasoning_tokens": ("gen_ai.usage.reasoning.output_tokens", "llm.token_count.completion_details.reasoning"),
    "$ai_cache_read_input_tokens": ("gen_ai.usage.cache_read.input_tokens", "llm.token_count.prompt_details.cache_read"),
    "$ai_cache_creation_input_tokens": ("gen_ai.usage.cache_creation.input_tokens", "llm.token_count.prompt_details.cache_write"),
    "$ai_prompt_name": ("gen_ai.prompt.name",),
    "$ai_prompt_version": ("gen_ai.prompt.version",),
    "$ai_error_type": ("error.type",),
    "$ai_http_status": ("http.response.status_code", "http.status_code"),
    "$ai_lib": ("telemetry.sdk.name",),
    "$ai_lib_version": ("telemetry.sdk.version",),
}
_TOOLS = ("gen_ai.tool.definitions", "ai.prompt.tools")
_NOT_KEPT = ("telemetry.sdk.language", "gen_ai.operation.name")


def events_of(request: ExportTraceServiceRequest) -> list[Event | Refusal]:
    """One event per span, as an SDK sends it; a Refusal for a span that names itself by no valid ids."""
    return [_checked(span, resource) for span, resource in _spans(request)]


def _spans(request: ExportTraceServiceRequest) -> Iterator[tuple[Span, Attributes]]:
    for resource_spans in request.resource_spans:
        resource = plain(resource_spans.resource.attributes)
        for scope_spans in resource_spans.scope_spans:
            for span in scope_spans.spans:
                yield span, resource


def _checked(span: Span, resource: Attributes) -> Event | Refusal:
    if len(span.trace_id) != 16 or not any(span.trace_id):
        return BAD_TRACE_ID
    if len(span.span_id) != 8 or not any(span.span_id):
        return BAD_SPAN_ID
    return _event(span, plain(span.attributes), dict(resource))


def _event(span: Span, own: Attributes, resource: Attributes) -> Event:
    """The uuid is made of the span's ids, so that an export that is sent again is stored once."""
    trace_id, span_id = span.trace_id.hex(), span.span_id.hex()
    person = _person(own) or _person(resource)
    attributes = resource | own
    event = _event_name(span, attributes)
    properties = _properties(span, event, attributes)
    properties |= {"$ai_trace_id": trace_id, "$ai_span_id": span_id, "$ai_ingestion_source": "otel"}
    if any(span.parent_span_id):
        properties["$ai_parent_id"] = span.parent_span_id.hex()
    if person is None:
        properties["$process_person_profile"] = False
    return {
        "uuid": str(stable_uuid("otel", trace_id, span_id)),
        "event": event,
        "distinct_id": trace_id if person is None else person,
        "timestamp": _timestamp(span),
        "properties": properties,
    }


def _person(attributes: Attributes) -> Any:
    """Whom a span says it belongs to; a blank id says nothing."""
    named = (take(attributes, name) for name in _DISTINCT_IDS)
    return next((name for name in named if name is not None and str(name).strip()), None)


def _event_name(span: Span, attributes: Attributes) -> str:
    said = next((attributes[name] for name in _OPERATIONS if isinstance(attributes.get(name), str)), "")
    return _EVENTS.get(said.rpartition(".")[2].lower()) or (SPAN if any(span.parent_span_id) else TRACE)


def _timestamp(span: Span) -> str | None:
    """The end, as with PostHog's SDKs, which send an event when the answer is there: start = timestamp - `$ai_latency`."""
    nanoseconds = span.end_time_unix_nano or span.start_time_unix_nano
    seconds, rest = divmod(nanoseconds, 10**9)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest // 1000).isoformat() if nanoseconds else None


def _properties(span: Span, event: str, attributes: Attributes) -> dict[str, Any]:
    """Attributes that PostHog has a name for, under that name, and all others as they are; a `$ai_…` of the application's own wins."""
    raw = {"$ai_debug": True, "$ai_debug_data": dict(attributes)} if attributes.pop("posthog.ai.debug", None) else {}
    properties = _error(span) | _said(span, event, attributes) | _names(span, event, attributes) | _latency(span)
    properties |= {name: take(attributes, *sources) for name, sources in _RENAMED.items()}
    properties["$ai_tools"] = parsed(take(attributes, *_TOOLS))
    kept = {name: value for name, value in attributes.items() if name not in _NOT_KEPT}
    return {name: value for name, value in properties.items() if value is not None} | kept | raw


def _said(span: Span, event: str, attributes: Attributes) -> dict[str, Any]:
    """Only a call of a model has messages: what a span around it repeats would be said twice in the transcript."""
    names = ("$ai_input", "$ai_output_choices") if event in (GENERATION, EMBEDDING) else ("$ai_input_state", "$ai_output_state")
    said = take_said(attributes, span.events, of_model=event == GENERATION)
    return dict(zip(names, said, strict=True))


def _names(span: Span, event: str, attributes: Attributes) -> dict[str, Any]:
    named = take(attributes, *_NAMES) if event in (SPAN, TRACE) else None
    return {"$ai_span_name": named or span.name or None}


def _latency(span: Span) -> dict[str, float]:
    start, end = span.start_time_unix_nano, span.end_time_unix_nano
    return {"$ai_latency": (end - start) / 10**9} if start and end >= start else {}


def _error(span: Span) -> dict[str, Any]:
    if span.status.code != Status.STATUS_CODE_ERROR:
        return {}
    return {"$ai_is_error": True, "$ai_error": _exception(span) or span.status.message or None}


def _exception(span: Span) -> str:
    """The last exception that the span recorded, as Python would print it."""
    for event in reversed(span.events):
        if event.name == "exception":
            said = plain(event.attributes)
            return ": ".join(str(said[name]) for name in ("exception.type", "exception.message") if said.get(name))
    return ""
