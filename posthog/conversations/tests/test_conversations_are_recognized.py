"""The table of cases: which events make one conversation, without the client naming it."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from posthog.common import redis
from posthog.conftest import Person as Member
from posthog.conversations.tests.chats import NOON, Sent, chat, conversations_of, store
from posthog.people.models import Person, PersonDistinctId

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stores")]

ASKED = "How long may I keep a book?"
ANSWERED = "Four weeks, and you can extend it twice."
THEN = "And a film?"
THEN_ANSWERED = "One week."
LAST = "Thank you!"


def forget() -> None:
    """As if the chat had rested longer than the cache remembers."""
    redis.client().flushdb()


def both_ways(alice: Member, *sent: Sent) -> list[str]:
    """Ids when the events come in one batch; they must be the same one by one, and again."""
    together = conversations_of(alice.project, *sent)
    assert conversations_of(alice.project, *sent) == together
    redis.client().flushdb()
    alone = [conversations_of(alice.project, one)[0] for one in sent]
    assert alone == together
    assert [conversations_of(alice.project, one)[0] for one in sent] == together
    return together


def whole_chat(**more: Any) -> list[Sent]:
    return [
        chat(ASKED, output=ANSWERED, **more),
        chat(ASKED, ANSWERED, THEN, output=THEN_ANSWERED, minutes=1, **more),
        chat(ASKED, ANSWERED, THEN, THEN_ANSWERED, LAST, output="You are welcome.", minutes=2, **more),
    ]


def test_a_growing_history_is_one_conversation_named_after_its_first_event(alice: Member) -> None:
    sent = whole_chat()
    assert both_ways(alice, *sent) == [str(sent[0].uuid)] * 3


def test_a_regenerated_and_an_edited_message_stay_in_it(alice: Member) -> None:
    first, second, third = whole_chat()
    regenerated = chat(ASKED, ANSWERED, THEN, output="A week for films.", minutes=1.2)
    after_it = chat(ASKED, ANSWERED, THEN, "A week for films.", LAST, output="Bye.", minutes=1.3)
    edited = chat(ASKED, ANSWERED, "And a film on DVD?", output=THEN_ANSWERED, minutes=1.4)
    assert set(both_ways(alice, first, second, regenerated, after_it, edited, third)) == {str(first.uuid)}


def test_a_trimmed_history_is_recognized(alice: Member) -> None:
    first, second, _ = whole_chat()
    trimmed = chat(THEN, THEN_ANSWERED, LAST, output="You are welcome.", minutes=2)
    assert set(both_ways(alice, first, second, trimmed)) == {str(first.uuid)}


REFORMATTED = [
    "**Four weeks**, and you can extend it twice",
    " four weeks,\nand you can  extend it twice! ",
    "<p>Four weeks, and you can <b>extend</b> it twice.</p>",
    "[Four weeks](https://library.example), and you can extend it twice.",
]


@pytest.mark.parametrize("shown", REFORMATTED)
def test_a_reformatted_answer_is_recognized(alice: Member, shown: str) -> None:
    first = chat(ASKED, output=ANSWERED)
    second = chat(ASKED, shown, THEN, output=THEN_ANSWERED, minutes=1)
    assert set(both_ways(alice, first, second)) == {str(first.uuid)}


def test_identifying_in_the_middle_keeps_it_together(alice: Member) -> None:
    person = Person.objects.create(id=uuid4(), project=alice.project, created_at=NOON)
    for distinct_id in ("anonymous-7", "emma@example.com"):
        PersonDistinctId.objects.create(project=alice.project, person=person, distinct_id=distinct_id)
    first = chat(ASKED, output=ANSWERED, distinct_id="anonymous-7", person_id=uuid4())
    second = chat(ASKED, ANSWERED, THEN, output=THEN_ANSWERED, minutes=1, distinct_id="emma@example.com", person_id=person.id)
    assert set(both_ways(alice, first, second)) == {str(first.uuid)}


def test_a_greeting_first_is_no_history(alice: Member) -> None:
    hello = {"role": "assistant", "content": "Welcome to the library!"}
    chats = []
    for question, minutes in ((ASKED, 0), ("Do you have maps?", 10)):
        first = chat(question, output=ANSWERED, minutes=minutes)
        second = chat(question, ANSWERED, THEN, output=THEN_ANSWERED, minutes=minutes + 1)
        for sent in (first, second):
            sent.properties["$llm_input"].insert(0, hello)
        chats += [first, second]
    ids = both_ways(alice, *chats)
    assert ids == [str(chats[0].uuid)] * 2 + [str(chats[2].uuid)] * 2


@pytest.mark.parametrize(
    "history", [[{"role": "user", "content": ASKED}], [{"role": "user", "content": ASKED}, {"role": "assistant", "content": ""}]]
)
def test_an_empty_output_is_an_answer_too(alice: Member, history: list[dict[str, str]]) -> None:
    first = chat(ASKED, output="")
    second = Sent({"$llm_input": [*history, {"role": "user", "content": "Hello?"}], "$llm_output": ANSWERED}, minutes=1)
    assert set(both_ways(alice, first, second)) == {str(first.uuid)}


def test_events_that_come_in_the_wrong_order_find_each_other(alice: Member) -> None:
    sent = whole_chat()
    ids = [conversations_of(alice.project, one)[0] for one in reversed(sent)]
    assert ids == [str(sent[2].uuid)] * 3
    assert [conversations_of(alice.project, one)[0] for one in reversed(sent)] == ids
    redis.client().flushdb()
    assert set(conversations_of(alice.project, *reversed(sent))) == {str(sent[0].uuid)}


def test_the_same_opening_by_two_persons_is_two_conversations(alice: Member) -> None:
    emma, frank = whole_chat(), whole_chat(distinct_id="reader-2", person_id=UUID(int=2))
    mixed = [one for pair in zip(emma, frank, strict=True) for one in pair]
    assert both_ways(alice, *mixed) == [str(emma[0].uuid), str(frank[0].uuid)] * 3


def test_the_same_opening_in_two_projects_is_two_conversations(alice: Member, charlie: Member) -> None:
    hers, other = whole_chat(), whole_chat()
    assert conversations_of(alice.project, *hers) == [str(hers[0].uuid)] * 3
    assert conversations_of(charlie.project, *other) == [str(other[0].uuid)] * 3


def test_the_same_opening_twice_by_one_person_is_two_conversations(alice: Member) -> None:
    first, second = whole_chat(), whole_chat()
    for sent in second:
        sent.minutes += 30
    assert both_ways(alice, *first, *second) == [str(first[0].uuid)] * 3 + [str(second[0].uuid)] * 3


def test_a_named_session_wins(alice: Member) -> None:
    sent = [
        chat(ASKED, output=ANSWERED, properties={"$ai_session_id": "desk 4/7", "$session_id": "other"}),
        chat(ASKED, ANSWERED, THEN, output=THEN_ANSWERED, minutes=1, properties={"$session_id": "task-9", "$lib": "posthog-python"}),
        Sent({"$llm_input": LAST, "$llm_output": "Bye.", "$session_id": 17}, minutes=2),
        Sent({"$llm_input": LAST, "$llm_output": "Bye.", "$session_id": "my own", "$lib": "web"}, minutes=3),
    ]
    assert both_ways(alice, *sent) == ["desk 4/7", "task-9", "17", "my own"]


def test_a_very_long_session_id_is_cut_and_stays_unique(alice: Member) -> None:
    ids = conversations_of(alice.project, *(chat(ASKED, output=ANSWERED, properties={"$session_id": "x" * 300 + end}) for end in "ab"))
    assert len(set(ids)) == 2
    assert all(len(conversation_id) <= 200 for conversation_id in ids)


def in_tab(sent: list[Sent]) -> list[Sent]:
    for one in sent:
        one.properties |= {"$session_id": "0195a3f0-7c1e-7d6a-9d5e-3f1b2c4d5e6f", "$lib": "web"}
    return sent


def test_texts_without_history_in_one_tab_are_the_tabs_conversation(alice: Member) -> None:
    sent = in_tab([Sent({"$llm_input": text, "$llm_output": ANSWERED}, minutes=n) for n, text in enumerate((ASKED, THEN, LAST))])
    assert set(both_ways(alice, *sent)) == {"0195a3f0-7c1e-7d6a-9d5e-3f1b2c4d5e6f"}


def test_two_chats_in_one_tab_are_told_apart_by_their_histories(alice: Member) -> None:
    second = [
        chat("Do you have maps?", output="On shelf 12.", minutes=10),
        chat("Do you have maps?", "On shelf 12.", "Old ones?", output="Ask at the desk.", minutes=11),
    ]
    ids = both_ways(alice, *in_tab([*whole_chat(), *second]))
    assert ids == ["0195a3f0-7c1e-7d6a-9d5e-3f1b2c4d5e6f"] * 3 + [str(second[0].uuid)] * 2


def test_a_loop_of_tool_calls_is_one_conversation(alice: Member) -> None:
    user = {"role": "user", "content": ASKED}
    call = {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": "1", "type": "function", "function": {"name": "terms", "arguments": "{}"}}],
    }
    result = {"role": "tool", "tool_call_id": "1", "content": '{"weeks": 4}'}
    answer, then = {"role": "assistant", "content": ANSWERED}, {"role": "user", "content": THEN}
    sent = [
        Sent({"$ai_input": [user], "$ai_output_choices": [{"message": call}]}, "$ai_generation"),
        Sent({"$ai_input": [user, call, result], "$ai_output_choices": [answer]}, "$ai_generation", minutes=0.1),
        Sent({"$ai_input": [user, call, result, answer, then], "$ai_output": THEN_ANSWERED}, "$ai_generation", minutes=1),
    ]
    assert set(both_ways(alice, *sent)) == {str(sent[0].uuid)}


def test_feedback_that_repeats_a_task_joins_it(alice: Member) -> None:
    task = chat(ASKED, output=ANSWERED)
    thumb = chat(ASKED, output=ANSWERED, event="llm-feedback", minutes=1, properties={"rating": "up"})
    assert both_ways(alice, task, thumb) == [str(task.uuid)] * 2


def test_a_chat_that_rested_is_found_in_the_store(alice: Member) -> None:
    first, second, third = whole_chat()
    store(alice.project, first, second)
    forget()
    reformatted = third.properties["$llm_input"][3]
    reformatted["content"] = f"**{reformatted['content']}**"
    assert conversations_of(alice.project, third) == [str(first.uuid)]
    forget()
    other_person = chat(ASKED, ANSWERED, THEN, output=THEN_ANSWERED, minutes=3, distinct_id="reader-2", person_id=UUID(int=2))
    assert conversations_of(alice.project, other_person) == [str(other_person.uuid)]


def test_many_chats_at_once_keep_apart(alice: Member) -> None:
    sent, expected = [], []
    for reader in range(40):
        chats = whole_chat(distinct_id=f"reader-{reader}", person_id=UUID(int=reader + 10))
        sent += chats
        expected += [str(chats[0].uuid)] * 3
    assert conversations_of(alice.project, *sent) == expected
    assert max(one.timestamp for one in sent) - NOON == timedelta(minutes=2)
