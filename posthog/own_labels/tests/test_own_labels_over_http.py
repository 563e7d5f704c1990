"""Own labels through the API and the command: who may make them, what is shown, and what is refused with which words."""

import re
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from posthog.classifiers import service
from posthog.clickhouse import client, embeddings
from posthog.common import apart, limits
from posthog.common.time import utc_now
from posthog.conftest import Person
from posthog.definitions.models import PropertyDefinition
from posthog.own_labels import services
from posthog.own_labels.models import OwnLabel
from posthog.own_labels.tests.words import ABOUT_OTHERS, ABOUT_PARCELS, WordModel, vector

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stores", "model")]
EXAMPLES = ABOUT_PARCELS[::3]
PAGE = Path(__file__).resolve().parents[3] / "docs" / "own-labels.md"


def store(team_id: int, texts: Sequence[str], role: str = "user", version: str = "w1") -> list[UUID]:
    ids = [uuid4() for _ in texts]
    columns = ["team_id", "message_id", "role", "content", "label_version", "embedding", "created_at"]
    rows = [
        (team_id, message_id, role, text, version, embeddings.pack(vector(text, version)), utc_now())
        for message_id, text in zip(ids, texts, strict=True)
    ]
    client.insert("messages", columns, rows)
    return ids


@pytest.fixture
def history(alice: Person) -> list[UUID]:
    """Stored user messages, most of them about other things. Returns the ids of those about parcels."""
    store(alice.project.pk, ABOUT_OTHERS)
    return store(alice.project.pk, ABOUT_PARCELS)


def post(person: Person, body: dict[str, Any], path: str = "", owner: Person | None = None) -> Any:
    url = f"/api/projects/{(owner or person).project.pk}/own_labels/{path}"
    return person.client.post(url, body, content_type="application/json")


def get(person: Person, path: str = "") -> Any:
    return person.client.get(f"/api/projects/{person.project.pk}/own_labels/{path}")


def body(**fields: Any) -> dict[str, Any]:
    return {"name": "Asks for a parcel", "speaker": "user", "examples": EXAMPLES, **fields}


def created(alice: Person, **fields: Any) -> dict[str, Any]:
    response = post(alice, body(**fields))
    assert response.status_code == 201, response.content
    found: dict[str, Any] = response.json()
    return found


def refused(alice: Person, attr: str | None, words: str, **fields: Any) -> None:
    response = post(alice, body(**fields))
    assert response.status_code == 400, response.content
    assert response.json()["attr"] == attr
    assert words in response.json()["detail"]
    assert OwnLabel.objects.count() == 0


def test_a_label_is_made_from_examples_and_shows_how_good_it_is(alice: Person, history: list[UUID]) -> None:
    label = created(alice)
    assert label["properties"] == ["user_label_asks_for_a_parcel", "user_label_asks_for_a_parcel_score"]
    figures = label["figures"]
    assert (figures["examples"], figures["counter_examples"]) == (len(EXAMPLES), 0)
    assert figures["background"] == len(ABOUT_OTHERS) + len(ABOUT_PARCELS) - len(EXAMPLES)
    assert figures["true_positives"] + figures["false_negatives"] == len(EXAMPLES)
    assert figures["recall"] == figures["true_positives"] / len(EXAMPLES)
    assert "12 examples" in figures["note"]
    assert label["history"]["state"] == "waiting"
    assert get(alice).json()["results"][0]["id"] == label["id"]
    assert get(alice, f"{label['id']}/").json()["examples"] == EXAMPLES
    assert set(label["properties"]) <= set(PropertyDefinition.objects.values_list("name", flat=True))


def test_a_preview_shows_the_best_stored_matches_and_saves_nothing(alice: Person, history: list[UUID]) -> None:
    found = post(alice, {"examples": EXAMPLES}, "preview/").json()
    assert OwnLabel.objects.count() == 0
    scores = [match["score"] for match in found["matches"]]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) == limits.OWN_LABEL_MATCHES
    texts = [match["text"] for match in found["matches"]]
    assert set(texts) <= set(ABOUT_PARCELS) - set(EXAMPLES)
    assert all(match["has_label"] == (match["score"] >= found["threshold"]) for match in found["matches"])


def test_a_text_that_was_tried_is_not_read_again_when_it_is_saved(alice: Person, history: list[UUID], model: WordModel) -> None:
    post(alice, {"examples": EXAMPLES}, "preview/")
    assert sorted(model.read) == sorted(EXAMPLES)
    created(alice)
    assert len(model.read) == len(EXAMPLES)


def test_examples_may_be_stored_messages(alice: Person, charlie: Person, history: list[UUID]) -> None:
    said, event = history[0], uuid4()
    turn = (alice.project.pk, "chat-1", event, 0, utc_now(), "user", "owned", said)
    client.insert("turns", ["team_id", "conversation_id", "event_uuid", "position", "timestamp", "role", "kind", "message_id"], [turn])
    reference = {"conversation_id": "chat-1", "event_uuid": str(event), "role": "user"}
    examples = [reference, *({"message_id": str(message_id)} for message_id in history[1:10]), {"text": ABOUT_PARCELS[20]}]
    label = created(alice, examples=examples)
    assert label["examples"] == [*ABOUT_PARCELS[:10], ABOUT_PARCELS[20]]
    stranger = store(charlie.project.pk, ["of another project"])[0]
    response = post(alice, body(name="x", examples=[*EXAMPLES, {"message_id": str(stranger)}]))
    assert (response.status_code, response.json()["attr"]) == (400, "examples")
    assert f"item {len(EXAMPLES)}" in response.json()["detail"]


def test_examples_are_not_among_the_others_however_they_are_stored(alice: Person) -> None:
    store(alice.project.pk, ABOUT_OTHERS)
    padded = store(alice.project.pk, [f"\n {text}  " for text in EXAMPLES])
    long = store(alice.project.pk, [f"my parcel {'is late ' * 700}"])
    examples = [{"message_id": str(message_id)} for message_id in padded + long]
    found = post(alice, {"examples": examples}, "preview/").json()
    assert (found["figures"]["examples"], found["figures"]["background"]) == (len(examples), len(ABOUT_OTHERS))
    assert {match["text"] for match in found["matches"]} <= {text.strip() for text in ABOUT_OTHERS}


@pytest.mark.parametrize(
    ("attr", "words", "fields"),
    [
        ("examples", "at least 10 different texts are needed, 9 were given", {"examples": EXAMPLES[:9]}),
        ("examples", "at least 10 different texts are needed, 1 were given", {"examples": ["the same"] * 30}),
        ("examples", "at most 2,000 texts are taken", {"examples": [f"text {n}" for n in range(2_001)]}),
        ("examples__0", "may not be blank", {"examples": ["", *EXAMPLES]}),
        ("examples__0", "an example is a text, a message_id, or", {"examples": [{"conversation_id": "c"}, *EXAMPLES]}),
        ("counter_examples", "is also one of the examples", {"counter_examples": EXAMPLES[:1]}),
        ("name", "needs a Latin letter or digit", {"name": "包裹"}),
        ("name", "60 characters", {"name": "x" * 61}),
        ("speaker", "not a valid choice", {"speaker": "robot"}),
    ],
)
def test_what_cannot_be_learnt_is_refused_with_the_reason(
    alice: Person, history: list[UUID], attr: str, words: str, fields: dict[str, Any]
) -> None:
    response = post(alice, body(**fields))
    assert response.status_code == 400, response.content
    assert response.json()["attr"].startswith(attr)
    assert words in response.json()["detail"]
    assert OwnLabel.objects.count() == 0


def test_without_other_messages_counter_examples_are_asked_for(alice: Person) -> None:
    refused(alice, "counter_examples", "the project has 0 other messages")
    label = created(alice, counter_examples=ABOUT_OTHERS[:12])
    assert label["figures"]["background"] == 0
    assert "only 12 other messages" in label["figures"]["note"]


def test_a_name_is_taken_once_and_the_number_of_labels_is_bounded(
    alice: Person, history: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    created(alice)
    assert post(alice, body(name="asks for a PARCEL")).json()["attr"] == "name"
    monkeypatch.setattr(limits, "OWN_LABELS", 1)
    assert "at most 1 own labels" in post(alice, body(name="Another")).json()["detail"]


def test_a_changed_label_is_trained_anew_and_keeps_its_properties(alice: Person, history: list[UUID]) -> None:
    label = created(alice)
    url = f"/api/projects/{alice.project.pk}/own_labels/{label['id']}/"
    changed = alice.client.patch(url, {"name": "Parcel", "examples": ABOUT_PARCELS}, content_type="application/json").json()
    assert (changed["name"], changed["properties"]) == ("Parcel", label["properties"])
    assert (changed["figures"]["examples"], changed["figures"]["folds"]) == (len(ABOUT_PARCELS), 5)
    assert alice.client.delete(url).status_code == 204
    assert get(alice).json()["results"] == []
    assert get(alice, f"{label['id']}/").status_code == 404
    assert not PropertyDefinition.objects.filter(name__in=label["properties"]).exists()
    assert created(alice)["slug"] == label["slug"]


def patch(person: Person, label: dict[str, Any], fields: dict[str, Any]) -> Any:
    url = f"/api/projects/{person.project.pk}/own_labels/{label['id']}/"
    return person.client.patch(url, fields, content_type="application/json")


def test_a_label_deleted_while_it_is_trained_stays_deleted(alice: Person, bob: Person, history: list[UUID], model: WordModel) -> None:
    label = created(alice)
    model.meanwhile = lambda: bob.client.delete(f"/api/projects/{alice.project.pk}/own_labels/{label['id']}/")
    response = patch(alice, label, {"examples": ABOUT_PARCELS})
    assert response.status_code == 400
    assert "deleted" in response.json()["detail"]
    assert get(alice).json()["results"] == []
    model.version = "w2"
    assert services.retrain_outdated() == 0


def test_a_name_given_while_it_is_trained_stays(alice: Person, bob: Person, history: list[UUID], model: WordModel) -> None:
    label = created(alice)
    model.meanwhile = lambda: patch(bob, label, {"name": "Parcel"})
    assert patch(alice, label, {"examples": ABOUT_PARCELS}).json()["name"] == "Parcel"
    model.version, model.meanwhile = "w2", lambda: patch(bob, label, {"name": "Late parcel"})
    assert services.retrain_outdated() == 1
    assert get(alice, f"{label['id']}/").json()["name"] == "Late parcel"


def test_examples_given_while_a_new_model_learns_the_old_ones_stay(alice: Person, history: list[UUID], model: WordModel) -> None:
    label = created(alice)
    model.version, model.meanwhile = "w2", lambda: patch(alice, label, {"examples": ABOUT_PARCELS[:15]})
    assert services.retrain_outdated() == 0
    found = get(alice, f"{label['id']}/").json()
    assert (found["examples"], found["figures"]["examples"]) == (ABOUT_PARCELS[:15], 15)
    assert OwnLabel.objects.get().model == "w2"


def test_strangers_and_keys_without_the_scope_are_kept_out(alice: Person, bob: Person, charlie: Person, history: list[UUID]) -> None:
    label = created(alice)
    path = f"/api/projects/{alice.project.pk}/own_labels/"
    assert bob.client.get(path).status_code == 200
    assert post(charlie, body(), owner=alice).status_code == 404
    assert charlie.client.get(f"{path}{label['id']}/").status_code == 404
    assert charlie.client.get(f"/api/projects/{charlie.project.pk}/own_labels/{label['id']}/").status_code == 404
    reader = {"Authorization": f"Bearer {alice.key('own_label:read')}"}
    anonymous = Client()
    assert anonymous.post(f"{path}preview/", {"examples": EXAMPLES}, content_type="application/json", headers=reader).status_code == 200
    assert anonymous.post(path, body(name="x"), content_type="application/json", headers=reader).status_code == 403


def test_without_embeddings_it_says_so(alice: Person, history: list[UUID], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("posthog.classifiers.service.classify", lambda texts, **_: [service.Labels("en") for _ in texts])
    response = post(alice, body())
    assert response.status_code == 503
    assert "embeddings" in response.json()["detail"]


def test_a_training_that_does_not_end_says_why(alice: Person, history: list[UUID], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def failing(*_: object, **__: object) -> object:
        raise apart.Failed("the process that computes was not done after 120 seconds, and was ended")

    monkeypatch.setattr(apart, "call", failing)
    response = post(alice, body())
    assert response.status_code == 503
    assert "not done after 120 seconds" in response.json()["detail"]
    examples = tmp_path / "examples.txt"
    examples.write_text("\n".join(EXAMPLES))
    with pytest.raises(CommandError, match="not done after 120 seconds"):
        call_command("own_label", "--project", str(alice.project.pk), "--name", "Parcel", "--examples", str(examples))


def test_the_command_makes_a_label_from_files(
    alice: Person, history: list[UUID], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    examples, counter = tmp_path / "examples.jsonl", tmp_path / "counter.txt"
    examples.write_text("".join(f'{{"text": "{text}"}}\n' for text in EXAMPLES))
    counter.write_text("\n".join(ABOUT_OTHERS[:5]))
    arguments = ["own_label", "--project", str(alice.project.pk), "--name", "Parcel", "--examples", str(examples)]
    call_command(*arguments, "--counter-examples", str(counter), "--preview")
    said = capsys.readouterr().out
    assert f"{len(EXAMPLES)} examples, 5 counter-examples" in said
    assert "best stored matches" in said
    assert OwnLabel.objects.count() == 0
    call_command(*arguments)
    assert "recall" in capsys.readouterr().out
    assert OwnLabel.objects.get().slug == "parcel"
    with pytest.raises(CommandError, match="called 'parcel' already"):
        call_command(*arguments)
    with pytest.raises(CommandError, match="No such file"):
        call_command(*arguments[:-1], str(tmp_path / "missing.txt"))


def test_the_command_of_the_page_runs_as_it_stands_there(
    alice: Person, history: list[UUID], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    [line] = re.findall(r"^bin/manage (own_label .*)$", PAGE.read_text(), re.MULTILINE)
    monkeypatch.chdir(tmp_path)
    Path("late.txt").write_text("\n".join(EXAMPLES))
    Path("other.txt").write_text("\n".join(ABOUT_OTHERS[:5]))
    call_command(*shlex.split(line.replace("--project 1", f"--project {alice.project.pk}")))
    assert f"{len(EXAMPLES)} examples, 5 counter-examples" in capsys.readouterr().out
    assert OwnLabel.objects.count() == 0
