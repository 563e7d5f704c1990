"""Which event writes which message, and that texts are stored once and come back."""

import json
from typing import Any
from uuid import uuid4

import pytest

from posthog.clickhouse import client
from posthog.common import limits, redis
from posthog.conftest import Person as Member
from posthog.conversations import erasure
from posthog.conversations.messages import message_id
from posthog.conversations.restore import restore_texts
from posthog.conversations.services import StoredLabels, known_messages, remember_messages
from posthog.conversations.tests.chats import Sent, chat, llm_event, store
from posthog.conversations.turns import speakers, turns_of_batch

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stores")]

ASKED = "How long may I keep a book?"
ANSWERED = "Four weeks, and you can extend it twice."
THEN = "And a film?"
THEN_ANSWERED = "One week."
USER, CALL = {"role": "user", "content": ASKED}, {"role": "assistant", "content": [{"type": "tool_use", "id": "1", "name": "terms"}]}
RESULT = {"role": "tool", "tool_call_id": "1", "content": '{"weeks": 4}'}


def written(alice: Member, *sent: Sent, conversation_id: str | None = None) -> list[list[tuple[str, str, str]]]:
    """(kind, role, content) of the turns of each event, as one batch of one conversation."""
    events = [event for event in (llm_event(alice.project, one) for one in sent) if event]
    turns = turns_of_batch(events, [conversation_id or str(uuid4())] * len(events))
    return [[(turn.kind, turn.role, turn.message.content) for turn in of_event] for of_event in turns]


def test_an_event_owns_its_last_user_message_and_its_output(alice: Member) -> None:
    assert written(alice, chat(ASKED, output=ANSWERED), chat(ASKED, ANSWERED, THEN, output=THEN_ANSWERED, minutes=1)) == [
        [("owned", "user", ASKED), ("owned", "assistant", ANSWERED)],
        [("owned", "user", THEN), ("owned", "assistant", THEN_ANSWERED)],
    ]


def test_history_without_an_owner_is_context_once(alice: Member) -> None:
    system, example = {"role": "system", "content": "You work in a library."}, {"role": "assistant", "content": "Try shelf 12."}
    first, second = chat(ASKED, output=ANSWERED), chat(ASKED, ANSWERED, THEN, output=THEN_ANSWERED, minutes=1)
    for sent in (first, second):
        sent.properties["$llm_input"] = [system, {"role": "user", "content": "Where is Emma?"}, example, *sent.properties["$llm_input"]]
    assert written(alice, first, second) == [
        [
            ("context", "system", "You work in a library."),
            ("context", "user", "Where is Emma?"),
            ("context", "assistant", "Try shelf 12."),
            ("owned", "user", ASKED),
            ("owned", "assistant", ANSWERED),
        ],
        [("owned", "user", THEN), ("owned", "assistant", THEN_ANSWERED)],
    ]


def test_a_regenerated_answer_is_a_second_turn(alice: Member) -> None:
    sent = [chat(ASKED, output=ANSWERED), chat(ASKED, output="A month.", minutes=1)]
    assert written(alice, *sent)[1] == [("owned", "user", ASKED), ("owned", "assistant", "A month.")]


def test_stored_turns_count_and_a_second_run_of_a_batch_writes_the_same(alice: Member) -> None:
    first = chat(ASKED, output=ANSWERED)
    second = chat("Hello", "Good morning!", ASKED, ANSWERED, THEN, output=THEN_ANSWERED, minutes=1)
    [conversation_id] = store(alice.project, first)
    greeting = [("context", "user", "Hello"), ("context", "assistant", "Good morning!")]
    expected = [[*greeting, ("owned", "user", THEN), ("owned", "assistant", THEN_ANSWERED)]]
    assert written(alice, second, conversation_id=conversation_id) == expected
    store(alice.project, second)
    assert written(alice, second, conversation_id=conversation_id) == expected


def test_results_of_tools_belong_to_the_event_that_sends_them(alice: Member) -> None:
    asks = Sent({"$ai_input": [USER], "$ai_output_choices": [CALL]})
    answers = Sent({"$ai_input": [USER, CALL, RESULT], "$ai_output_choices": [{"role": "assistant", "content": ANSWERED}]}, minutes=0.1)
    assert written(alice, asks, answers) == [
        [("owned", "user", ASKED), ("owned", "assistant", "[tool call: terms]")],
        [("owned", "tool", '{"weeks": 4}'), ("owned", "assistant", ANSWERED)],
    ]


def test_a_loop_of_tools_in_one_event_owns_the_question_too(alice: Member) -> None:
    alone = Sent({"$ai_input": [USER, CALL, RESULT], "$ai_output_choices": [{"role": "assistant", "content": ANSWERED}]})
    assert written(alice, alone) == [
        [
            ("owned", "user", ASKED),
            ("context", "assistant", "[tool call: terms]"),
            ("owned", "tool", '{"weeks": 4}'),
            ("owned", "assistant", ANSWERED),
        ]
    ]


def test_labels_of_an_event_speak_of_its_own_messages(alice: Member) -> None:
    event = llm_event(alice.project, Sent({"$ai_input": [USER], "$ai_output_choices": [CALL, {"role": "assistant", "content": ANSWERED}]}))
    assert event
    user, agent = speakers(turns_of_batch([event], ["c"])[0])
    assert user
    assert agent
    assert (user.message.content, agent.message.content) == (ASKED, ANSWERED)


@pytest.mark.parametrize(
    "said",
    [
        [],
        ["Nobody asked", "but this"],
        [{"role": "assistant", "content": "Hello?"}],
        [{"role": "system", "content": "Be kind."}],
        [{"role": "tool", "content": "12"}],
        [{"role": "assistant", "content": ANSWERED}, {"role": "assistant", "content": THEN_ANSWERED}],
    ],
)
def test_odd_histories_are_turns_too(alice: Member, said: Any) -> None:
    [turns] = written(alice, Sent({"$ai_input": said, "$ai_output": ANSWERED}))
    assert turns[-1] == ("owned", "assistant", ANSWERED)
    assert len(turns) == len(said) + 1 - sum(1 for one in said if one == {"role": "assistant", "content": ANSWERED})


def test_thousands_of_messages_in_one_event_are_turns_like_few(alice: Member) -> None:
    history, answers = [f"Line {n}" for n in range(20_000)], [f"Answer {n}" for n in range(20_000)]
    said_again = {"role": "assistant", "content": answers[0]}
    [turns] = written(alice, Sent({"$ai_input": [*history, said_again, ASKED], "$ai_output_choices": answers}))
    context = [("context", "user", text) for text in history[-limits.CONTEXT_MESSAGES :]]
    assert turns == [*context, ("owned", "user", ASKED), *(("owned", "assistant", text) for text in answers)]


def test_texts_are_stored_once_and_come_back_where_the_client_had_them(alice: Member, charlie: Member) -> None:
    sent = [chat(ASKED, output=ANSWERED), chat(ASKED, ANSWERED, THEN, output=THEN_ANSWERED, minutes=1)]
    store(alice.project, *sent)
    store(charlie.project, chat("Something else", output="Yes."))
    rows = client.execute(
        "SELECT properties_text, message_refs FROM events WHERE team_id = %(t)s ORDER BY timestamp", {"t": alice.project.pk}
    )
    assert client.execute("SELECT count() FROM messages WHERE team_id = %(t)s", {"t": alice.project.pk}) == [(4,)]
    assert ASKED not in str(rows)
    stored = [(json.loads(properties), refs) for properties, refs in rows]
    assert restore_texts(alice.project.pk, stored) == [one.properties for one in sent]
    assert restore_texts(charlie.project.pk, stored)[0]["$llm_output"] is None


def test_known_messages_come_from_the_cache_then_from_the_store_until_texts_are_erased(alice: Member) -> None:
    team = alice.project.pk
    store(alice.project, chat(ASKED, output=ANSWERED, labels={"user_emotion": "curiosity", "user_emotion_score": 0.75}))
    texts = [("user", ASKED), ("assistant", ANSWERED), ("user", "Is it open?")]
    asked, answered, never = (message_id(alice.project.message_secret, role, text) for role, text in texts)
    redis.client().flushdb()
    for _ in range(2):
        known = known_messages(team, [asked, answered, never])
        assert known == {
            asked: StoredLabels({"user_emotion": "curiosity", "user_emotion_score": 0.75}, "v1", "en"),
            answered: StoredLabels({}, "", "en"),
        }
    remember_messages(team, {never: StoredLabels({"user_toxic": 1}, "v2", "de")})
    assert known_messages(team, [never])[never].labels == {"user_toxic": 1}
    assert known_messages(team, [uuid4() for _ in range(60_000)]) == {}
    erasure.advance(team)
    assert known_messages(team, [never]) == {}
