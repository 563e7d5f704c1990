"""Conversations that are longer than a page: what is said of them, and that every message can be reached."""

from typing import Any
from uuid import uuid4

import pytest

from posthog.common import limits
from posthog.conftest import Person as Member
from posthog.conversations.tests.chats import Sent, chat, store

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stores")]

ASKED = 8


@pytest.fixture
def long_chat(alice: Member, monkeypatch: pytest.MonkeyPatch) -> list[Sent]:
    """Eight questions with answers at minutes 0 to 7, then feedback that repeats the last; lists read five turns of each."""
    monkeypatch.setattr(limits, "CONVERSATION_MESSAGES", 5)
    named = {"properties": {"$ai_session_id": "long"}}
    first = chat("Before", "Yes", "Question 0", output="Answer 0", **named)
    rest = [chat(f"Question {n}", output=f"Answer {n}", minutes=n, **named) for n in range(1, ASKED)]
    thumb = chat(f"Question {ASKED - 1}", output=f"Answer {ASKED - 1}", event="llm-feedback", minutes=ASKED, **named)
    store(alice.project, first, *rest, thumb)
    return [first, *rest, thumb]


def transcript(member: Member, **asked: Any) -> dict[str, Any]:
    answer = member.client.get(f"/api/projects/{member.project.pk}/conversations/long/", asked)
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


def said(page: dict[str, Any]) -> list[str]:
    return [message["content"] for message in page["messages"]]


EVERYTHING = ["Before", "Yes", *(text for n in range(ASKED) for text in (f"Question {n}", f"Answer {n}"))]


def test_count_and_end_are_those_of_the_whole_conversation(alice: Member, bob: Member, long_chat: list[Sent]) -> None:
    for member in (alice, bob):
        [row] = member.client.get("/api/projects/@current/conversations/").json()["results"]
        for told in (row, transcript(member)):
            assert (told["message_count"], told["ended_at"]) == (len(EVERYTHING), "2026-03-02T12:08:00Z")


def test_pages_lead_through_all_messages_and_back(alice: Member, long_chat: list[Sent]) -> None:
    page = transcript(alice, limit=4)
    read = said(page)
    while page["next_messages"]:
        page = alice.client.get(page["next_messages"]).json()
        read += said(page)
    assert read == EVERYTHING
    read = said(page)
    while page["previous_messages"]:
        page = alice.client.get(page["previous_messages"]).json()
        read = said(page) + read
    assert (read, page["offset"]) == (EVERYTHING, 0)


def test_the_page_has_the_message_that_is_asked_for(alice: Member, long_chat: list[Sent]) -> None:
    page = transcript(alice, message=long_chat[5].uuid, limit=4)
    assert (page["offset"], said(page)) == (12, EVERYTHING[12:16])
    assert transcript(alice, message=page["messages"][3]["id"])["offset"] == 15
    last = long_chat[ASKED - 1]
    repeated = transcript(alice, message=long_chat[ASKED].uuid, limit=4)
    assert str(last.uuid) in [message["event_uuid"] for message in repeated["messages"]]


def test_a_message_that_is_not_there_opens_the_beginning(alice: Member, long_chat: list[Sent]) -> None:
    for unknown in (uuid4(), "gone", ""):
        assert transcript(alice, message=unknown)["offset"] == 0


def test_labels_stand_under_the_same_message_on_every_page(alice: Member) -> None:
    labels = {"user_emotion": "anger", "agent_emotion": "caring"}
    store(alice.project, chat("Why?", "Who knows", "Tell me", output="No", labels=labels, properties={"$ai_session_id": "long"}))
    whole = [message["labels"] for message in transcript(alice)["messages"]]
    assert [transcript(alice, limit=1, offset=n)["messages"][0]["labels"] for n in range(4)] == whole


def test_feedback_is_told_on_every_page(alice: Member, long_chat: list[Sent]) -> None:
    assert [transcript(alice, offset=offset)["feedback"][0]["event"] for offset in (0, 10)] == ["llm-feedback"] * 2


def test_a_page_that_cannot_be_is_refused_by_name(alice: Member, long_chat: list[Sent]) -> None:
    for name, value in (("limit", "0"), ("limit", "6"), ("limit", "9" * 5000), ("offset", "-1"), ("offset", "x")):
        answer = alice.client.get("/api/projects/@current/conversations/long/", {name: value})
        assert (answer.status_code, answer.json()["attr"]) == (400, name)


def test_a_stranger_reads_no_page(alice: Member, charlie: Member, long_chat: list[Sent]) -> None:
    url = f"/api/projects/{alice.project.pk}/conversations/long/"
    assert charlie.client.get(url, {"offset": 4}).status_code == 404
    assert charlie.client.get("/api/projects/@current/conversations/long/").status_code == 404
