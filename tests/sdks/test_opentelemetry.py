"""OpenTelemetry's exporter, and the ones that PostHog's SDK makes of it, against the running product."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import posthoganalytics
import pytest
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode
from posthoganalytics.ai.otel import PostHogSpanProcessor, PostHogTraceExporter

from tests.product import Product, wait_until
from tests.sdks.conftest import VISIBLE_WITHIN_SECONDS, Events, properties_of

pytestmark = pytest.mark.timeout(240)
RESOURCE = Resource.create({"service.name": "shop"})


def processors(product: Product) -> dict[str, SpanProcessor]:
    headers = {"Authorization": f"Bearer {product.token}"}
    exporter = OTLPSpanExporter(f"{product.url}/i/v0/ai/otel", headers=headers, compression=Compression.Gzip)
    return {
        "OpenTelemetry's exporter": SimpleSpanProcessor(exporter),
        "PostHog's exporter": SimpleSpanProcessor(PostHogTraceExporter(product.token, product.url)),
        "PostHog's processor": PostHogSpanProcessor(product.token, product.url),
    }


@pytest.fixture(params=["OpenTelemetry's exporter", "PostHog's exporter", "PostHog's processor"])
def provider(product: Product, request: pytest.FixtureRequest) -> Iterator[TracerProvider]:
    made = TracerProvider(resource=RESOURCE, shutdown_on_exit=False)
    made.add_span_processor(processors(product)[request.param])
    yield made
    made.shutdown()


def chat(asked: str, answered: str, **attributes: Any) -> dict[str, Any]:
    messages = {"gen_ai.input.messages": ("user", asked), "gen_ai.output.messages": ("assistant", answered)}
    texts = {name: json.dumps([{"role": role, "parts": [{"type": "text", "content": text}]}]) for name, (role, text) in messages.items()}
    return {"gen_ai.operation.name": "chat", "gen_ai.request.model": "small-model", "gen_ai.provider.name": "openai", **texts, **attributes}


def test_a_trace_is_visible_as_it_was_recorded(provider: TracerProvider, events_of: Events) -> None:
    person, tracer = f"otto-{uuid4()}", provider.get_tracer("shop")
    with tracer.start_as_current_span("invoke_agent helper", attributes={"gen_ai.operation.name": "invoke_agent", "user.id": person}):
        call = chat("Hello?", "Hi!", **{"user.id": person, "gen_ai.usage.input_tokens": 3, "shop.country": "AT"})
        with tracer.start_as_current_span("chat small-model", attributes=call) as span:
            span.set_status(StatusCode.ERROR, "cut off")
    provider.force_flush()
    events = {event["event"]: properties_of(event) for event in events_of(person, count=2)}
    trace, generation = events["$ai_trace"], events["$ai_generation"]
    assert generation["$ai_parent_id"] == trace["$ai_span_id"]
    assert generation["$ai_trace_id"] == trace["$ai_trace_id"]
    assert (generation["$ai_model"], generation["$ai_provider"], generation["$ai_input_tokens"]) == ("small-model", "openai", 3)
    assert (generation["$ai_is_error"], generation["$ai_error"]) == (True, "cut off")
    assert (generation["shop.country"], generation["service.name"], generation["$ai_lib"]) == ("AT", "shop", "opentelemetry")
    assert 0 <= generation["$ai_latency"] <= trace["$ai_latency"]


def test_calls_of_one_conversation_become_its_transcript(provider: TracerProvider, product: Product) -> None:
    person, conversation, tracer = f"paula-{uuid4()}", f"chat-{uuid4()}", provider.get_tracer("shop")
    for asked, answered in (("Where are my invoices?", "Under Billing."), ("Perfect, thank you so much!", "You're welcome!")):
        said = chat(asked, answered, **{"user.id": person, "gen_ai.conversation.id": conversation})
        tracer.start_span("chat small-model", attributes=said).end()
    provider.force_flush()

    def transcript() -> list[dict[str, Any]]:
        status, found = product.request("GET", f"/api/projects/@current/conversations/{conversation}/")
        return list(found["messages"]) if status == 200 else []

    assert wait_until(lambda: len(transcript()) == 4 and all(message["judged"] for message in transcript()), VISIBLE_WITHIN_SECONDS, 0.2)
    assert [(message["role"], message["content"]) for message in transcript()] == [
        ("user", "Where are my invoices?"),
        ("assistant", "Under Billing."),
        ("user", "Perfect, thank you so much!"),
        ("assistant", "You're welcome!"),
    ]
    assert transcript()[2]["labels"]["user_emotion"]["value"] == "gratitude"


def finished(*attributes: dict[str, Any]) -> list[ReadableSpan]:
    """Spans that have ended and wait to be exported, one for each set of attributes."""
    memory = InMemorySpanExporter()
    provider = TracerProvider(resource=RESOURCE, shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(memory))
    for each in attributes:
        provider.get_tracer("shop").start_span("chat", attributes=each).end()
    return list(memory.get_finished_spans())


def exporter_of(product: Product, token: str) -> SpanExporter:
    return OTLPSpanExporter(f"{product.url}/i/v0/ai/otel", headers={"Authorization": f"Bearer {token}"})


def test_an_export_that_is_repeated_is_stored_once(product: Product, events_of: Events) -> None:
    person, exporter = f"quentin-{uuid4()}", exporter_of(product, product.token)
    first, second = finished(chat("Hello?", "Hi!", **{"user.id": person}), {"user.id": person, "last": True})
    for spans in ([first], [first], [first, second]):
        assert exporter.export(spans) == SpanExportResult.SUCCESS
    events = events_of(person, count=2)
    assert [properties_of(event).get("last") for event in events] == [None, True]


def test_a_wrong_token_is_reported_by_the_exporter(product: Product, caplog: pytest.LogCaptureFixture) -> None:
    assert exporter_of(product, "phc_of_nobody").export(finished({})) == SpanExportResult.FAILURE
    assert any("401" in record.getMessage() for record in caplog.records)


def test_the_context_of_posthogs_sdk_names_person_and_session(product: Product, events_of: Events) -> None:
    person = f"rosa-{uuid4()}"
    provider = TracerProvider(resource=RESOURCE, shutdown_on_exit=False)
    provider.add_span_processor(PostHogSpanProcessor(product.token, product.url))
    with posthoganalytics.new_context():
        posthoganalytics.identify_context(person)
        posthoganalytics.set_context_session("session-9")
        posthoganalytics.tag("plan", "pro")
        provider.get_tracer("shop").start_span("chat", attributes=chat("Hello?", "Hi!")).end()
    provider.shutdown()
    (event,) = events_of(person, count=1)
    properties = properties_of(event)
    assert (properties["$session_id"], properties["plan"]) == ("session-9", "pro")
