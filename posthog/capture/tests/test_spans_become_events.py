"""A span becomes the event that PostHog's SDKs would have sent for the same call, whichever library wrote it."""

import json
from typing import Any

import pytest

from posthog.capture.events import Refusal, normalise
from posthog.capture.otel.spans import BAD_SPAN_ID, BAD_TRACE_ID, events_of
from posthog.capture.tests.traces import PARENT_ID, SPAN_ID, TRACE_ID, export
from posthog.conversations.messages import read_messages

ASKED, ANSWERED, TOLD = "Where is my parcel?", "It arrives tomorrow.", "You are kind."
SAID = [("user", ASKED), ("assistant", ANSWERED)]
CHAT = {"gen_ai.operation.name": "chat"}


def event_of(resource: dict[str, Any] | None = None, **span: Any) -> dict[str, Any]:
    (event,) = events_of(export(span, resource=resource))
    assert not isinstance(event, Refusal), event
    assert not isinstance(normalise(event), Refusal)
    return event


def properties_of(attributes: dict[str, Any], **span: Any) -> dict[str, Any]:
    return dict(event_of(attributes=attributes, **span)["properties"])


def said(event: dict[str, Any]) -> list[tuple[str, str]]:
    content = read_messages(event["event"], event["properties"])
    return [(message.role, message.content) for message in content.messages] if content else []


def test_a_call_of_a_model() -> None:
    attributes = {
        **CHAT,
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "small-model",
        "gen_ai.response.model": "small-model-2026",
        "gen_ai.usage.input_tokens": 12,
        "gen_ai.usage.output_tokens": 5,
        "gen_ai.conversation.id": "chat-7",
        "gen_ai.request.temperature": 0.5,
        "gen_ai.response.finish_reasons": ["stop"],
        "gen_ai.input.messages": json.dumps([{"role": "user", "parts": [{"type": "text", "content": ASKED}]}]),
        "gen_ai.output.messages": json.dumps([{"role": "assistant", "parts": [{"type": "text", "content": ANSWERED}]}]),
        "user.id": "ada@example.com",
        "shop.country": "AT",
    }
    resource = {"service.name": "shop", "telemetry.sdk.name": "opentelemetry", "telemetry.sdk.version": "1.45.2"}
    event = event_of(attributes=attributes, resource={**resource, "telemetry.sdk.language": "python", "server.address": "api.example.com"})
    assert (event["event"], event["distinct_id"], event["timestamp"]) == (
        "$ai_generation",
        "ada@example.com",
        "2026-11-18T11:06:42.500000+00:00",
    )
    assert event["properties"] == {
        "$ai_trace_id": TRACE_ID,
        "$ai_span_id": SPAN_ID,
        "$ai_parent_id": PARENT_ID,
        "$ai_span_name": "chat small-model",
        "$ai_session_id": "chat-7",
        "$ai_latency": 2.5,
        "$ai_provider": "openai",
        "$ai_model": "small-model",
        "gen_ai.response.model": "small-model-2026",
        "$ai_input_tokens": 12,
        "$ai_output_tokens": 5,
        "$ai_temperature": 0.5,
        "gen_ai.response.finish_reasons": ["stop"],
        "$ai_base_url": "api.example.com",
        "$ai_lib": "opentelemetry",
        "$ai_lib_version": "1.45.2",
        "$ai_input": [{"role": "user", "parts": [{"type": "text", "content": ASKED}]}],
        "$ai_output_choices": [{"role": "assistant", "parts": [{"type": "text", "content": ANSWERED}]}],
        "$ai_ingestion_source": "otel",
        "service.name": "shop",
        "shop.country": "AT",
    }
    assert said(event) == SAID


MESSAGES = [{"role": "user", "content": ASKED}]
REPLY = [{"role": "assistant", "content": ANSWERED}]
VOCABULARIES: dict[str, dict[str, Any]] = {
    "OpenTelemetry's attributes": {
        "gen_ai.input.messages": json.dumps([{"role": "user", "parts": [{"type": "text", "content": ASKED}]}]),
        "gen_ai.output.messages": json.dumps([{"role": "assistant", "parts": [{"type": "text", "content": ANSWERED}]}]),
    },
    "OpenTelemetry's first attributes": {"gen_ai.prompt": json.dumps(MESSAGES), "gen_ai.completion": json.dumps(REPLY)},
    "OpenLLMetry": {
        "gen_ai.prompt.0.role": "user",
        "gen_ai.prompt.0.content": ASKED,
        "gen_ai.completion.0.role": "assistant",
        "gen_ai.completion.0.content": ANSWERED,
        "gen_ai.completion.0.finish_reason": "stop",
    },
    "OpenLLMetry with parts": {
        "gen_ai.prompt.0.role": "user",
        "gen_ai.prompt.0.content": json.dumps([{"type": "text", "text": ASKED}]),
        "gen_ai.completion.0.content": ANSWERED,
    },
    "OpenInference": {
        "llm.input_messages.0.message.role": "user",
        "llm.input_messages.0.message.content": ASKED,
        "llm.output_messages.0.message.role": "assistant",
        "llm.output_messages.0.message.content": ANSWERED,
        "input.value": json.dumps({"messages": MESSAGES}),
        "output.value": ANSWERED,
    },
    "OpenInference with parts": {
        "llm.input_messages.0.message.role": "user",
        "llm.input_messages.0.message.contents.0.message_content.type": "text",
        "llm.input_messages.0.message.contents.0.message_content.text": ASKED,
        "llm.output_messages.0.message.content": ANSWERED,
    },
    "OpenInference without messages": {"input.value": json.dumps({"messages": MESSAGES}), "output.value": ANSWERED},
    "Pydantic AI's first format": {
        "events": json.dumps(
            [
                {"event.name": "gen_ai.user.message", "role": "user", "content": ASKED, "gen_ai.message.index": 0},
                {"event.name": "gen_ai.choice", "index": 0, "message": {"role": "assistant", "content": ANSWERED}},
            ]
        )
    },
    "the Vercel AI SDK": {"ai.prompt.messages": json.dumps(MESSAGES), "ai.response.text": ANSWERED},
}
EVENTS: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "messages as events": [
        ("gen_ai.user.message", {"gen_ai.system": "openai", "content": ASKED}),
        ("gen_ai.choice", {"message": json.dumps({"role": "assistant", "content": ANSWERED}), "index": 0}),
    ],
    "messages as events with a body": [
        ("gen_ai.user.message", {"gen_ai.event.content": json.dumps({"role": "user", "content": ASKED})}),
        ("gen_ai.choice", {"gen_ai.event.content": json.dumps({"message": {"content": ANSWERED}, "finish_reason": "stop"})}),
    ],
    "messages as events with parts": [
        ("gen_ai.user.message", {"content": json.dumps([{"text": ASKED}])}),
        ("gen_ai.choice", {"message": json.dumps([{"text": ANSWERED}]), "finish_reason": "end_turn"}),
    ],
    "one event of prompts and one of answers": [
        ("gen_ai.content.prompt", {"gen_ai.prompt": json.dumps(MESSAGES)}),
        ("gen_ai.content.completion", {"gen_ai.completion": json.dumps(REPLY)}),
    ],
    "one event of details": [
        (
            "gen_ai.client.inference.operation.details",
            {"gen_ai.input.messages": json.dumps(MESSAGES), "gen_ai.output.messages": json.dumps(REPLY)},
        ),
    ],
}


@pytest.mark.parametrize("vocabulary", [*VOCABULARIES, *EVENTS])
def test_the_messages_of_every_library_are_read_and_kept_once(vocabulary: str) -> None:
    event = event_of(attributes=CHAT | VOCABULARIES.get(vocabulary, {}), events=EVENTS.get(vocabulary, []))
    assert said(event) == SAID
    texts = {"$ai_input", "$ai_output_choices"}
    assert not [
        name for name, value in event["properties"].items() if name not in texts and (ASKED in str(value) or ANSWERED in str(value))
    ]


def test_instructions_are_the_first_message() -> None:
    instructions = {"gen_ai.system_instructions": json.dumps([{"type": "text", "content": TOLD}])}
    event = event_of(attributes=CHAT | instructions | VOCABULARIES["OpenTelemetry's attributes"])
    assert said(event) == [("system", TOLD), *SAID]


def test_calls_of_tools_stand_in_the_answer() -> None:
    openllmetry = {"gen_ai.completion.0.tool_calls.0.name": "find", "gen_ai.completion.0.tool_calls.0.arguments": "{}"}
    openinference = {"llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "find"}
    vercel = {"ai.response.toolCalls": json.dumps([{"toolName": "find", "toolCallId": "c1", "input": "{}"}])}
    for attributes in (openllmetry, openinference, vercel):
        assert said(event_of(attributes=CHAT | attributes)) == [("assistant", "[tool call: find]")]


def test_more_than_ten_messages_keep_their_order() -> None:
    attributes = {f"gen_ai.prompt.{number}.content": f"message {number}" for number in range(12)}
    assert [message["content"] for message in properties_of(CHAT | attributes)["$ai_input"]] == [f"message {n}" for n in range(12)]


JSON_WORDS = [
    *('[{"id": 1}]', "[1, 2]", "{}", "[not json", '["Vienna", "Graz"]', '{"city": "Vienna"}', '[{"type": "hotel", "name": "Sacher"}]'),
    '[{"text": "good", "stars": 5}, {"text": "bad", "stars": 1}]',
]


@pytest.mark.parametrize("text", JSON_WORDS)
def test_json_that_somebody_said_stays_text(text: str) -> None:
    assert properties_of(CHAT | {"gen_ai.prompt.0.content": text})["$ai_input"] == [{"content": text}]
    assert properties_of(CHAT, events=[("gen_ai.user.message", {"content": text})])["$ai_input"] == [{"role": "user", "content": text}]


@pytest.mark.parametrize("text", [text for text in JSON_WORDS if "stars" not in text and "Sacher" not in text])
@pytest.mark.parametrize(("name", "role"), [("gen_ai.completion", "assistant"), ("output.value", "assistant"), ("input.value", "user")])
def test_a_prompt_or_an_answer_in_json_is_a_message(name: str, role: str, text: str) -> None:
    assert said(event_of(attributes=CHAT | {name: text})) == [(role, text)]


@pytest.mark.parametrize(
    ("attributes", "event"),
    [
        ({"gen_ai.operation.name": "chat"}, "$ai_generation"),
        ({"gen_ai.operation.name": "text_completion"}, "$ai_generation"),
        ({"gen_ai.operation.name": "generate_content"}, "$ai_generation"),
        ({"gen_ai.operation.name": "embeddings"}, "$ai_embedding"),
        ({"gen_ai.operation.name": "execute_tool"}, "$ai_span"),
        ({"gen_ai.operation.name": "invoke_agent", "llm.request.type": "chat"}, "$ai_span"),
        ({"llm.request.type": "completion"}, "$ai_generation"),
        ({"llm.request.type": "rerank"}, "$ai_span"),
        ({"ai.operationId": "ai.streamText.doStream"}, "$ai_generation"),
        ({"ai.operationId": "ai.streamText"}, "$ai_span"),
        ({"ai.operationId": "ai.embedMany.doEmbed"}, "$ai_embedding"),
        ({"openinference.span.kind": "LLM"}, "$ai_generation"),
        ({"openinference.span.kind": "CHAIN"}, "$ai_span"),
        ({"gen_ai.operation.name": 7}, "$ai_span"),
        ({}, "$ai_span"),
    ],
)
def test_what_is_done_names_the_event(attributes: dict[str, Any], event: str) -> None:
    assert event_of(attributes=attributes)["event"] == event
    without_parent = event_of(attributes=attributes, parent_id="")
    assert without_parent["event"] == ("$ai_trace" if event == "$ai_span" else event)
    assert "$ai_parent_id" not in without_parent["properties"]


@pytest.mark.parametrize(
    ("own", "shared", "distinct_id"),
    [
        ({"posthog.distinct_id": "ada", "user.id": "7"}, {"posthog.distinct_id": "app"}, "ada"),
        ({"user.id": "7"}, {"posthog.distinct_id": "app"}, "7"),
        ({"enduser.id": "e"}, {}, "e"),
        ({"ai.telemetry.metadata.posthog_distinct_id": "v"}, {}, "v"),
        ({"ai.settings.context.posthog.distinct_id": "w"}, {}, "w"),
        ({"user.id": ""}, {"posthog.distinct_id": "app"}, "app"),
        ({"user.id": "  ", "enduser.id": "e"}, {}, "e"),
        ({}, {"user.id": "all"}, "all"),
    ],
)
def test_whom_a_span_belongs_to(own: dict[str, Any], shared: dict[str, Any], distinct_id: str) -> None:
    event = event_of(attributes=own, resource=shared)
    assert event["distinct_id"] == distinct_id
    assert "$process_person_profile" not in event["properties"]


def test_a_span_of_nobody_belongs_to_its_trace_and_makes_no_person() -> None:
    event = event_of()
    assert (event["distinct_id"], event["properties"]["$process_person_profile"]) == (TRACE_ID, False)


@pytest.mark.parametrize(
    "attributes",
    [
        {"gen_ai.conversation.id": "c"},
        {"session.id": "c"},
        {"$ai_session_id": "c", "gen_ai.conversation.id": "other"},
        {"ai.telemetry.metadata.$ai_session_id": "c"},
        {"traceloop.association.properties.session_id": "c"},
    ],
)
def test_which_conversation_a_span_belongs_to(attributes: dict[str, Any]) -> None:
    assert properties_of(attributes)["$ai_session_id"] == "c"


def test_a_span_around_calls_has_states_instead_of_messages() -> None:
    """Its messages are those of the calls inside; the transcript shows these."""
    attributes = VOCABULARIES["OpenTelemetry's attributes"] | {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "helper"}
    event = event_of(attributes=attributes)
    assert said(event) == []
    assert event["properties"]["$ai_input_state"] == [{"role": "user", "parts": [{"type": "text", "content": ASKED}]}]
    assert event["properties"]["$ai_span_name"] == "helper"


def test_a_tool_has_its_name_arguments_and_result() -> None:
    attributes = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "find", "gen_ai.tool.call.result": "Shelf 12"}
    properties = properties_of({**attributes, "gen_ai.tool.call.arguments": '{"title": "Emma"}'})
    assert (properties["$ai_span_name"], properties["$ai_input_state"], properties["$ai_output_state"]) == (
        "find",
        {"title": "Emma"},
        "Shelf 12",
    )


def test_a_failed_call_says_why() -> None:
    exception = ("exception", {"exception.type": "RateLimitError", "exception.message": "Too many requests"})
    properties = properties_of({"http.response.status_code": 429, "error.type": "429"}, status=(2, "failed"), events=[exception])
    assert (properties["$ai_is_error"], properties["$ai_error"]) == (True, "RateLimitError: Too many requests")
    assert (properties["$ai_http_status"], properties["$ai_error_type"]) == (429, "429")
    assert properties_of({}, status=(2, "failed"))["$ai_error"] == "failed"
    assert "$ai_is_error" not in properties_of({}, status=(1, ""), events=[exception])


def test_the_application_has_the_last_word_but_for_ids() -> None:
    properties = properties_of({**CHAT, "$ai_model": "mine", "gen_ai.request.model": "theirs", "$ai_trace_id": "x", "plan": "pro"})
    assert (properties["$ai_model"], properties["$ai_trace_id"], properties["plan"]) == ("mine", TRACE_ID, "pro")


def test_debugging_shows_what_came() -> None:
    properties = dict(event_of(resource={"posthog.ai.debug": True, "service.name": "shop"}, attributes=CHAT)["properties"])
    assert properties["$ai_debug_data"]["gen_ai.operation.name"] == "chat"
    assert (properties["$ai_debug"], properties["service.name"]) == (True, "shop")


def test_a_span_sent_again_has_the_same_uuid() -> None:
    assert event_of()["uuid"] == event_of()["uuid"]
    assert event_of()["uuid"] != event_of(span_id=PARENT_ID)["uuid"] != event_of(trace_id="01" * 16)["uuid"]


@pytest.mark.parametrize(
    ("ids", "refusal"),
    [
        ({"trace_id": ""}, BAD_TRACE_ID),
        ({"trace_id": "00" * 16}, BAD_TRACE_ID),
        ({"trace_id": "01" * 8}, BAD_TRACE_ID),
        ({"span_id": "00" * 8}, BAD_SPAN_ID),
        ({"span_id": "01" * 9}, BAD_SPAN_ID),
    ],
)
def test_a_span_without_valid_ids_is_refused(ids: dict[str, str], refusal: Refusal) -> None:
    assert events_of(export(ids)) == [refusal]


@pytest.mark.parametrize(
    "attributes",
    [
        {"gen_ai.prompt.0": "text", "gen_ai.prompt.0.role": "user"},
        {"gen_ai.prompt.0.role": "user", "gen_ai.prompt.0": "text"},
        {"gen_ai.prompt." + "0." * 5_000: "deep"},
        {"gen_ai.prompt." + "9" * 5_000 + ".content": "far", "gen_ai.prompt.00.content": "near", "gen_ai.prompt.²": "no number"},
        {"gen_ai.input.messages": "[" * 600, "gen_ai.output.messages": "{"},
        {"gen_ai.input.messages": [["a", ["b"]]], "gen_ai.output.messages": 7},
        {"ai.telemetry.metadata.": "nameless", "": "too", "$set": "{}", "gen_ai.request.model": ["a"], "user.id": [1, 2]},
        {"ai.response.text": 7, "ai.response.toolCalls": "{", "gen_ai.system_instructions": 1.5, "gen_ai.usage.input_tokens": "many"},
    ],
)
def test_attributes_that_make_no_sense_make_an_event_all_the_same(attributes: dict[str, Any]) -> None:
    assert event_of(attributes=CHAT | attributes)["event"] == "$ai_generation"
