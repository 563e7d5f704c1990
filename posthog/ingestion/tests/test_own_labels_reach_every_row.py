"""A label that a project defines, on what comes in and on what is stored: messages, turns, events."""

import threading
from typing import Any

import pytest

from posthog.classifiers import service
from posthog.ingestion import own_label_jobs
from posthog.ingestion.tests.conftest import Pipeline, task
from posthog.own_labels import heads, services
from posthog.own_labels.models import OwnLabel, OwnLabelState
from posthog.own_labels.services import Wish
from posthog.own_labels.tests.words import ABOUT_OTHERS, ABOUT_PARCELS, WordModel

pytestmark = pytest.mark.django_db
UNSEEN = ABOUT_PARCELS[1::9]
# With so many, every order of the counter-examples (it depends on the project's number) finds all that is unseen.
EXAMPLES = [text for text in ABOUT_PARCELS if text not in UNSEEN][:24]
ANSWER = "Let me look that up for you."


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> WordModel:
    fake = WordModel()
    monkeypatch.setattr(service, "classify", fake.classify)
    monkeypatch.setattr(service, "label_version", lambda: fake.version)
    return fake


def say(pipeline: Pipeline, *texts: str) -> None:
    """Each in a conversation of its own."""
    pipeline.accept(*(task(text, ANSWER, S_ai_session_id=text) for text in texts))
    pipeline.run()


@pytest.fixture
def history(pipeline: Pipeline, model: WordModel) -> Pipeline:
    say(pipeline, *UNSEEN, *ABOUT_OTHERS[:70])
    return pipeline


def create(pipeline: Pipeline, **fields: Any) -> OwnLabel:
    wish = Wish(**({"speaker": "user", "examples": EXAMPLES} | fields))
    return services.create(pipeline.member.project.pk, "Parcel", wish, None)


@pytest.fixture(autouse=True)
def _settles_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("posthog.common.limits.OWN_LABEL_SETTLE_SECONDS", 0.0)


def work() -> int:
    return own_label_jobs.work(threading.Event())


def labelled(pipeline: Pipeline) -> set[str]:
    """User messages that have the label; turns and events agree."""
    has = "accurateCastOrNull(labels.user_label_parcel, 'Float64') = 1"
    messages = {row[0] for row in pipeline.rows(f"SELECT content FROM messages WHERE team_id = {{team}} AND {has}")}
    for table in ("events", "turns"):
        found = [row[0] for row in pipeline.rows(f"SELECT conversation_id FROM {table} WHERE team_id = {{team}} AND {has}")]
        assert sorted(found) == sorted(messages)  # each conversation is called like its message
    return messages


def test_history_and_what_is_new_have_the_label(history: Pipeline) -> None:
    assert labelled(history) == set()
    label = create(history)
    say(history, EXAMPLES[0], ABOUT_OTHERS[71])
    assert labelled(history) == {EXAMPLES[0]}
    assert work() == 2  # given, and looked over once more
    found = labelled(history)
    assert found == {*UNSEEN, EXAMPLES[0]}
    scores = history.events("accurateCastOrNull(labels.user_label_parcel_score, 'Float64')")
    assert sum(score is not None for score in scores) == len(found)
    assert all(score >= label.threshold - 0.001 for score in scores if score is not None)
    state = OwnLabelState.objects.get()
    assert (state.applied_version, state.settled_version, state.progress) == (state.version, state.version, 1.0)
    answer = history.member.client.post(
        f"/api/projects/{history.member.project.pk}/query/",
        {
            "query": {
                "kind": "HogQLQuery",
                "query": "SELECT count(), min(properties.user_label_parcel_score) FROM events WHERE properties.user_label_parcel = 1",
            }
        },
        content_type="application/json",
    ).json()
    assert answer["results"] == [[len(found), min(score for score in scores if score is not None)]]
    assert work() == 0


def test_a_deleted_label_is_gone_from_everywhere(history: Pipeline) -> None:
    label = create(history)
    work()
    assert labelled(history)
    services.delete(label)
    say(history, EXAMPLES[1])
    work()
    assert labelled(history) == set()
    assert OwnLabel.objects.count() == 0
    say(history, EXAMPLES[2], UNSEEN[0])  # the cache does not bring it back
    assert labelled(history) == set()


def test_a_label_that_is_made_again_for_fewer_speakers_is_gone_from_the_others(history: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is deleted and made again before the worker, or a batch that was on its way, has come to it."""
    history.accept(task("Is it there?", EXAMPLES[0]))
    history.run()
    both = create(history, speaker="both", counter_examples=ABOUT_OTHERS[:20])
    work()
    of_agent = "SELECT count() FROM %s WHERE team_id = {team} AND accurateCastOrNull(labels.agent_label_parcel, 'Float64') = 1"
    assert [history.rows(of_agent % table) for table in ("messages", "turns", "events")] == [[(1,)]] * 3
    monkeypatch.setattr("posthog.common.limits.OWN_LABEL_SETTLE_SECONDS", 3600.0)
    services.delete(both)
    again = create(history)
    work()
    assert [history.rows(of_agent % table) for table in ("messages", "turns", "events")] == [[(0,)]] * 3
    assert labelled(history)
    assert "agent_label_parcel" in services.owned(history.member.project.pk)  # a late batch may still bring it
    monkeypatch.setattr("posthog.common.limits.OWN_LABEL_SETTLE_SECONDS", 0.0)
    work()
    assert list(OwnLabel.objects.all()) == [again]
    assert set(services.owned(history.member.project.pk)) == {"user_label_parcel", "user_label_parcel_score"}


def test_a_label_of_what_the_agent_says_is_only_for_the_agent(history: Pipeline) -> None:
    create(history, speaker="agent", counter_examples=ABOUT_OTHERS[:20])
    history.accept(task("Is it there?", EXAMPLES[0]), task(EXAMPLES[1], "Yes."))
    history.run()
    work()
    assert labelled(history) == set()
    has = "SELECT count() FROM %s WHERE team_id = {team} AND accurateCastOrNull(labels.agent_label_parcel, 'Float64') = 1"
    assert [history.rows(has % table) for table in ("messages", "turns", "events")] == [[(1,)]] * 3


def test_what_was_on_its_way_when_the_label_changed_gets_it_too(history: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch is labelled before the change and written after history was gone through."""
    monkeypatch.setattr("posthog.common.limits.OWN_LABEL_SETTLE_SECONDS", 3600.0)
    label = create(history)
    work()
    with monkeypatch.context() as before:
        before.setattr(heads.Heads, "labels", lambda self, speakers, vectors: [{} for _ in speakers])
        say(history, EXAMPLES[0])
    assert EXAMPLES[0] not in labelled(history)
    monkeypatch.setattr("posthog.common.limits.OWN_LABEL_SETTLE_SECONDS", 0.0)
    assert work() == 1
    assert EXAMPLES[0] in labelled(history)
    assert label.deleted is False


def test_a_stop_in_the_middle_is_made_up_for(history: Pipeline) -> None:
    create(history)
    stopping = threading.Event()
    stopping.set()
    assert own_label_jobs.work(stopping) == 0
    state = OwnLabelState.objects.get()
    assert state.applied_version < state.version
    assert work() == 2
    assert labelled(history)


def test_counts_stay_while_the_label_is_applied(history: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("posthog.common.limits.PROJECT_LABELS_CHUNK", 10)
    create(history)
    totals = "SELECT count(), uniqExact(person_id) FROM events WHERE team_id = {team}"
    before, seen = history.rows(totals), []
    monkeypatch.setattr(services, "note_progress", lambda *_: seen.append(history.rows(totals)))
    work()
    assert len(seen) > 10
    assert all(one == before for one in seen)


def test_after_a_new_model_the_label_is_learnt_again_from_its_texts(history: Pipeline, model: WordModel) -> None:
    label = create(history)
    work()
    before = labelled(history)
    model.version = "w2"
    heads.forget()
    say(history, "parcel parcel parcel")
    assert "parcel parcel parcel" not in labelled(history)  # weights for other embeddings say nothing
    work()
    label.refresh_from_db()
    assert label.model == "w2"
    assert before <= labelled(history)
