"""Messages are read from every vocabulary, and what the client sent comes back exactly."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from posthog.common import json as tolerant
from posthog.conversations import refs
from posthog.conversations.messages import LLMContent, message_id, read_messages
from posthog.conversations.parts import spoken_text

SECRET = "5f" * 32
ASKED = "How long may I keep a book from the library?"
ANSWERED = "Four weeks, and you can extend it twice."


def read(properties: dict[str, Any], event: str = "llm-task") -> LLMContent:
    content = read_messages(event, properties)
    assert content is not None
    content.identify(SECRET)
    return content


def said(content: LLMContent) -> list[tuple[str, str]]:
    return [(message.role, message.content) for message in content.messages]


def restored(content: LLMContent) -> dict[str, Any]:
    texts = {str(message.message_id): message.content for message in content.messages}
    return content.stripped | refs.fill(json.loads(content.message_refs()), texts)


CHAT = [("user", ASKED), ("assistant", ANSWERED)]
INPUTS: dict[str, Any] = {
    "text": ASKED,
    "ChatML": [{"role": "user", "content": ASKED}],
    "ChatML as JSON text of Python": json.dumps([{"role": "user", "content": ASKED}]),
    "ChatML as JSON text of JavaScript": json.dumps([{"role": "user", "content": ASKED}], separators=(",", ":"), ensure_ascii=False),
    "ChatML as indented JSON text": json.dumps([{"role": "user", "content": ASKED}], indent=2),
    "list of texts": [ASKED],
    "OpenAI parts": [{"role": "user", "content": [{"type": "text", "text": ASKED}]}],
    "OpenAI Responses": [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": ASKED}]}],
    "Anthropic parts alone": [{"type": "text", "text": ASKED}],
    "Gemini contents": [{"role": "user", "parts": [{"text": ASKED}]}],
    "Gemini request": {"contents": [{"role": "user", "parts": [{"text": ASKED}]}]},
    "one message": {"role": "user", "content": ASKED},
    "request body": {"model": "small", "messages": [{"role": "user", "content": ASKED}]},
    "OpenTelemetry": [{"role": "user", "parts": [{"type": "text", "content": ASKED}]}],
    "ShareGPT": [{"from": "human", "value": ASKED}],
    "LangChain": [{"type": "human", "content": ASKED, "additional_kwargs": {}}],
    "LangChain in a batch": [[{"type": "human", "data": {"content": ASKED}}]],
    "LangChain serialized": [
        {"lc": 1, "type": "constructor", "id": ["langchain_core", "messages", "HumanMessage"], "kwargs": {"content": ASKED}}
    ],
    "role in capitals": [{"role": "USER", "content": ASKED}],
    "no role": [{"content": ASKED}],
    "unknown role": [{"role": "party-1", "content": ASKED}],
    "nested part": [{"role": "user", "content": [{"type": "text", "text": {"value": ASKED, "annotations": []}}]}],
    "ChatGPT export": [{"author": {"role": "user"}, "content": {"content_type": "text", "parts": [ASKED]}}],
}
OUTPUTS: dict[str, Any] = {
    "text": ANSWERED,
    "role and content": [{"role": "assistant", "content": ANSWERED}],
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": ANSWERED}}],
    "response body": {"id": "r1", "choices": [{"message": {"role": "assistant", "content": ANSWERED}}]},
    "one message": {"role": "assistant", "content": ANSWERED},
    "content blocks": [{"type": "text", "text": ANSWERED}],
    "Anthropic": {"role": "assistant", "content": [{"type": "thinking", "thinking": "Which library?"}, {"type": "text", "text": ANSWERED}]},
    "Responses": [
        {"type": "reasoning", "summary": []},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": ANSWERED}]},
    ],
    "Gemini": {"candidates": [{"content": {"role": "model", "parts": [{"text": ANSWERED}]}}]},
    "LangChain": [[{"text": ANSWERED, "message": {"type": "ai", "content": ANSWERED}}]],
    "refusal": [{"role": "assistant", "content": None, "refusal": ANSWERED}],
    "audio with transcript": [{"role": "assistant", "content": None, "audio": {"id": "a", "transcript": ANSWERED}}],
    "user role by mistake": [{"role": "user", "content": ANSWERED}],
    "generated text": {"generated_text": ANSWERED},
}


VOCABULARIES = [("$llm_input", "$llm_output"), ("$ai_input", "$ai_output_choices"), ("$ai_input", "$ai_output")]
PAIRS = {name: (prompt, ANSWERED) for name, prompt in INPUTS.items()} | {
    f"answer: {name}": (ASKED, answer) for name, answer in OUTPUTS.items()
}


@pytest.mark.parametrize(("prompt", "answer"), PAIRS.values(), ids=PAIRS)
@pytest.mark.parametrize(("asks", "answers"), VOCABULARIES)
def test_every_shape_gives_the_same_two_messages_and_comes_back_exactly(asks: str, answers: str, prompt: Any, answer: Any) -> None:
    properties = {asks: prompt, answers: answer, "model": "small", "nested": {"$message": "kept"}}
    content = read(properties)
    assert said(content) == CHAT
    assert restored(content) == properties
    assert ASKED not in tolerant.dumps_text([content.stripped, content.refs])


def test_a_conversation_keeps_its_order_and_roles() -> None:
    history = [
        {"role": "developer", "content": "You work in a library."},
        {"role": "human", "content": ASKED},
        {"role": "AI", "content": ANSWERED},
        {"role": "user", "content": "And a film?"},
    ]
    content = read({"$ai_input": history, "$ai_output_choices": [{"role": "assistant", "content": "One week."}]}, "$ai_generation")
    assert [role for role, _ in said(content)] == ["system", "user", "assistant", "user", "assistant"]
    assert content.has_history


def test_entries_without_roles_take_turns_and_the_newest_is_the_user() -> None:
    content = read({"$llm_input": ["Good morning", "Hello, how may I help?", ASKED], "$llm_output": ANSWERED})
    assert [role for role, _ in said(content)] == ["user", "assistant", "user", "assistant"]


def test_media_and_tool_calls_become_placeholders() -> None:
    asked = [{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {"url": "https://pictures.example/1"}}]
    call = {"id": "c1", "type": "function", "function": {"name": "find_book", "arguments": '{"title": "Emma"}'}}
    properties = {
        "$ai_input": [{"role": "user", "content": asked}],
        "$ai_output_choices": [{"message": {"role": "assistant", "content": None, "tool_calls": [call]}}],
    }
    content = read(properties)
    assert said(content) == [("user", "What is this?\n[image]"), ("assistant", "[tool call: find_book]")]
    assert [message.spoken for message in content.messages] == ["What is this?", ""]
    assert restored(content) == properties


def test_tool_calls_read_the_same_in_output_and_history() -> None:
    as_output = read(
        {"$ai_input": ASKED, "$ai_output_choices": [{"role": "assistant", "content": [{"type": "function", "function": {"name": "find"}}]}]}
    )
    for shape in [
        {"role": "assistant", "content": None, "tool_calls": [{"function": {"name": "find", "arguments": "{}"}}]},
        {"role": "assistant", "content": [{"type": "tool_use", "id": "1", "name": "find", "input": {}}]},
        {"type": "function_call", "name": "find", "arguments": "{}"},
        {"role": "model", "parts": [{"functionCall": {"name": "find", "args": {}}}]},
    ]:
        assert said(read({"$ai_input": [shape]}))[0] == said(as_output)[1]


@pytest.mark.parametrize(
    "result",
    [
        {"role": "tool", "tool_call_id": "c1", "content": "Shelf 12"},
        {"role": "function", "name": "find", "content": "Shelf 12"},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c1", "content": "Shelf 12"}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c1", "content": [{"type": "text", "text": "Shelf 12"}]}]},
        {"type": "function_call_output", "call_id": "c1", "output": "Shelf 12"},
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c1", "result": "Shelf 12"}]},
    ],
)
def test_results_of_tools_are_the_tools_messages(result: dict[str, Any]) -> None:
    properties = {"$ai_input": [{"role": "user", "content": ASKED}, result], "$ai_output": ANSWERED}
    content = read(properties)
    assert said(content) == [("user", ASKED), ("tool", "Shelf 12"), ("assistant", ANSWERED)]
    assert restored(content) == properties


@pytest.mark.parametrize(
    "properties",
    [
        {},
        {"$ai_input": None, "$ai_output_choices": None},
        {"$llm_input": "", "$llm_output": ""},
        {"$llm_input": [], "$llm_output": []},
        {"$llm_input": 7, "$llm_output": True},
        {"$ai_input_state": {"messages": [{"role": "user", "content": ASKED}]}, "$ai_output_state": ANSWERED},
    ],
)
def test_an_event_without_texts_is_no_llm_event(properties: dict[str, Any]) -> None:
    assert read_messages("$ai_trace", properties) is None


def test_the_name_of_the_event_does_not_matter_but_embeddings_are_not_said() -> None:
    assert read({"$llm_input": ASKED, "$llm_output": ANSWERED}, "support chat")
    assert read_messages("$ai_embedding", {"$ai_input": ASKED}) is None


def test_a_prompt_that_is_json_stays_text() -> None:
    for prompt in ['{"a": 1}', "[1, 2]", '[{"name": "Emma"}]', "{not json", '{"role": "admin"}']:
        assert said(read({"$llm_input": prompt, "$llm_output": ANSWERED}))[0] == ("user", prompt)


def test_both_vocabularies_at_once_count_once() -> None:
    properties = {"$ai_input": [{"role": "user", "content": ASKED}], "$llm_input": ASKED, "$ai_output": [ANSWERED], "$llm_output": ANSWERED}
    content = read(properties)
    assert said(content) == CHAT
    assert restored(content) == properties
    assert ASKED not in content.message_refs()


def test_the_id_depends_on_project_role_and_text() -> None:
    ids = {message_id(secret, role, text) for secret in (SECRET, "other") for role in ("user", "assistant") for text in (ASKED, ANSWERED)}
    assert len(ids) == 8
    assert message_id(SECRET, "user", ASKED) == message_id(SECRET, "user", ASKED)


def test_spoken_text_leaves_placeholders_out_but_no_brackets_of_the_user() -> None:
    assert spoken_text("[image]\nWhat is [this]?\n[tool call: find]") == "What is [this]?"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda children: (
        st.lists(children, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "role",
                    "content",
                    "type",
                    "text",
                    "message",
                    "messages",
                    "parts",
                    "tool_calls",
                    "function",
                    "name",
                    "$message",
                    "kwargs",
                    "id",
                    "audio",
                    "x",
                ]
            ),
            children | st.sampled_from(["user", "assistant", "tool", "text", "image", "tool_result", "function_call", "thinking"]),
            max_size=5,
        )
    ),
    max_leaves=25,
)
names = st.sampled_from(["$llm_input", "$llm_output", "$ai_input", "$ai_output", "$ai_output_choices", "model"])


@settings(max_examples=600, deadline=None)
@given(st.dictionaries(names, json_values | json_values.map(json.dumps), max_size=6))
def test_any_json_is_read_without_error_and_restored_exactly(properties: dict[str, Any]) -> None:
    before = json.dumps(properties)
    content = read_messages("llm-task", properties)
    assert json.dumps(properties) == before
    if content:
        content.identify(SECRET)
        assert restored(content) == properties


def test_deep_nesting_is_kept_whole() -> None:
    deep: Any = ASKED
    for _ in range(400):
        deep = [deep]
    properties = {"$llm_input": deep, "$llm_output": ANSWERED}
    assert restored(read(properties)) == properties
