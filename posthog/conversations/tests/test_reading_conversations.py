"""The list of conversations and the transcript over HTTP, on the real engine, for owner, teammate and stranger."""

import runpy
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import UUID, uuid4

import pytest
from pytest_django import Settings

from posthog.conftest import Person as Member
from posthog.conversations import selectors
from posthog.conversations.tests.chats import NOON, Sent, chat, store
from posthog.people.models import Person, PersonDistinctId
from posthog.settings import web

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stores")]

LOST = "I lost the book, this is terrible!"
CALM = "Do not worry, it happens. You can pay for it at the desk."
MAPS = "Do you have maps of the coast?"
SHELF = "On shelf 12, next to the atlases."
PII = "e-mail address (e***@example.net)"
JAPANESE = "図書館は何時に開きますか"


@pytest.fixture
def library(alice: Member, charlie: Member) -> dict[str, str]:
    """Conversation ids by name, all of Alice's project but one of Charlie's."""
    sad = {"user_emotion": "sadness", "user_emotion_score": 0.9, "agent_emotion": "caring", "agent_emotion_score": 0.7}
    rude = {"user_toxic": 1, "user_toxic_score": 0.95, "agent_toxic_score": 0.01, "agent_flow": "agent_apology_error_mistake"}
    rude |= {"user_threat_PiiMarker": PII, "user_threat_score": 1.4, "user_label_lost_book": 1, "user_label_lost_book_score": 0.8}
    lost = [
        chat(LOST, output=CALM, distinct_id="emma", labels=sad),
        chat(LOST, CALM, "You are useless.", output="I am sorry.", distinct_id="emma", minutes=1, labels=rude),
    ]
    maps = Sent(
        {"$llm_input": MAPS, "$llm_output": SHELF, "$session_id": "desk/7 ü", "agent_sarcasm": "mild", "user_agent": "curl"},
        minutes=60,
        distinct_id="frank",
        person_id=UUID(int=2),
        labels={"user_emotion": "curiosity", "user_emotion_score": 0.6},
    )
    opening = chat(JAPANESE, output="九時に開きます。", minutes=24 * 60, distinct_id="emma")
    hers = chat(LOST, output=CALM, distinct_id="emma", labels={"user_emotion": "sadness", "user_emotion_score": 0.9})
    ids = [store(alice.project, *one)[0] for one in (lost, [maps], [opening])]
    return dict(zip(["lost", "maps", "opening", "charlie"], [*ids, store(charlie.project, hers)[0]], strict=True))


def ids_of(member: Member, **asked: Any) -> list[str]:
    answer = member.client.get(f"/api/projects/{member.project.pk}/conversations/", asked)
    assert answer.status_code == 200, answer.content
    return [one["id"] for one in answer.json()["results"]]


def transcript(member: Member, conversation_id: str) -> dict[str, Any]:
    answer = member.client.get(f"/api/projects/{member.project.pk}/conversations/{quote(conversation_id, safe='')}/")
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


def test_conversations_are_listed_newest_first_with_what_a_row_shows(alice: Member, bob: Member, library: dict[str, str]) -> None:
    assert ids_of(alice) == ids_of(bob) == [library["opening"], library["maps"], library["lost"]]
    row = alice.client.get("/api/projects/@current/conversations/").json()["results"][2]
    assert row["person"] == {"id": str(UUID(int=1)), "distinct_id": "emma", "name": "emma"}
    assert (row["started_at"], row["ended_at"]) == ("2026-03-02T12:00:00Z", "2026-03-02T12:01:00Z")
    assert row["message_count"] == 4
    assert row["preview"] == {"user": LOST, "assistant": CALM}
    assert row["labels"] == {
        "user_emotion": ["sadness"],
        "agent_emotion": ["caring"],
        "user_toxic": [1],
        "user_threat_PiiMarker": [PII],
        "user_label_lost_book": [1],
        "agent_flow": ["agent_apology_error_mistake"],
    }


FILTERS: list[tuple[dict[str, Any], list[str]]] = [
    ({"label": "user_emotion"}, ["maps", "lost"]),
    ({"label": "user_emotion:sadness"}, ["lost"]),
    ({"label": ["user_emotion:sadness", "user_toxic"]}, ["lost"]),
    ({"label": ["user_emotion:curiosity", "user_toxic"]}, []),
    ({"label": "user_toxic:1"}, ["lost"]),
    ({"label": "agent_toxic"}, []),
    ({"label": "user_threat_PiiMarker"}, ["lost"]),
    ({"label": f"user_threat_PiiMarker:{PII}"}, ["lost"]),
    ({"label": "agent_threat_PiiMarker"}, []),
    ({"label": "user_threat_score"}, ["lost"]),
    ({"label": "user_label_lost_book"}, ["lost"]),
    ({"label": "user_label_lost_book:1"}, ["lost"]),
    ({"label": "user_label_lost_book:0"}, []),
    ({"label": "agent_sarcasm"}, ["maps"]),
    ({"label": "agent_sarcasm:mild"}, ["maps"]),
    ({"label": "agent_sarcasm:none"}, []),
    ({"person": "emma"}, ["opening", "lost"]),
    ({"person": str(UUID(int=2))}, ["maps"]),
    ({"person": "nobody"}, []),
    ({"date_from": "2026-03-03"}, ["opening"]),
    ({"date_to": "2026-03-02"}, ["maps", "lost"]),
    ({"date_from": "2026-03-02T12:30:00Z", "date_to": "2026-03-02T13:30:00Z"}, ["maps"]),
    ({"date_from": "all"}, ["opening", "maps", "lost"]),
    ({"date_from": "-1d"}, []),
    ({"date_from": "2140-01-01"}, []),
    ({"date_from": "2140-01-01", "date_to": "2140-01-02"}, []),
    ({"text": "atlases"}, ["maps"]),
    ({"distinct_id": "frank"}, ["maps"]),
    ({"person_id": str(UUID(int=2))}, ["maps"]),
    ({"label": "user_emotion=sadness"}, ["lost"]),
    ({"search": "atlases SHELF"}, ["maps"]),
    ({"search": "lost shelf"}, []),
    ({"search": "don't worry"}, []),
    ({"search": "何時"}, ["opening"]),
    ({"search": "!"}, ["lost"]),
    ({"search": "100%"}, []),
    ({"search": "'; DROP TABLE turns; --"}, []),
    ({"search": "lost", "label": "user_toxic", "person": "emma", "date_from": "2026-03-01"}, ["lost"]),
]


def test_filters_hold_together(alice: Member, library: dict[str, str]) -> None:
    for asked, expected in FILTERS:
        assert ids_of(alice, **asked) == [library[name] for name in expected], asked


WRONG_FILTERS: list[tuple[dict[str, str], str]] = [
    ({"label": "mood"}, "label"),
    ({"label": "user_`; DROP"}, "label"),
    ({"label": "user_toxic:very"}, "label"),
    ({"date_from": "yesterday"}, "date_from"),
    ({"date_to": "2026-13-01"}, "date_to"),
    ({"date_from": "2026-03-03", "date_to": "2026-03-02"}, "date_from"),
    ({"limit": "0"}, "limit"),
    ({"limit": "many"}, "limit"),
    ({"cursor": "?"}, "cursor"),
    ({"search": "x" * 501}, "search"),
]


def test_a_wrong_filter_is_named(alice: Member) -> None:
    for asked, field in WRONG_FILTERS:
        answer = alice.client.get(f"/api/projects/{alice.project.pk}/conversations/", asked)
        assert (answer.status_code, answer.json()["attr"]) == (400, field), asked


def test_a_wrong_date_is_told_by_its_own_name_once(alice: Member) -> None:
    for asked, expected in (
        ({"date_from": "garbage"}, "date_from: cannot read the date 'garbage'"),
        ({"date_to": "garbage"}, "date_to: cannot read the date 'garbage'"),
        ({"date_from": "2026-03-03", "date_to": "2026-03-02"}, "date_from lies after date_to"),
    ):
        detail = alice.client.get(f"/api/projects/{alice.project.pk}/conversations/", asked).json()["detail"]
        assert detail.startswith(expected)


def test_an_hour_ago_is_a_moment_not_a_day(alice: Member) -> None:
    half_an_hour_ago = (datetime.now(UTC) - NOON).total_seconds() / 60 - 30
    store(alice.project, chat(LOST, output=CALM, minutes=half_an_hour_ago))
    assert len(ids_of(alice, date_from="-1h")) == 1
    assert ids_of(alice, date_to="-1h") == []


def test_a_list_may_end_at_a_date_in_every_zone(alice: Member, library: dict[str, str]) -> None:
    for zone in ("Asia/Tokyo", "America/Los_Angeles"):
        alice.project.timezone = zone
        alice.project.save()
        assert library["maps"] in ids_of(alice, date_to="2026-03-03"), zone


def test_pages_follow_each_other_without_gap_or_repetition(alice: Member) -> None:
    sent = [Sent({"$llm_input": f"Question {n}", "$llm_output": "Yes.", "$session_id": f"s{n}"}, minutes=n // 2) for n in range(7)]
    store(alice.project, *sent)
    url, seen = f"/api/projects/{alice.project.pk}/conversations/?limit=2&search=question", []
    while url:
        page = alice.client.get(url).json()
        seen += [one["id"] for one in page["results"]]
        url = page["next"]
    assert seen == ["s6", "s5", "s4", "s3", "s2", "s1", "s0"]


@pytest.mark.parametrize(("trust", "scheme"), [("1", "https"), ("0", "http")])
def test_other_pages_are_reached_as_this_one_was_where_the_proxy_is_trusted(
    alice: Member, library: dict[str, str], settings: Settings, monkeypatch: pytest.MonkeyPatch, trust: str, scheme: str
) -> None:
    monkeypatch.setenv("TRUST_PROXY", trust)
    settings.SECURE_PROXY_SSL_HEADER = runpy.run_path(web.__file__)["SECURE_PROXY_SSL_HEADER"]
    for path, name in (("conversations", "next"), ("events", "next"), (f"conversations/{library['lost']}", "next_messages")):
        answer = alice.client.get(f"/api/projects/{alice.project.pk}/{path}/?limit=1", HTTP_X_FORWARDED_PROTO="https").json()
        assert urlsplit(answer[name]).scheme == scheme


def test_a_transcript_has_messages_in_order_with_their_labels(alice: Member, library: dict[str, str]) -> None:
    found = transcript(alice, library["lost"])
    assert [(m["role"], m["content"], m["kind"]) for m in found["messages"]] == [
        ("user", LOST, "owned"),
        ("assistant", CALM, "owned"),
        ("user", "You are useless.", "owned"),
        ("assistant", "I am sorry.", "owned"),
    ]
    assert [m["labels"] for m in found["messages"]] == [
        {"user_emotion": {"value": "sadness", "score": 0.9}},
        {"agent_emotion": {"value": "caring", "score": 0.7}},
        {
            "user_label_lost_book": {"value": 1, "score": 0.8},
            "user_threat_PiiMarker": {"value": PII, "score": None},
            "user_toxic": {"value": 1, "score": 0.95},
        },
        {"agent_flow": {"value": "agent_apology_error_mistake", "score": None}},
    ]
    first = found["messages"][0]
    assert (first["timestamp"], first["event"], first["judged"], first["language"]) == ("2026-03-02T12:00:00Z", "llm-task", True, "en")
    assert all(message["label_version"] for message in found["messages"])
    assert first["event_uuid"] == library["lost"]
    assert found["message_count"] == 4


def test_labels_that_came_with_an_event_win_and_are_shown(alice: Member, library: dict[str, str]) -> None:
    shown = [message["labels"] for message in transcript(alice, library["maps"])["messages"]]
    assert shown == [{"user_emotion": {"value": "curiosity", "score": 0.6}}, {"agent_sarcasm": {"value": "mild", "score": None}}]
    given = chat("Is it far?", output="No.", labels={"user_emotion": "joy"}, properties={"$ai_session_id": "given"})
    store(alice.project, given)
    assert transcript(alice, "given")["messages"][0]["labels"] == {"user_emotion": {"value": "joy", "score": None}}


def test_not_judged_is_told_from_nothing_found(alice: Member) -> None:
    found = {"user_language": "en", "user_toxic_score": 0.01}
    german = {"user_language": "de", "user_threat_PiiMarker": PII, "user_threat_score": 1.4}
    for name, labels in (("found", found), ("german", german)):
        store(alice.project, chat(f"Text of {name}", labels=labels, properties={"$ai_session_id": name}))
    judged = {name: transcript(alice, name)["messages"][0]["judged"] for name in ("found", "german")}
    assert judged == {"found": True, "german": False}


def test_neighbours_are_the_same_persons_conversations(alice: Member, library: dict[str, str]) -> None:
    assert [
        (transcript(alice, library[name])["previous"], transcript(alice, library[name])["next"]) for name in ("lost", "maps", "opening")
    ] == [
        (None, library["opening"]),
        (None, None),
        (library["lost"], None),
    ]


def test_merged_ids_are_one_person(alice: Member, library: dict[str, str]) -> None:
    person = Person.objects.create(id=uuid4(), project=alice.project, created_at=NOON, properties={"email": "emma@example.com"})
    for distinct_id in ("emma", "frank"):
        PersonDistinctId.objects.create(project=alice.project, person=person, distinct_id=distinct_id)
    assert ids_of(alice, person="frank") == ids_of(alice, person=str(person.id)) == [library[name] for name in ("opening", "maps", "lost")]
    found = transcript(alice, library["maps"])
    assert found["person"] == {
        "id": str(person.id),
        "distinct_id": "frank",
        "name": "emma@example.com",
        "properties": {"email": "emma@example.com"},
    }
    assert (found["previous"], found["next"]) == (library["lost"], library["opening"])


def test_an_id_with_slashes_and_letters_is_found(alice: Member, library: dict[str, str]) -> None:
    assert library["maps"] == "desk/7 ü"
    assert transcript(alice, "desk/7 ü")["id"] == "desk/7 ü"


SENT_IDS = ["two\nlines", " padded ", "a" * 300, "long/" * 80, "ends/", "\N{NO-BREAK SPACE}wide\N{EM SPACE}"]


def test_a_conversation_opens_by_the_id_that_was_sent(alice: Member, bob: Member, charlie: Member) -> None:
    for sent in SENT_IDS:
        store(alice.project, Sent({"$llm_input": MAPS, "$llm_output": sent, "$ai_session_id": sent}))
    listed = ids_of(alice)
    for sent in SENT_IDS:
        for member in (alice, bob):
            found = transcript(member, sent)
            assert (found["id"] in listed, found["messages"][1]["content"]) == (True, sent)
            assert transcript(member, found["id"]) == found
        assert charlie.client.get(f"/api/projects/{charlie.project.pk}/conversations/{quote(sent, safe='')}/").status_code == 404


def test_a_stranger_sees_only_her_own(alice: Member, charlie: Member, library: dict[str, str]) -> None:
    assert ids_of(charlie) == [library["charlie"]]
    assert ids_of(charlie, search="maps") == []
    project = f"/api/projects/{charlie.project.pk}/conversations"
    assert charlie.client.get(f"{project}/{library['lost']}/").status_code == 404
    assert charlie.client.get(f"/api/projects/{alice.project.pk}/conversations/").status_code == 404
    assert charlie.client.get(f"/api/projects/{alice.project.pk}/conversations/{library['lost']}/").status_code == 404


def test_a_key_needs_the_scope_to_read(alice: Member, library: dict[str, str], client: Any) -> None:
    url = f"/api/projects/{alice.project.pk}/conversations/"
    for scope, status in (("conversation:read", 200), ("insight:read", 403)):
        assert client.get(url, HTTP_AUTHORIZATION=f"Bearer {alice.key(scope)}").status_code == status


def test_context_that_got_an_owner_later_is_shown_once(alice: Member) -> None:
    late, early = chat(LOST, output=CALM), chat(LOST, CALM, MAPS, output=SHELF, minutes=1)
    [conversation_id] = store(alice.project, early)
    assert store(alice.project, late) == [conversation_id]
    assert [m["content"] for m in transcript(alice, conversation_id)["messages"]] == [LOST, CALM, MAPS, SHELF]
    assert alice.client.get("/api/projects/@current/conversations/").json()["results"][0]["message_count"] == 4


def test_events_of_the_same_moment_are_read_in_the_order_they_came(alice: Member) -> None:
    asked = [f"Question {n}" for n in range(12)]
    store(alice.project, *(Sent({"$llm_input": text, "$llm_output": "Yes.", "$session_id": "batch"}) for text in asked))
    assert [m["content"] for m in transcript(alice, "batch")["messages"] if m["role"] == "user"] == asked


def test_feedback_stands_beside_the_task_it_judges(alice: Member) -> None:
    task = chat(LOST, output=CALM, properties={"$ai_trace_id": "trace-1"})
    again = chat(LOST, CALM, MAPS, output=SHELF, minutes=1, properties={"$ai_trace_id": "trace-2"})
    thumb = chat(LOST, output=CALM, event="llm-feedback", minutes=2, properties={"rating": "up", "page": "help"})
    words = Sent({"$ai_trace_id": "trace-2", "$ai_feedback_text": "Wrong shelf"}, "$ai_feedback", minutes=3)
    metric = Sent({"$ai_trace_id": "trace-1", "$ai_metric_name": "helpfulness", "$ai_metric_value": 0.5}, "$ai_metric", minutes=4)
    other = Sent({"$ai_trace_id": "trace-9", "$ai_feedback_text": "Elsewhere"}, "$ai_feedback", minutes=5)
    [conversation_id, *_] = store(alice.project, task, again, thumb, words, metric, other)
    found = transcript(alice, conversation_id)
    assert len(found["messages"]) == 4
    assert [(f["event"], f["target_event_uuid"], f["name"], f["text"], f["value"]) for f in found["feedback"]] == [
        ("llm-feedback", str(task.uuid), None, None, "up"),
        ("$ai_feedback", str(again.uuid), None, "Wrong shelf", None),
        ("$ai_metric", str(task.uuid), "helpfulness", None, 0.5),
    ]
    assert found["feedback"][0]["properties"] == {"rating": "up", "page": "help"}


def test_feedback_that_names_only_the_session_is_found(alice: Member) -> None:
    task = Sent({"$llm_input": MAPS, "$llm_output": SHELF, "$session_id": "desk 9"})
    named = Sent({"$session_id": "desk 9", "$ai_feedback_text": "Quick"}, "$ai_feedback", minutes=1)
    elsewhere = Sent({"$session_id": "desk 9", "$ai_session_id": "desk 10", "$ai_feedback_text": "Slow"}, "$ai_feedback", minutes=2)
    store(alice.project, task, named, elsewhere)
    [found] = transcript(alice, "desk 9")["feedback"]
    assert (found["text"], found["target_event_uuid"]) == ("Quick", str(task.uuid))


def test_feedback_that_names_the_session_as_it_was_sent_is_found(alice: Member) -> None:
    for sent in SENT_IDS:
        named = {"$ai_session_id": sent, "$ai_feedback_text": "Quick"}
        elsewhere = {"$ai_session_id": f"{sent.strip()}!", "$ai_feedback_text": "Slow"}
        task = Sent({"$llm_input": MAPS, "$llm_output": SHELF, "$ai_session_id": sent})
        store(alice.project, task, *(Sent(said, "$ai_feedback", minutes=1) for said in (named, elsewhere)))
        assert [one["text"] for one in transcript(alice, sent)["feedback"]] == ["Quick"], sent


def test_summaries_keep_the_order_they_are_asked_in(alice: Member, charlie: Member, library: dict[str, str]) -> None:
    wanted = [library["lost"], "unknown", library["opening"], library["lost"], library["charlie"]]
    assert [one["id"] for one in selectors.summaries(alice.project.pk, wanted)] == [library["lost"], library["opening"]]
    assert selectors.summaries(alice.project.pk, []) == []


def test_events_are_listed_with_the_texts_that_clients_sent(alice: Member, charlie: Member, library: dict[str, str]) -> None:
    url = f"/api/projects/{alice.project.pk}/events/"
    found = alice.client.get(url, {"event": "llm-task", "after": "2026-03-01", "limit": 2}).json()
    assert [row["distinct_id"] for row in found["results"]] == ["emma", "frank"]
    assert found["results"][1]["properties"] == {
        "$llm_input": MAPS,
        "$llm_output": SHELF,
        "$session_id": "desk/7 ü",
        "agent_sarcasm": "mild",
        "user_agent": "curl",
        "user_emotion": "curiosity",
        "user_emotion_score": 0.6,
    }
    rest = alice.client.get(found["next"]).json()
    assert (len(rest["results"]), rest["next"]) == (2, None)
    assert len(alice.client.get(url, {"distinct_id": "frank"}).json()["results"]) == 1
    assert len(alice.client.get(url, {"before": "2026-03-02T12:00:30Z"}).json()["results"]) == 1
    assert len(alice.client.get(url, {"properties": '[{"key": "user_toxic", "value": 1, "type": "event"}]'}).json()["results"]) == 1
    one = alice.client.get(f"{url}{library['lost']}/").json()
    assert one["properties"]["$llm_input"] == [{"role": "user", "content": LOST}]
    assert charlie.client.get(f"/api/projects/{charlie.project.pk}/events/{library['lost']}/").status_code == 404
    assert charlie.client.get(url).status_code == 404
    assert alice.client.get(url, {"properties": "{"}).json()["attr"] == "properties"


@pytest.mark.parametrize("order", ["-timestamp", "timestamp"])
def test_pages_of_events_go_on_behind_the_last_offset(
    alice: Member, library: dict[str, str], monkeypatch: pytest.MonkeyPatch, order: str
) -> None:
    url = f"/api/projects/{alice.project.pk}/events/"
    whole = alice.client.get(url, {"orderBy": order}).json()["results"]
    assert len(whole) > 3
    monkeypatch.setattr("posthog.common.limits.EVENTS_OFFSET_MAX", 1)
    answer = alice.client.get(url, {"orderBy": order, "limit": 2}).json()
    found = answer["results"]
    while answer["next"]:
        answer = alice.client.get(answer["next"]).json()
        found += answer["results"]
    assert [row["uuid"] for row in found] == [row["uuid"] for row in whole]


def test_a_page_of_events_that_cannot_be_is_refused_by_name(alice: Member) -> None:
    for name, value in (("limit", "0"), ("limit", "1001"), ("limit", "9" * 5000), ("offset", "9" * 5000), ("offset", "-1")):
        answer = alice.client.get("/api/projects/@current/events/", {name: value})
        assert (answer.status_code, answer.json()["attr"]) == (400, name)
